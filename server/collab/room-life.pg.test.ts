import * as decoding from 'lib0/decoding';
import { eq } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture, type Client } from '../../db/testing-room.ts';
import { newId } from '../platform/ids.ts';
import { metricsText } from '../platform/metrics.ts';
import { issueTicket } from '../sessions/issue-ticket.ts';
import { openFile } from '../sessions/open-file.ts';
import { renewNode } from './lease.ts';
import { createRoomStore } from './room-store.ts';
import { Rooms, RoomsFull } from './rooms.ts';

const room = await roomFixture();
const owner = new pg.Client({ connectionString: room.url });
await owner.connect();
afterAll(() => owner.end());

/** A table that is away makes what needs it fail, as a database that does not answer would. */
async function without<T>(table: string, fn: () => Promise<T>): Promise<T> {
  await owner.query(`alter table ${table} rename to ${table}_away`);
  try {
    return await fn();
  } finally {
    await owner.query(`alter table ${table}_away rename to ${table}`);
  }
}

/** Everything our own client is told. */
function noticesOf({ provider }: Client): Record<string, unknown>[] {
  const notices: Record<string, unknown>[] = [];
  provider.messageHandlers[100] = (_encoder, decoder) => {
    notices.push(JSON.parse(decoding.readVarString(decoder)) as Record<string, unknown>);
  };
  return notices;
}

test.each(['room_snapshot', 'room_ticket'])(
  '[CB9] while %s cannot be read those who enter wait, are told, and come in when it can be',
  async (table) => {
    const sessionId = await room.sessionWithText();
    await room.server.restart();
    const [ada, bob] = [await room.person(), await room.person()];
    const tickets = await Promise.all([ada, bob].map(async (one) => (await issueTicket(one, { sessionId })).ticket));
    let own: Client | undefined;
    let standard: Client | undefined;
    let notices: Record<string, unknown>[] = [];
    let closed = 0;
    await without(table, async () => {
      own = await room.enter(ada, sessionId, { ticket: tickets[0] ?? '', wait: false, params: { ensemble: '1' } });
      notices = noticesOf(own);
      standard = await room.enter(bob, sessionId, { ticket: tickets[1] ?? '', wait: false });
      for (const { provider } of [own, standard]) provider.on('connection-close', () => closed++);
      await eventually(() => expect(notices).toContainEqual({ type: 'store', state: 'failing' }));
      await eventually(() => expect(standard?.provider.wsconnected).toBe(true));
      expect(metricsText()).toMatch(/^ensemble_room_sockets_waiting [12]$/m);
    });
    await eventually(() => expect([own?.provider.synced, standard?.provider.synced]).toEqual([true, true]));
    expect(closed).toBe(0);
    await eventually(() => expect(notices).toContainEqual({ type: 'store', state: 'ok' }));
    own?.text.insert(0, 'typed');
    await eventually(() => expect(standard?.text.toJSON()).toBe('typed'));
    expect(metricsText()).toMatch(/^ensemble_room_sockets_waiting 0$/m);
  },
);

test('[CB9] one failing load serves all who wait, and a command that meets it is done later', async () => {
  const sessionId = await room.session({ 'a.txt': 'a\n' });
  let loads = 0;
  const store = createRoomStore(room.db);
  const flaky = {
    ...store,
    load: (id: string) => (++loads < 3 ? Promise.reject(new Error('no answer')) : store.load(id)),
  };
  const rooms = new Rooms({ db: room.db, nodeId: newId('node'), store: flaky });
  let told = 0;
  const waiting = [1, 2, 3].map(() => rooms.with(sessionId, (one) => one, { onFailing: () => told++ }));
  await expect(rooms.with(sessionId, (one) => one)).rejects.toThrow('no answer');
  const gone = new AbortController();
  const left = rooms.with(sessionId, (one) => one, { signal: gone.signal, onFailing: () => gone.abort() });
  await expect(left).rejects.toThrow('nobody waits');
  expect(new Set(await Promise.all(waiting)).size).toBe(1);
  expect(loads).toBe(3);
  expect(told).toBeGreaterThanOrEqual(6);
  await rooms.close();
  const ada = await room.person();
  await room.server.restart();
  let opened: ReturnType<typeof openFile> | undefined;
  await without('room_snapshot', async () => {
    opened = openFile(ada, { sessionId, path: 'a.txt' });
    const commands = () => room.db.select().from(schema.roomCommand).where(eq(schema.roomCommand.sessionId, sessionId));
    await eventually(async () => expect(await commands()).toMatchObject([{ state: 'queued' }]));
  });
  expect(await opened).toMatchObject({ sizeBytes: 2 });
});

