import { mock } from 'node:test';
import * as Y from 'yjs';
import type { Room } from '../../server/collab/room.ts';
import { pick, pickWeighted } from './random.ts';
import type { VirtualClient } from './virtual-client.ts';
import { serve } from './virtual-commands.ts';
import { moves } from './virtual-moves.ts';
import { exchange, passTime, renewLeases, settle, VirtualWorld } from './virtual-world.ts';

export type PlayOptions = { steps?: number; trace?: (line: string) => void };

const usualSteps = 600;

/**
 * Plays one schedule: random moves, then rest, then the end. The same seed is the same schedule.
 * @returns how often each kind of event happened
 * @throws when anything that must hold does not
 */
export async function playVirtual(seed: number, options: PlayOptions = {}): Promise<Map<string, number>> {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_800_000_000_000 });
  const world = new VirtualWorld(seed);
  try {
    await world.startNode();
    const people = 3 + world.below(6);
    // Some people have two windows open.
    for (let at = 0; at < people; at++) world.addClient(`per_${world.next() < 0.15 ? 0 : at}`);
    const weights = temper(world);
    for (let left = options.steps ?? usualSteps; left > 0; left--) await step(world, weights, options);
    await rest(world);
    requireEqual(world);
    await endAndStartAgain(world);
    return world.happened;
  } finally {
    world.destroy();
    mock.timers.reset();
  }
}

/** Each schedule has a temper of its own: some things happen often in it, others never. */
function temper(world: VirtualWorld): [string, number][] {
  return Object.entries(moves).map(([name, { weight, varies }]) => [
    name,
    varies ? weight * (pick(world.next, [0, 0.5, 1, 1, 3]) ?? 1) : weight,
  ]);
}

async function step(world: VirtualWorld, weights: [string, number][], { trace }: PlayOptions): Promise<void> {
  const name = pickWeighted(world.next, weights);
  const client = pick(world.next, world.clients);
  const event = client && (await moves[name]?.make(world, client));
  if (event !== undefined) world.count(event);
  trace?.(`${name} ${client?.clientId ?? ''} ${event ?? '-'}`);
  passTime(1);
  await settle();
  world.evidence.requireInnocence();
}

/** Everybody is connected with all rights, everything is delivered and stored. */
async function rest(world: VirtualWorld): Promise<void> {
  for (const client of world.clients) if (!client.rights.includes('edit')) client.setRights(['view', 'edit']);
  let quietRounds = 0;
  for (let rounds = 0; rounds < 500 && quietRounds < 8; rounds++) {
    const moved = await restOnce(world);
    quietRounds = moved ? 0 : quietRounds + 1;
    world.evidence.requireInnocence();
  }
  if (quietRounds < 8) throw new Error('the world does not come to rest');
}

async function restOnce(world: VirtualWorld): Promise<boolean> {
  const hadWork = world.commands.length > 0 || world.ghosts.length > 0;
  for (const ghost of world.ghosts.splice(0)) ghost.connection.ended();
  const stored = await storeAll(world);
  const renewed = renewLeases(world);
  if (world.owner.room?.isClosed) {
    world.kill(world.owner);
    await world.startNode();
  }
  const moved = world.clients.map((client) => bringIn(world, client));
  serve(world);
  passTime(10_000);
  await settle();
  await settle();
  return hadWork || stored || renewed || moved.includes(true);
}

async function storeAll(world: VirtualWorld): Promise<boolean> {
  let moved = false;
  for (const node of world.nodes) {
    node.isAsleep = false;
    while (node.ids.step()) moved = true;
    while (node.store.waiting > 0) {
      node.store.step();
      moved = true;
      await settle();
    }
  }
  return moved;
}

/** A client on a whole line with all its frames delivered. @returns whether that was not so before */
function bringIn(world: VirtualWorld, client: VirtualClient): boolean {
  if (client.link?.mustEnd || client.link?.isSlow) client.disconnect();
  const isNew = client.link === undefined;
  if (isNew) client.connect(world.owner);
  return exchange(client) || isNew;
}

