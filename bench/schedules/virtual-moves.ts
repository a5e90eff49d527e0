import * as Y from 'yjs';
import { pick } from './random.ts';
import { typeSomewhere } from './typing.ts';
import { deliverUp, type VirtualClient } from './virtual-client.ts';
import { ask, serve } from './virtual-commands.ts';
import { exchange, passTime, renewLeases, type VirtualWorld } from './virtual-world.ts';

type Move = {
  weight: number;
  /** Schedules leave some of these out or make more of them. */
  varies?: true;
  /** @returns the event that happened, or nothing when there was no occasion */
  make: (world: VirtualWorld, client: VirtualClient) => string | undefined | Promise<string | undefined>;
};

function edit(world: VirtualWorld, client: VirtualClient): string | undefined {
  const found = pick(world.next, client.texts());
  if (!found) return undefined;
  const [fileId, text] = found;
  remember(world, fileId, text.toJSON());
  const done = client.doc.transact(() => typeSomewhere(world.next, text), client);
  return client.link ? done : 'offline edit';
}

function remember(world: VirtualWorld, fileId: string, text: string): void {
  const past = world.pastTexts.get(fileId) ?? [];
  world.pastTexts.set(fileId, past);
  if (past.length < 20) past.push(text);
  else past[world.below(past.length)] = text;
}

/** What only a client that is not ours would write: the server puts its layout right. */
function meddle(world: VirtualWorld, client: VirtualClient): string | undefined {
  const found = pick(world.next, client.texts());
  if (!found) return undefined;
  const [fileId, text] = found;
  const entry = client.files.get(fileId);
  const ways = [
    () => client.files.set(world.name('odd'), 'not a file'),
    () => client.files.delete(fileId),
    () => client.files.set(fileId, new Y.Map([['text', new Y.Text('another text')]])),
    () => entry instanceof Y.Map && entry.set('path', '../../elsewhere'),
    () => text.insert(0, 'a\r\nb\r'),
    () => text.insertEmbed(0, { image: 'odd' }),
    () => client.doc.getMap('meta').set('layout', 99),
  ];
  world.meddlers.add(client.personId);
  client.doc.transact(() => pick(world.next, ways)?.(), client);
  return 'meddle';
}

/** A frame on its way is lost or comes twice; lines do neither while they last, so such a line ends some time later. */
function damage(world: VirtualWorld, client: VirtualClient): string | undefined {
  const { link } = client;
  if (!link) return undefined;
  const isUp = world.next() < 0.5;
  const queue = isUp ? link.toServer : link.toClient;
  const at = world.below(queue.length);
  const frame = queue[at];
  if (!frame) return undefined;
  const isLost = world.next() < 0.5;
  if (isLost) queue.splice(at, 1);
  else queue.splice(at + world.below(queue.length - at + 1), 0, frame);
  if (isUp) link.isMiscounted = true;
  link.mustEnd = true;
  return isLost ? 'lost frame' : 'repeated frame';
}

function fade(world: VirtualWorld, client: VirtualClient): string | undefined {
  const link = client.letGo();
  if (!link) return undefined;
  world.ghosts.push(link);
  return 'half-open line';
}

function haunt(world: VirtualWorld): string | undefined {
  const ghost = pick(world.next, world.ghosts);
  if (!ghost) return undefined;
  if (deliverUp(ghost)) return 'frame of a former line';
  if (ghost.node.isAsleep) return undefined;
  world.ghosts = world.ghosts.filter((other) => other !== ghost);
  ghost.connection.ended();
  return 'end of a former line';
}

/** The client's process dies and comes back with nothing, under another client id. */
function crash(world: VirtualWorld, client: VirtualClient): string {
  client.disconnect();
  client.doc.destroy();
  world.clients.splice(world.clients.indexOf(client), 1);
  world.addClient(client.personId);
  return 'client crash';
}

async function restart(world: VirtualWorld): Promise<string> {
  world.kill(world.owner);
  await world.startNode();
  return 'kill';
}