test('[CB9] a server that stops does not wait for a load that fails', async () => {
  const sessionId = await room.session();
  const failing = { load: () => Promise.reject(new Error('no answer')) };
  const rooms = new Rooms({ db: room.db, nodeId: newId('node'), store: { ...createRoomStore(room.db), ...failing } });
  let stop = () => undefined as void;
  const told = new Promise<void>((resolve) => (stop = resolve));
  const waiting = rooms.with(sessionId, (one) => one, { onFailing: stop });
  await told;
  expect(rooms.failingCount).toBe(1);
  await Promise.all([expect(waiting).rejects.toThrow('stopping'), rooms.close()]);
});

function documentWith(change: (doc: Y.Doc) => void): Buffer {
  const doc = new Y.Doc();
  change(doc);
  return Buffer.from(Y.encodeStateAsUpdate(doc));
}

/** An update that builds on one that is not there. */
function documentWithGap(): Buffer {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  doc.getMap('files').set('a', 1);
  doc.getMap('files').set('b', 2);
  return Buffer.from(updates[1] ?? []);
}

const broken = {
  'cannot be decoded': { state: Buffer.from('not an update'), says: 'cannot be read', reason: 'cannot be decoded' },
  'has gaps': { state: documentWithGap(), says: 'cannot be read', reason: 'has gaps' },
  'has a newer layout': {
    state: documentWith((doc) => doc.getMap('meta').set('layout', 2)),
    says: 'A newer version of Ensemble',
    reason: 'has the layout 2',
  },
};

test.each(Object.entries(broken))('[CB6] a document that %s is kept as it is and written down', async (_name, one) => {
  const { state, says, reason } = one;
  const sessionId = await room.session({ 'a.txt': 'a\n' });
  const ada = await room.person();
  const row = { teamId: room.teamId, throughId: 0, fence: 1, state };
  await room.db.insert(schema.roomSnapshot).values({ sessionId, ...row });
  const { ticket } = await issueTicket(ada, { sessionId });
  const socket = new WebSocket(`${room.server.url}/${sessionId}?ticket=${ticket}`);
  const closed = await new Promise((resolve) =>
    socket.on('close', (code, why) => resolve({ code, why: why.toString() })),
  );
  expect(closed).toEqual({ code: 4500, why: expect.stringContaining(says) as string });
  await expect(openFile(ada, { sessionId, path: 'a.txt' })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(says) as string,
  });
  const { roomQuarantine, roomSnapshot, roomUpdate } = schema;
  const found = () => room.db.select().from(roomQuarantine).where(eq(roomQuarantine.sessionId, sessionId));
  expect(await found()).toMatchObject([{ reason: expect.stringContaining(reason) as string }]);
  const [kept] = await room.db.select().from(roomSnapshot).where(eq(roomSnapshot.sessionId, sessionId));
  expect(Buffer.from(kept?.state ?? []).equals(state)).toBe(true);
  expect(await room.db.select().from(roomUpdate).where(eq(roomUpdate.sessionId, sessionId))).toEqual([]);
  // The operator puts back what was there before.
  await room.db.delete(roomSnapshot).where(eq(roomSnapshot.sessionId, sessionId));
  await room.server.restart();
  expect(await openFile(ada, { sessionId, path: 'a.txt' })).toMatchObject({ sizeBytes: 2 });
  expect(await found()).toEqual([]);
});

