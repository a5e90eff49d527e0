import { asc, eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture } from '../../db/testing-room.ts';
import { newId } from '../platform/ids.ts';
import { Authorship } from './authorship.ts';
import { findHeld, findOwner, giveUpNode, releaseLease, removeNode, renewNode, takeLease } from './lease.ts';
import { NodeLife } from './node-life.ts';
import { RoomElsewhere, Rooms } from './rooms.ts';
import { createRoomStore, FenceLost, type RoomKey, type StoredUpdate } from './room-store.ts';

const room = await roomFixture();
const store = createRoomStore(room.db);

function update(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('t').insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

const none = new Authorship().encode();

const by = (id: string): StoredUpdate => ({ author: { kind: 'person', id }, kind: 'edit', update: update(id) });

async function livingNode(nodeId: string = newId('node')): Promise<string> {
  await renewNode(room.db, { nodeId, address: 'http://127.0.0.1:1' });
  return nodeId;
}

async function ownedRoom(given?: string): Promise<RoomKey> {
  const sessionId = await room.session();
  const nodeId = await livingNode(given);
  const fence = await takeLease(room.db, { sessionId, nodeId });
  return { sessionId, teamId: room.teamId, nodeId, fence: fence ?? 0 };
}

const rowsOf = (sessionId: string) =>
  room.db
    .select()
    .from(schema.roomUpdate)
    .where(eq(schema.roomUpdate.sessionId, sessionId))
    .orderBy(asc(schema.roomUpdate.id));

const contributionsOf = (sessionId: string) =>
  room.db
    .select()
    .from(schema.roomContribution)
    .where(eq(schema.roomContribution.sessionId, sessionId))
    .orderBy(asc(schema.roomContribution.actorId), asc(schema.roomContribution.fileId));

const expire = (nodeId: string) =>
  room.db
    .update(schema.webNode)
    .set({ expiresAt: sql`now() - interval '1 second'` })
    .where(eq(schema.webNode.nodeId, nodeId));

test('[CB7] a room has one owner; another takes it only when that one shows no life, under a higher fence', async () => {
  const first = await ownedRoom('node_a');
  const { sessionId } = first;
  await renewNode(room.db, { nodeId: 'node_b', address: 'http://127.0.0.1:2' });
  expect(await takeLease(room.db, { sessionId, nodeId: 'node_b' })).toBeUndefined();
  await expire('node_a');
  expect(await takeLease(room.db, { sessionId, nodeId: 'node_b' })).toBe(first.fence + 1);
  await renewNode(room.db, { nodeId: 'node_a', address: 'http://127.0.0.1:1' });
  expect(await findHeld(room.db, { nodeId: 'node_a', held: [first] })).toEqual(new Set());
  const second = { sessionId, fence: first.fence + 1, nodeId: 'node_b' };
  expect(await findHeld(room.db, { nodeId: 'node_b', held: [second] })).toEqual(new Set([sessionId]));
  expect(await findOwner(room.db, sessionId)).toEqual({ nodeId: 'node_b', address: 'http://127.0.0.1:2' });
  await releaseLease(room.db, second);
  expect(await findOwner(room.db, sessionId)).toBeUndefined();
  expect(await takeLease(room.db, { sessionId, nodeId: 'node_a' })).toBe(first.fence + 2);
  await removeNode(room.db, 'node_a');
  expect(await takeLease(room.db, { sessionId, nodeId: 'node_b' })).toBe(first.fence + 3);
});

test('[CB7] a node that refuses connections is given up once it missed a sign of life, not before', async () => {
  const { sessionId } = await ownedRoom('node_refusing');
  expect(await giveUpNode(room.db, 'node_refusing')).toBe(false);
  await room.db
    .update(schema.webNode)
    .set({ expiresAt: sql`now() + interval '1 second'` })
    .where(eq(schema.webNode.nodeId, 'node_refusing'));
  expect(await findOwner(room.db, sessionId)).toBeDefined();
  expect(await giveUpNode(room.db, 'node_refusing')).toBe(true);
  expect(await findOwner(room.db, sessionId)).toBeUndefined();
});

test('[CB7] a node that begins at the address of another takes over from it at once', async () => {
  const [address, elsewhere] = ['http://127.0.0.1:7001', 'http://127.0.0.1:7002'];
  const killed = new NodeLife(room.db, { nodeId: newId('node'), address });
  const other = new NodeLife(room.db, { nodeId: newId('node'), address: elsewhere });
  const [of, ofOther] = [await room.session(), await room.session()];
  for (const [life, sessionId] of [[killed, of] as const, [other, ofOther] as const]) {
    await life.begin();
    await takeLease(room.db, { sessionId, nodeId: life.nodeId });
  }
  const again = new NodeLife(room.db, { nodeId: newId('node'), address });
  await again.begin();
  expect(await takeLease(room.db, { sessionId: of, nodeId: again.nodeId })).toBe(2);
  expect(await takeLease(room.db, { sessionId: ofOther, nodeId: again.nodeId })).toBeUndefined();
  await again.end();
  expect(await findOwner(room.db, of)).toBeUndefined();
});

test('[CB7] a former owner that wakes up writes nothing, neither updates nor what goes with them', async () => {
  const key = await ownedRoom('node_a');
  await store.append(key, [by('ada')], []);
  await expire('node_a');
  await takeLease(room.db, { sessionId: key.sessionId, nodeId: 'node_b' });
  let touched = false;
  const alongside = () => {
    touched = true;
    return Promise.resolve();
  };
  await expect(store.append(key, [by('late')], [alongside])).rejects.toThrow(FenceLost);
  await expect(store.compact(key, { state: update('late'), authorship: none, throughId: 99 })).rejects.toThrow(
    FenceLost,
  );
  expect(touched).toBe(false);
  expect((await rowsOf(key.sessionId)).map((row) => row.actorId)).toEqual(['ada']);
});

test('[CB5] a long batch is stored whole and in its order, with whom and what it is', async () => {
  const key = await ownedRoom();
  const credit = { actor: { kind: 'person' as const, id: 'ada' }, kind: 'edit' as const, at: 1 };
  const credits = [{ client: 7, clock: 0, length: 1, credit }];
  for (const count of [1, 2, 300]) {
    const { sessionId } = key;
    await room.db.delete(schema.roomUpdate).where(eq(schema.roomUpdate.sessionId, sessionId));
    const batch = Array.from({ length: count }, (_value, at) => ({
      ...by(`p${at}`),
      kind: 'undo' as const,
      fileIds: ['fil_a', 'fil "b", {c}'],
      ...(at > 0 && { credits }),
    }));
    const lastId = await store.append(key, batch, []);
    const rows = await rowsOf(sessionId);
    expect(rows.at(-1)?.id).toBe(lastId);
    expect(rows.map((row) => row.actorId)).toEqual(batch.map((one) => one.author.id));
    expect(rows.map((row) => Buffer.from(row.update))).toEqual(batch.map((one) => Buffer.from(one.update)));
    expect(rows[0]).toMatchObject({
      kind: 'undo',
      fence: key.fence,
      fileIds: ['fil_a', 'fil "b", {c}'],
      credits: null,
    });
    if (count > 1) expect(rows.at(-1)?.credits).toEqual(credits);
  }
});

test('[CB7] a node that stops in the middle of a write holds a new owner up for a while only, and writes nothing', async () => {
  const key = await ownedRoom('node_stalled');
  const written = Promise.withResolvers<void>();
  const taken = Promise.withResolvers<void>();
  const stop = () => {
    written.resolve();
    return taken.promise;
  };
  const stalled = store.append(key, [by('ada')], [stop]).then(
    () => 'stored',
    () => 'refused',
  );
  await written.promise;
  await expire('node_stalled');
  const nodeId = await livingNode();
  expect(await takeLease(room.db, { sessionId: key.sessionId, nodeId })).toBe(key.fence + 1);
  taken.resolve();
  expect(await stalled).toBe('refused');
  expect(await rowsOf(key.sessionId)).toEqual([]);
});

test('[CB4] what the database refuses is an error of that write alone', async () => {
  const key = await ownedRoom();
  const strange = { ...by('ada'), author: { kind: 'person' as const, id: 'a null byte \0' } };
  await expect(store.append(key, [strange], [])).rejects.toMatchObject({ code: '22021' });
  await Promise.all(['ada', 'bob', 'eve'].map((name) => store.append(key, [by(name)], [])));
  expect((await rowsOf(key.sessionId)).map((row) => row.actorId).toSorted()).toEqual(['ada', 'bob', 'eve']);
});

test('[CB8] folding keeps the text, and of the rows who changed which file last', async () => {
  const key = await ownedRoom();
  const rows = [{ ...by('ada'), fileIds: ['fil_1', 'fil_2'] }, by('bob'), { ...by('server'), kind: 'open' as const }];
  const throughId = await store.append(key, rows, []);
  const merged = Y.mergeUpdates((await rowsOf(key.sessionId)).map((row) => new Uint8Array(row.update)));
  await store.compact(key, { state: merged, authorship: none, throughId });
  const later = await store.append(key, [{ ...by('ada'), fileIds: ['fil_1'] }], []);
  await store.append(key, [by('eve')], []);
  const loaded = await store.load(key.sessionId);
  expect(loaded?.updates.map((row) => row.author.id)).toEqual(['ada', 'eve']);
  const doc = new Y.Doc();
  if (loaded?.snapshot) Y.applyUpdate(doc, loaded.snapshot);
  for (const row of loaded?.updates ?? []) Y.applyUpdate(doc, row.update);
  for (const name of ['ada', 'bob', 'server', 'eve']) expect(doc.getText('t').toJSON()).toContain(name);
  await store.compact(key, { state: Y.encodeStateAsUpdate(doc), authorship: none, throughId: later });
  expect((await rowsOf(key.sessionId)).map((row) => row.actorId)).toEqual(['eve']);
  const kept = await contributionsOf(key.sessionId);
  expect(kept.map((row) => [row.actorId, row.fileId, row.kind, row.lastUpdateId > throughId])).toEqual([
    ['ada', 'fil_1', 'edit', true],
    ['ada', 'fil_2', 'edit', false],
    ['bob', '', 'edit', false],
    ['server', '', 'open', false],
  ]);
});

test('[CB9] concurrent opens share one load, and a room that nobody uses is folded and given back', async () => {
  const sessionId = await room.session();
  let loads = 0;
  const counting = {
    ...store,
    load: (id: string) => {
      loads++;
      return store.load(id);
    },
  };
  const rooms = new Rooms({ db: room.db, nodeId: await livingNode(), store: counting, idleMs: 20 });
  const seen = await Promise.all([1, 2, 3].map(() => rooms.with(sessionId, (one) => one)));
  expect(new Set(seen).size).toBe(1);
  expect(loads).toBe(1);
  const other = new Rooms({ db: room.db, nodeId: await livingNode() });
  await rooms.with(sessionId, async (live) => {
    await expect(other.with(sessionId, () => 1)).rejects.toThrow(RoomElsewhere);
    const apply = (doc: Y.Doc) => doc.getText('t').insert(0, 'last words');
    await live.changeAll([{ author: { kind: 'person', id: 'ada' }, kind: 'edit', apply }], () => Promise.resolve());
  });
  await eventually(async () =>
    expect(await other.with(sessionId, (live) => live.doc.getText('t').toJSON())).toBe('last words'),
  );
  const [snapshot] = await room.db
    .select()
    .from(schema.roomSnapshot)
    .where(eq(schema.roomSnapshot.sessionId, sessionId));
  expect(snapshot).toBeDefined();
  await Promise.all([rooms.close(), other.close()]);
});

test('[CB4] a store that fails keeps the room: it tries again, tells people, and shows nobody what is not stored', async () => {
  const sessionId = await room.session();
  let isBroken = false;
  const flaky = {
    ...store,
    append: (...args: Parameters<typeof store.append>) =>
      isBroken ? Promise.reject(new Error('no disk')) : store.append(...args),
  };
  const rooms = new Rooms({ db: room.db, nodeId: newId('node'), store: flaky });
  await rooms.with(sessionId, async (live) => {
    await live.settled();
    isBroken = true;
    const apply = (doc: Y.Doc) => doc.getText('t').insert(0, 'kept');
    const change = live.changeAll([{ author: { kind: 'person', id: 'ada' }, kind: 'edit', apply }], () =>
      Promise.resolve(),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect((await rowsOf(sessionId)).map((row) => row.actorId)).toEqual(['room']);
    isBroken = false;
    await change;
    expect((await rowsOf(sessionId)).map((row) => row.actorId)).toEqual(['room', 'ada']);
  });
  await rooms.close();
});

test('typing counts as activity of the session', async () => {
  const sessionId = await room.sessionWithText();
  const old = new Date('2026-01-01T00:00:00Z');
  await room.db.update(schema.session).set({ lastActivityAt: old }).where(eq(schema.session.id, sessionId));
  const client = await room.enter(await room.person(), sessionId);
  client.text.insert(0, 'x');
  await eventually(async () => expect((await rowsOf(sessionId)).some((row) => row.actorKind === 'person')).toBe(true));
  await room.server.collab.rooms.markActivity();
  const [row] = await room.db.select().from(schema.session).where(eq(schema.session.id, sessionId));
  expect(row?.lastActivityAt.getTime()).toBeGreaterThan(old.getTime());
});
