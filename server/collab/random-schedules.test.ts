import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { VirtualClient, VirtualServer, virtualText } from '../../db/testing-virtual-room.ts';

const seeds = 300;
const stepsEach = 250;

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** mulberry32: small, and the same everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type World = { server: VirtualServer; clients: VirtualClient[]; next: () => number; happened: Map<string, number> };

const textOf = ({ server }: World) => server.room && virtualText(server.room.doc).toJSON();

const clockOf = (doc: Y.Doc, clientId: number) => Y.getState(doc.store, clientId);

/** [CB5] What anyone else has seen, and what was called saved, is in the room that was just loaded. */
function assertNothingSeenWasLost({ server, clients }: World): void {
  const { room } = server;
  if (!room) return;
  for (const client of clients) {
    expect(clockOf(room.doc, client.doc.clientID)).toBeGreaterThanOrEqual(client.savedClock);
    for (const id of client.doc.store.clients.keys()) {
      if (id !== client.doc.clientID) expect(clockOf(room.doc, id)).toBeGreaterThanOrEqual(clockOf(client.doc, id));
    }
  }
}

function edit({ next }: World, client: VirtualClient): void {
  const { text } = client;
  const at = Math.floor(next() * (text.length + 1));
  if (text.length > 0 && next() < 0.3) {
    text.delete(
      Math.min(at, text.length - 1),
      Math.min(1 + Math.floor(next() * 4), text.length - Math.min(at, text.length - 1)),
    );
  } else text.insert(at, String.fromCharCode(97 + Math.floor(next() * 26)).repeat(1 + Math.floor(next() * 3)));
}

async function restart(world: World): Promise<void> {
  world.server.kill();
  for (const client of world.clients) client.disconnect();
  await world.server.start();
  assertNothingSeenWasLost(world);
}

const moves: Record<string, { weight: number; make: (world: World, client: VirtualClient) => unknown }> = {
  edit: { weight: 30, make: edit },
  up: { weight: 30, make: (_world, client) => client.deliverUp() },
  down: { weight: 30, make: (_world, client) => client.deliverDown() },
  store: { weight: 20, make: ({ server }) => server.store.step() },
  failStore: {
    weight: 2,
    make: ({ server }) => {
      server.store.fail();
    },
  },
  time: { weight: 4, make: () => vi.advanceTimersByTime(1_000) },
  disconnect: { weight: 3, make: (_world, client) => client.disconnect() },
  connect: {
    weight: 10,
    make: ({ server }, client) => {
      if (!client.link && server.room) client.connect(server.room);
    },
  },
  compact: { weight: 2, make: ({ server }) => server.room?.compact() },
  serverEdit: {
    weight: 3,
    make: ({ server, next }) => {
      const apply = (doc: Y.Doc) => virtualText(doc).insert(Math.floor(next() * (virtualText(doc).length + 1)), 'S');
      const by = { author: { kind: 'run' as const, id: 'run_1' }, kind: 'accept' as const };
      server.room?.changeAll([{ ...by, apply }], () => Promise.resolve()).catch(() => undefined);
    },
  },
  kill: { weight: 1, make: restart },
};

const totalWeight = Object.values(moves).reduce((sum, move) => sum + move.weight, 0);

async function step(world: World): Promise<void> {
  let left = world.next() * totalWeight;
  for (const [name, move] of Object.entries(moves)) {
    left -= move.weight;
    if (left > 0) continue;
    const client = world.clients[Math.floor(world.next() * world.clients.length)];
    if (client) await move.make(world, client);
    world.happened.set(name, (world.happened.get(name) ?? 0) + 1);
    break;
  }
  await turn();
}

/** Everything is connected, delivered and stored. */
async function quiet({ server, clients }: World): Promise<void> {
  for (let rounds = 0; rounds < 400; rounds++) {
    let moved = false;
    for (const client of clients) {
      if (!client.link && server.room) client.connect(server.room);
      while (client.deliverUp() || client.deliverDown()) moved = true;
    }
    vi.advanceTimersByTime(10_000);
    server.store.step();
    await turn();
    await turn();
    if (!moved && rounds > 20) return;
  }
  throw new Error('the world does not come to rest');
}

async function play(seed: number): Promise<World> {
  const next = random(seed);
  const clients = Array.from({ length: 3 + (seed % 4) }, (_value, at) => new VirtualClient(`per_${at}`, 1000 + at));
  const world: World = { server: new VirtualServer(), clients, next, happened: new Map() };
  await world.server.start();
  for (let i = 0; i < stepsEach; i++) await step(world);
  await quiet(world);
  return world;
}

test('[CB1][CB5] random schedules end equal everywhere, and nothing that was seen or called saved is lost', async () => {
  const happened = new Map<string, number>();
  for (let seed = 1; seed <= seeds; seed++) {
    const world = await play(seed);
    const texts = world.clients.map((client) => client.text.toJSON());
    expect(new Set(texts), `seed ${seed}`).toEqual(new Set([textOf(world)]));
    const vectors = world.clients.map((client) =>
      JSON.stringify([...Y.decodeStateVector(Y.encodeStateVector(client.doc))].toSorted(([a], [b]) => a - b)),
    );
    expect(new Set(vectors).size, `seed ${seed}`).toBe(1);
    await restart(world);
    expect(textOf(world), `seed ${seed}`).toBe(texts[0]);
    for (const [name, count] of world.happened) happened.set(name, (happened.get(name) ?? 0) + count);
    world.server.kill();
  }
  expect([...happened.keys()].toSorted()).toEqual(Object.keys(moves).toSorted());
}, 60_000);