/** The owner stops without a sign; another node takes the room. Those who are on it notice nothing yet. */
async function moveOwner(world: VirtualWorld): Promise<string | undefined> {
  if (world.nodes.length > 2) return undefined;
  world.owner.isAsleep = true;
  await world.startNode();
  return 'owner change';
}

function wake(world: VirtualWorld): string | undefined {
  const sleeper = world.nodes.find((node) => node.isAsleep);
  if (!sleeper) return undefined;
  sleeper.isAsleep = false;
  return 'former owner wakes up';
}

function store(world: VirtualWorld, make: 'step' | 'fail' | 'loseAnswer'): boolean {
  const node = pick(
    world.next,
    world.nodes.filter((one) => !one.isAsleep && one.store.waiting > 0),
  );
  node?.store[make](world.below(node.store.waiting));
  return node !== undefined;
}

function undo(client: VirtualClient, what: 'undo' | 'redo'): string | undefined {
  return client.undo[what]() ? what : undefined;
}

function connect(world: VirtualWorld, client: VirtualClient): string | undefined {
  const node = world.owner;
  if (client.link || !node.room || node.room.isClosed) return undefined;
  client.connect(node);
  return 'connect';
}

function changeRights(client: VirtualClient): string {
  const mayEdit = client.rights.includes('edit');
  client.setRights(mayEdit ? ['view'] : ['view', 'edit']);
  return mayEdit ? 'right to edit taken' : 'right to edit given';
}

function slowDown(client: VirtualClient): string | undefined {
  if (!client.link) return undefined;
  client.link.isSlow = true;
  return 'slow reader';
}

export const moves: Record<string, Move> = {
  edit: { weight: 45, make: edit },
  up: { weight: 30, make: (_world, client) => (deliverUp(client.link) ? 'frame up' : undefined) },
  down: { weight: 30, make: (_world, client) => (client.deliverDown() ? 'frame down' : undefined) },
  exchange: { weight: 5, make: (_world, client) => (exchange(client) ? 'burst of frames' : undefined) },
  store: { weight: 25, make: (world) => (store(world, 'step') ? 'store' : undefined) },
  ids: { weight: 10, make: (world) => (world.nodes.some((node) => node.ids.step()) ? 'client id claimed' : undefined) },
  connect: { weight: 10, make: connect },
  undo: { weight: 5, varies: true, make: (_world, client) => undo(client, 'undo') },
  redo: { weight: 2, varies: true, make: (_world, client) => undo(client, 'redo') },
  ask: { weight: 4, varies: true, make: (world) => void ask(world) },
  serve: { weight: 8, make: (world) => void serve(world) },
  compact: { weight: 2, varies: true, make: (world) => (void world.owner.room?.compact(), 'compaction') },
  failStore: { weight: 2, varies: true, make: (world) => (store(world, 'fail') ? 'store failure' : undefined) },
  loseAnswer: {
    weight: 1,
    varies: true,
    make: (world) => (store(world, 'loseAnswer') ? 'lost answer of the store' : undefined),
  },
  time: { weight: 4, make: () => (passTime(1_000), 'a second') },
  disconnect: {
    weight: 3,
    varies: true,
    make: (_world, client) => (client.link ? (client.disconnect(), 'disconnect') : undefined),
  },
  fade: { weight: 2, varies: true, make: fade },
  haunt: { weight: 8, make: haunt },
  damage: { weight: 2, varies: true, make: damage },
  slow: {
    weight: 0.5,
    varies: true,
    make: (_world, client) => slowDown(client),
  },
  presence: { weight: 3, varies: true, make: (world, client) => (client.present(world.name('file')), 'presence') },
  meddle: { weight: 0.5, varies: true, make: meddle },
  rights: { weight: 0.5, varies: true, make: (_world, client) => changeRights(client) },
  crash: { weight: 0.5, varies: true, make: crash },
  kill: { weight: 1, varies: true, make: restart },
  moveOwner: { weight: 0.7, varies: true, make: moveOwner },
  wake: { weight: 2, make: wake },
  renew: { weight: 1, make: (world) => (renewLeases(world) ? 'former owner learns it by its lease' : undefined) },
};
