import { setImmediate as turn } from 'node:timers/promises';
import * as Y from 'yjs';
import { VirtualClient, virtualFile, virtualText, VirtualServer } from '../../db/testing-virtual-room.ts';
import type { Room } from '../../server/collab/room.ts';
import type { SessionRight } from '../../server/core/permissions.ts';
import { hostileFrame, type Attack } from './hostile-frames.ts';
import { random } from './random.ts';

/** What an attack left behind. */
export type HostileOutcome = {
  frames: Record<string, number>;
  /** Lines that the server ended, by code. */
  closed: Record<string, number>;
  /** What must not have happened. */
  faults: string[];
  /** Bytes after the attack on those before, when everything is let go. */
  memoryRatio: number;
};

const framesOfARoom = 5_000;

async function deliver(server: VirtualServer, ...clients: VirtualClient[]): Promise<void> {
  for (let quiet = 0; quiet < 3;) {
    let moved = false;
    for (const client of clients) while (client.deliverUp() || client.deliverDown()) moved = true;
    while (server.store.waiting > 0) {
      server.store.step();
      moved = true;
    }
    await turn();
    quiet = moved ? 0 : quiet + 1;
  }
}

type Fault = (what: string) => void;
type Attacked = { seed: number; frames: number; rights: SessionRight[] };

/** One room with someone honest in it, and someone who sends these many frames. */
async function attack(outcome: HostileOutcome, { seed, frames, rights }: Attacked): Promise<void> {
  const server = new VirtualServer();
  const room = await server.start();
  const ada = new VirtualClient('per_ada', 3_000);
  ada.connect(room);
  ada.text.insert(0, 'kept 😀\n'.repeat(20));
  await deliver(server, ada);
  const before = Y.encodeStateAsUpdate(room.doc);
  const rowsBefore = server.store.rows.length;
  await bombard(outcome, { server, room, ada, seed, frames, rights });
  const fault: Fault = (what) => void outcome.faults.push(`${what}, seed ${seed}`);
  if (room.isClosed) fault('the room was closed');
  if (!ada.link) fault('someone honest was sent away');
  if (!rights.includes('edit')) {
    const isSame = Buffer.compare(Y.encodeStateAsUpdate(room.doc), before) === 0;
    if (!isSame || server.store.rows.length !== rowsBefore) fault('someone who only views changed the text');
  }
  judgeLayout(room.doc, fault);
  await judgeTexts(server, ada, fault);
}

type Target = Attacked & { server: VirtualServer; room: Room; ada: VirtualClient };

async function bombard(outcome: HostileOutcome, { server, room, ada, ...given }: Target): Promise<void> {
  const hostile: Attack = { next: random(given.seed), clientId: 4_000, doc: room.doc, updates: [] };
  let mallory = new VirtualClient('per_mallory', 4_000);
  for (let left = given.frames; left > 0; left--) {
    if (!mallory.link) {
      const code = mallory.closedWith?.code;
      if (code !== undefined) outcome.closed[code] = (outcome.closed[code] ?? 0) + 1;
      mallory = new VirtualClient('per_mallory', 4_000);
      mallory.connect(room, given.rights);
    }
    const { kind, frame } = hostileFrame(hostile);
    outcome.frames[kind] = (outcome.frames[kind] ?? 0) + 1;
    mallory.link?.connection.receive(frame);
    if (left % 20 === 0) await deliver(server, ada);
  }
  mallory.disconnect();
  await deliver(server, ada);
}

/** Someone honest, the room, and the room as it is loaded again have the same text. */
async function judgeTexts(server: VirtualServer, ada: VirtualClient, fault: Fault): Promise<void> {
  const text = ada.text.toJSON();
  if (server.room && virtualText(server.room.doc).toJSON() !== text) fault('someone honest has another text');
  server.kill();
  const again = await server.start();
  if (virtualText(again.doc).toJSON() !== text) fault('another text was stored');
  server.kill();
}

function judgeLayout(doc: Y.Doc, fault: Fault): void {
  const roots = [...doc.share.keys()].filter((name) => name !== 'files' && name !== 'meta');
  if (roots.length > 0) fault(`there are other roots: ${roots.join()}`);
  const files = doc.getMap('files');
  const entry = files.get(virtualFile.fileId);
  const shape = (type: Y.Map<unknown>) => [...type.keys()].toSorted().join();
  if (shape(files) !== virtualFile.fileId) fault(`there are other files: ${shape(files)}`);
  if (!(entry instanceof Y.Map) || shape(entry) !== 'eol,path,text') return fault('a file has another shape');
  for (const map of [files, doc.getMap('meta'), entry]) {
    if (hasListItem(map, () => true)) fault('a map holds a list');
  }
  const text = virtualText(doc);
  if (hasListItem(text, ({ content }) => !(content instanceof Y.ContentString)) || text.toJSON().includes('\r'))
    fault('the text holds something that is no text');
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  if (virtualText(copy).toJSON() !== text.toJSON()) fault('the document decodes to another text');
}

function hasListItem(type: Y.Map<unknown> | Y.Text, test: (item: Y.Item) => boolean): boolean {
  for (let item = type._start; item !== null; item = item.right) if (!item.deleted && test(item)) return true;
  return false;
}

async function settledMemory(): Promise<number> {
  for (let times = 0; times < 4; times++) {
    globalThis.gc?.();
    await turn();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Sends these many frames, half of them from people who may only view. Rooms have the seeds from `from` on. */
async function attackRooms({ from, frames }: { from: number; frames: number }): Promise<HostileOutcome> {
  const outcome: HostileOutcome = { frames: {}, closed: {}, faults: [], memoryRatio: 1 };
  // The first room brings what the process keeps for good.
  await attack({ ...outcome, frames: {}, closed: {} }, { seed: 0, frames: 2_000, rights: ['view', 'edit'] });
  const before = await settledMemory();
  for (let seed = from; seed < from + frames / framesOfARoom; seed++) {
    const rights: SessionRight[] = seed % 2 === 0 ? ['view'] : ['view', 'edit'];
    await attack(outcome, { seed, frames: framesOfARoom, rights });
  }
  outcome.memoryRatio = (await settledMemory()) / before;
  return outcome;
}

const [from = 1, frames = framesOfARoom] = process.argv.slice(2).map(Number);
process.stdout.write(`${JSON.stringify(await attackRooms({ from, frames }))}\n`);