/** Path, line ends and text of each file. */
function textsOf(doc: Y.Doc): string {
  const files = [...doc.getMap('files')].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const shown = files.map(([id, entry]) => {
    if (!(entry instanceof Y.Map)) return [id, entry];
    return [id, String(entry.get('path')), String(entry.get('eol')), String(entry.get('text'))];
  });
  return JSON.stringify(shown);
}

const vectorOf = (doc: Y.Doc) =>
  JSON.stringify([...Y.decodeStateVector(Y.encodeStateVector(doc))].toSorted(([a], [b]) => a - b));

/** All clients and the server have the same texts, the same state, and know the same people. */
function requireEqual(world: VirtualWorld): void {
  const { room } = world.owner;
  if (!room) throw new Error('no room');
  for (const client of world.clients) {
    requireSame(`texts of ${client.clientId}`, textsOf(client.doc), textsOf(room.doc));
    requireSame(`state of ${client.clientId}`, vectorOf(client.doc), vectorOf(room.doc));
    const deleted = Y.equalSnapshots(Y.snapshot(client.doc), Y.snapshot(room.doc));
    if (!deleted) throw new Error(`client ${client.clientId} has other deletions than the server`);
    requirePresence(world, client);
  }
  const paths = [...room.files.values()].map((file) => [file.fileId, file.path]);
  const rows = [...world.tables.files.values()].map((file) => [file.fileId, file.path]);
  const sorted = (pairs: string[][]) => JSON.stringify(pairs.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)));
  requireSame('files of the room', sorted(paths), sorted(rows));
  requireSame('paths shown', sorted(shownPaths(room.doc)), sorted(rows));
}

function shownPaths(doc: Y.Doc): string[][] {
  return [...doc.getMap('files')].map(([id, entry]) => [id, String(entry instanceof Y.Map && entry.get('path'))]);
}

function requirePresence(world: VirtualWorld, client: VirtualClient): void {
  const others = world.owner.room?.presence.entries().filter((entry) => entry.clientId !== client.clientId) ?? [];
  const states = (entries: Iterable<{ clientId: number; state: string }>) =>
    JSON.stringify([...entries].map(({ clientId, state }) => `${clientId} ${state}`).toSorted());
  requireSame(`presence at ${client.clientId}`, states(client.others.values()), states(others));
}

function requireSame(what: string, found: string, expected: string): void {
  if (found === expected) return;
  let at = 0;
  while (found[at] === expected[at]) at++;
  const near = (text: string) => text.slice(Math.max(0, at - 100), at + 200);
  throw new Error(`${what} differ at ${at}:\n${near(found)}\n${near(expected)}`);
}

/** Who wrote what, without the time at which each run of text began. */
function authorsIn(room: Room): string {
  const files = [...room.files.keys()].toSorted().map((fileId) => {
    const runs: [string, number][] = [];
    for (const { length, credit } of room.authorsOf(fileId)) {
      const who = credit ? `${credit.actor.kind}:${credit.actor.id} ${credit.kind}` : 'nobody';
      const last = runs.at(-1);
      if (last?.[0] === who) last[1] += length;
      else runs.push([who, length]);
    }
    return [fileId, runs];
  });
  return JSON.stringify(files);
}

/** What everybody has, and who wrote it, is what a new process loads. */
async function endAndStartAgain(world: VirtualWorld): Promise<void> {
  const texts = world.clients.map((client) => textsOf(client.doc));
  const authors = world.owner.room && authorsIn(world.owner.room);
  world.kill(world.owner);
  await world.startNode();
  const { room } = world.owner;
  if (!room) throw new Error('no room');
  for (const text of texts) requireSame('texts after a restart', textsOf(room.doc), text);
  requireSame('authors after a restart', authorsIn(room), authors ?? '');
}
