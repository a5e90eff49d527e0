import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { schema } from '../../db/client.ts';
import { MemoryStore } from '../../db/testing-memory-store.ts';
import { roomFixture } from '../../db/testing-room.ts';
import { newId } from '../platform/ids.ts';
import { renewNode, takeLease } from './lease.ts';
import { createRoomStore, FenceLost, type RoomKey, type RoomStore, type StoredUpdate } from './room-store.ts';

/** Random schedules play on a store in memory; what they show holds for Postgres as far as both keep one contract. */
const room = await roomFixture();

type Owned = {
  store: RoomStore;
  key: RoomKey;
  /** Another node becomes the owner. */
  taken(): Promise<RoomKey>;
};

async function ownedInPostgres(): Promise<Owned> {
  const sessionId = await room.session();
  const own = async (): Promise<RoomKey> => {
    const nodeId = newId('node');
    await renewNode(room.db, { nodeId, address: 'http://127.0.0.1' });
    const fence = (await takeLease(room.db, { sessionId, nodeId })) ?? 0;
    return { sessionId, teamId: room.teamId, nodeId, fence };
  };
  const key = await own();
  const taken = async () => {
    await room.db.delete(schema.webNode).where(eq(schema.webNode.nodeId, key.nodeId));
    return own();
  };
  return { store: createRoomStore(room.db), key, taken };
}

function ownedInMemory(): Promise<Owned> {
  const store = new MemoryStore({ isPrompt: true });
  const own = (nodeId: string): RoomKey => ({
    sessionId: 'ses',
    teamId: 'team',
    nodeId,
    fence: store.tables.take(nodeId),
  });
  return Promise.resolve({ store, key: own('a'), taken: () => Promise.resolve(own('b')) });
}

const update = (id: string, kind: StoredUpdate['kind'] = 'edit'): StoredUpdate => ({
  author: { kind: 'person', id },
  kind,
  update: new TextEncoder().encode(id),
});

async function loaded({ store, key }: Owned) {
  const stored = await store.load(key.sessionId);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return {
    rows: (stored?.updates ?? []).map((row) => `${row.author.id} ${row.kind} ${text(row.update)}`),
    snapshot: stored?.snapshot && text(stored.snapshot),
    authorship: stored?.authorship && text(stored.authorship),
    throughId: stored?.throughId,
  };
}

const snapshotAt = (throughId: number) => ({
  state: new TextEncoder().encode('state'),
  authorship: new TextEncoder().encode('authorship'),
  throughId,
});

describe.each([
  ['Postgres', ownedInPostgres],
  ['memory', ownedInMemory],
])('a store in %s', (_name, own) => {
  test('[CB66] loads what was appended, in its order, with author and kind, and says through which row', async () => {
    const owned = await own();
    const { store, key } = owned;
    await store.append(key, [update('ada'), update('bob', 'merge')], []);
    const last = await store.append(key, [update('ada', 'undo')], []);
    expect(await loaded(owned)).toMatchObject({
      rows: ['ada edit ada', 'bob merge bob', 'ada undo ada'],
      throughId: last,
    });
  });

  test('[CB66] appends all or nothing, together with what goes beside', async () => {
    const owned = await own();
    const { store, key } = owned;
    const ran: string[] = [];
    const beside = (what: string) => () => {
      ran.push(what);
      return Promise.resolve();
    };
    const failing = () => Promise.reject(new Error('no'));
    await expect(store.append(key, [update('ada')], [beside('first'), failing])).rejects.toThrow('no');
    expect((await loaded(owned)).rows).toEqual([]);
    expect(await store.append(key, [], [beside('second')])).toBe(0);
    await store.append(key, [update('bob')], [beside('third')]);
    expect((await loaded(owned)).rows).toEqual(['bob edit bob']);
    expect(ran).toEqual(['first', 'second', 'third']);
  });

  test('[CB7][CB66] takes nothing from a former owner, nor from a node that guesses the fence', async () => {
    const owned = await own();
    const { store, key } = owned;
    const last = await store.append(key, [update('ada')], []);
    const next = await owned.taken();
    expect(next.fence).toBeGreaterThan(key.fence);
    let ran = false;
    const beside = () => {
      ran = true;
      return Promise.resolve();
    };
    for (const stale of [key, { ...key, fence: next.fence }, { ...next, fence: key.fence }]) {
      await expect(store.append(stale, [update('late')], [])).rejects.toThrow(FenceLost);
      await expect(store.append(stale, [update('late')], [beside])).rejects.toThrow(FenceLost);
      await expect(store.compact(stale, snapshotAt(last))).rejects.toThrow(FenceLost);
    }
    expect(ran).toBe(false);
    expect((await loaded(owned)).rows).toEqual(['ada edit ada']);
    await store.append(next, [update('bob')], []);
    expect((await loaded(owned)).rows).toEqual(['ada edit ada', 'bob edit bob']);
  });

  test('[CB8][CB66] a snapshot stands for the rows up to its own, and rows after it stay', async () => {
    const owned = await own();
    const { store, key } = owned;
    const through = await store.append(key, [update('ada'), update('bob')], []);
    const last = await store.append(key, [update('cyn')], []);
    await store.compact(key, snapshotAt(through));
    const folded = { snapshot: 'state', authorship: 'authorship' };
    expect(await loaded(owned)).toEqual({ ...folded, rows: ['cyn edit cyn'], throughId: last });
    await store.compact(key, snapshotAt(last));
    expect(await loaded(owned)).toEqual({ ...folded, rows: [], throughId: last });
  });

  test('[CB66] many updates at once keep their order', async () => {
    const owned = await own();
    const names = Array.from({ length: 700 }, (_value, at) => `p${at}`);
    await owned.store.append(
      owned.key,
      names.map((name) => update(name)),
      [],
    );
    expect((await loaded(owned)).rows).toEqual(names.map((name) => `${name} edit ${name}`));
  });
});