async function boundedRooms(bounds: { rooms?: number; bytes?: number }): Promise<Rooms> {
  const nodeId = newId('node');
  await renewNode(room.db, { nodeId, address: 'http://127.0.0.1:1' });
  return new Rooms({ db: room.db, nodeId, bounds });
}

test('[CB73] above the bound of rooms the one that nobody used for longest goes first; those in use stay', async () => {
  const rooms = await boundedRooms({ rooms: 2 });
  const [first = '', second = '', third = ''] = await Promise.all([1, 2, 3].map(() => room.session()));
  await rooms.with(first, (one) => one.settled());
  await rooms.with(second, (one) => one.settled());
  await rooms.with(first, () => undefined);
  await rooms.with(third, (one) => one.settled());
  expect([first, second, third].map((id) => rooms.find(id) !== undefined)).toEqual([true, false, true]);
  await rooms.with(first, () =>
    rooms.with(third, async () => {
      await expect(rooms.with(second, () => undefined)).rejects.toThrow(RoomsFull);
    }),
  );
  await rooms.with(second, (one) => expect(one.isClosed).toBe(false));
  await rooms.close();
});

test('[CB73] above the bound of bytes rooms that nobody uses go as well', async () => {
  const rooms = await boundedRooms({ bytes: 100_000 });
  const [first = '', second = ''] = await Promise.all([1, 2].map(() => room.session()));
  const apply = (doc: Y.Doc) => doc.getMap('meta').set('x', 'y'.repeat(200_000));
  await rooms.with(first, (one) =>
    one.changeAll([{ author: { kind: 'system', id: 'test' }, kind: 'edit', apply }], () => Promise.resolve()),
  );
  expect(rooms.sizeBytes).toBeGreaterThan(200_000);
  await rooms.with(second, (one) => one.settled());
  expect([first, second].map((id) => rooms.find(id) !== undefined)).toEqual([false, true]);
  await rooms.close();
});

test('[CB74] sockets above the bounds of a room and of a person are turned away, and there is room again later', async () => {
  const sessionId = await room.sessionWithText();
  await room.server.restart({ door: { inRoom: 3, ofPerson: 2 } });
  const [ada, bob, eve] = await Promise.all([1, 2, 3].map(() => room.person()));
  if (!ada || !bob || !eve) throw new Error('three people');
  const leaving = await room.enter(ada, sessionId);
  await room.enter(ada, sessionId);
  expect(await (await room.enter(ada, sessionId, { wait: false })).closed).toBe(4429);
  await room.enter(bob, sessionId);
  const { ticket } = await issueTicket(eve, { sessionId });
  const socket = new WebSocket(`${room.server.url}/${sessionId}?ticket=${ticket}`);
  expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1013);
  leaving.provider.destroy();
  expect((await room.enter(eve, sessionId)).provider.synced).toBe(true);
  expect(metricsText()).toContain('ensemble_room_sockets_refused_total{reason="person"} 1');
  await room.server.restart();
});

test('[CB74] too many sockets on their way in from one address are refused before anything is looked up', async () => {
  const sessionId = await room.sessionWithText();
  await room.server.restart({ door: { waitingFromAddress: 0 } });
  const socket = new WebSocket(`${room.server.url}/${sessionId}?ticket=none`);
  const refused = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(refused.message).toContain('503');
  await room.server.restart();
});

test('[CB74] a flood of sockets without a ticket ends with 4401 each, and people come in meanwhile', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person();
  const flood = Array.from({ length: 150 }, (_value, index) => {
    const socket = new WebSocket(`${room.server.url}/${sessionId}?ticket=${index}`);
    socket.on('error', () => undefined);
    return new Promise((resolve) => socket.once('close', resolve));
  });
  const client = await room.enter(ada, sessionId);
  expect(client.provider.synced).toBe(true);
  expect(new Set(await Promise.all(flood))).toEqual(new Set([4401]));
  await eventually(() => expect(metricsText()).toMatch(/^ensemble_room_sockets_waiting 0$/m));
});
