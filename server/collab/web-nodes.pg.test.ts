import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { asc, eq } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type * as Y from 'yjs';
import { schema } from '../../db/client.ts';
import { testingEnv } from '../../db/testing-data-folder.ts';
import { eventually, roomFixture, type Client } from '../../db/testing-room.ts';
import { requirePerson } from '../auth/authorize.ts';
import { notify } from '../platform/notify.ts';
import { sign } from '../platform/secrets.ts';
import { endGuest } from '../sessions/change-guest.ts';
import { issueTicket } from '../sessions/issue-ticket.ts';
import { createFile } from '../sessions/file-commands.ts';
import { openFile } from '../sessions/open-file.ts';
import { newGuest } from '../sessions/testing-guests.ts';
import { findOwner } from './lease.ts';

/** Processes of their own, with real sockets between them, that are killed and paused. */
const room = await roomFixture();
// The processes of this file are the only ones that own rooms.
await room.server.stop();

type Node = { child: ChildProcess; port: number; url: string };
const nodes: Node[] = [];
const proxies: Server[] = [];
const isRunning = ({ child }: Node) => child.exitCode === null && child.signalCode === null;

afterAll(async () => {
  for (const proxy of proxies) proxy.close();
  const living = nodes.filter(isRunning);
  const ended = living.map(({ child }) => once(child, 'exit'));
  for (const { child } of living) child.kill('SIGKILL');
  await Promise.all(ended);
});

async function startNode(): Promise<Node> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'testing-node.ts')], {
    env: testingEnv({ DATABASE_URL: room.url, LOG_LEVEL: 'silent' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  const port = Number(line);
  if (!port) throw new Error('the web process did not start');
  const node = { child, port, url: `ws://127.0.0.1:${port}/collab` };
  nodes.push(node);
  return node;
}

/** Two living nodes and a session with a text: the node that owns its room, and the other. */
async function ownedSession(): Promise<{ sessionId: string; owner: Node; other: Node }> {
  const living = nodes.filter(isRunning);
  while (living.length < 2) living.push(await startNode());
  const sessionId = await room.sessionWithText();
  const { address } = (await findOwner(room.db, sessionId)) ?? { address: '' };
  const owner = living.find((node) => address.endsWith(`:${node.port}`));
  const other = living.find((node) => node !== owner);
  if (!owner || !other) throw new Error('no node owns the room');
  return { sessionId, owner, other };
}

/** What stands before several web processes: the first that takes a connection gets it. */
async function startProxy(behind: readonly Node[]): Promise<string> {
  const proxy = createServer((client) => {
    client.on('error', () => client.destroy());
    const tryAt = (index: number) => {
      const node = behind[index];
      if (!node) {
        client.destroy();
        return;
      }
      const server = connect(node.port, '127.0.0.1');
      server.once('error', () => tryAt(index + 1));
      server.once('connect', () => {
        server.removeAllListeners('error');
        server.on('error', () => client.destroy());
        server.on('close', () => client.destroy());
        client.on('close', () => server.destroy());
        server.pipe(client).pipe(server);
      });
    };
    tryAt(0);
  });
  proxies.push(proxy);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address with a port.
  return `ws://127.0.0.1:${(proxy.address() as AddressInfo).port}/collab`;
}

const textOf = (client: Client) => client.text.toJSON();

async function enter(name: string, sessionId: string, node: Pick<Node, 'url'>): Promise<Client> {
  return room.enter(await room.person('developer', name), sessionId, { url: node.url });
}

/** The fences of a room's rows, in the order of writing. */
async function fencesOf(sessionId: string): Promise<number[]> {
  const rows = await room.db
    .select({ fence: schema.roomUpdate.fence })
    .from(schema.roomUpdate)
    .where(eq(schema.roomUpdate.sessionId, sessionId))
    .orderBy(asc(schema.roomUpdate.id));
  return rows.map((row) => row.fence);
}

test('[CB70] sockets on either of two nodes reach the one owner of a room, and large texts pass as well', async () => {
  const { sessionId, owner, other } = await ownedSession();
  const ada = await enter('Ada', sessionId, owner);
  const bob = await enter('Bob', sessionId, other);
  ada.text.insert(0, 'from ada ');
  await eventually(() => expect(textOf(bob)).toBe('from ada '));
  bob.text.insert(0, 'x'.repeat(3_000_000));
  await eventually(() => expect(textOf(ada)).toHaveLength(3_000_009));
  bob.provider.awareness.setLocalStateField('file', 'f');
  await eventually(() => expect(ada.provider.awareness.getStates().get(bob.clientId)).toMatchObject({ file: 'f' }));
  const late = await enter('Eve', sessionId, other);
  await eventually(() => expect(textOf(late)).toHaveLength(3_000_009));
  const [lease] = await room.db.select().from(schema.roomLease).where(eq(schema.roomLease.sessionId, sessionId));
  expect(lease?.fence).toBe(1);
});

/** The status with which an upgrade is refused. */
function refusalOf(address: string, passage: string): Promise<string> {
  const socket = new WebSocket(address, { headers: { 'x-ensemble-passage': passage } });
  return new Promise((resolve) => socket.once('error', (error) => resolve(error.message)));
}

test('[CB70] a passage that no node wrote, an old one, and one for another node or room are refused', async () => {
  const { sessionId, owner, other } = await ownedSession();
  const { ticket } = await issueTicket(await room.person(), { sessionId });
  const { nodeId: to = '' } = (await findOwner(room.db, sessionId)) ?? {};
  const passage = { from: 'node_x', to, room: sessionId, address: '127.0.0.1', at: Date.now() };
  const signed = (change: Partial<typeof passage>, purpose = 'room-pass-through') =>
    sign(purpose, JSON.stringify({ ...passage, ...change }));
  const query = `/${sessionId}?ticket=${ticket}`;
  expect(await refusalOf(owner.url + query, 'made.up')).toContain('403');
  expect(await refusalOf(owner.url + query, signed({}, 'auth-cookie'))).toContain('403');
  expect(await refusalOf(owner.url + query, signed({ at: Date.now() - 61_000 }))).toContain('403');
  expect(await refusalOf(owner.url + query, signed({ room: 'ses_other' }))).toContain('403');
  expect(await refusalOf(other.url + query, signed({}))).toContain('421');
  // A passage opens no door: the ticket is looked at all the same.
  const socket = new WebSocket(`${owner.url}/${sessionId}?ticket=none`, {
    headers: { 'x-ensemble-passage': signed({}) },
  });
  expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4401);
});

test('[CB70] who is passed on to a node that does not own the room comes back later', async () => {
  const { sessionId, owner, other } = await ownedSession();
  const holder = await enter('Ada', sessionId, owner);
  const rows = await room.db.select().from(schema.webNode);
  const to = rows.find((row) => row.address.endsWith(`:${other.port}`))?.nodeId ?? '';
  const passage = { from: 'node_x', to, room: sessionId, address: '127.0.0.1', at: Date.now() };
  const { ticket } = await issueTicket(await room.person(), { sessionId });
  const socket = new WebSocket(`${other.url}/${sessionId}?ticket=${ticket}`, {
    headers: { 'x-ensemble-passage': sign('room-pass-through', JSON.stringify(passage)) },
  });
  expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1013);
  expect(holder.provider.synced).toBe(true);
});

test('[CB12] a revocation closes the sockets of every node, passed on or not, with its code', async () => {
  const { sessionId, owner, other } = await ownedSession();
  const ada = await room.person('developer', 'Ada');
  const bob = await room.person('developer', 'Bob');
  const here = await room.enter(ada, sessionId, { url: owner.url });
  const there = await room.enter(ada, sessionId, { url: other.url });
  const lowered = await room.enter(bob, sessionId, { url: other.url });
  const [adaId, bobId] = [requirePerson(ada).personId, requirePerson(bob).personId];
  await room.db.update(schema.teamMember).set({ role: 'viewer' }).where(eq(schema.teamMember.personId, bobId));
  await notify(room.db, 'access_changed', `person:${bobId}`);
  await room.db.delete(schema.teamMember).where(eq(schema.teamMember.personId, adaId));
  await notify(room.db, 'access_changed', `person:${adaId}`);
  expect(await Promise.all([here.closed, there.closed])).toEqual([4401, 4401]);
  // Rechecked in the order of the notices, so Bob's rights are lowered by now.
  lowered.text.insert(0, 'refused');
  const eve = await enter('Eve', sessionId, other);
  eve.text.insert(0, 'after');
  await eventually(() => expect(textOf(lowered)).toContain('after'));
  expect(textOf(eve)).toBe('after');
});

test('[CB81] a guest is shown out with the reason, on whichever node they entered', async () => {
  const { sessionId, owner, other } = await ownedSession();
  const ada = await room.person('developer', 'Ada');
  const { ctx, guestId } = await newGuest(ada, { sessionId });
  const clients = [
    await room.enter(ctx, sessionId, { url: owner.url }),
    await room.enter(ctx, sessionId, { url: other.url }),
  ];
  const said = clients.map(
    ({ provider }) => new Promise<{ code: number; reason: string }>((resolve) => provider.on('closed', resolve)),
  );
  await endGuest(ada, { sessionId, guestId });
  for (const { code, reason } of await Promise.all(said)) {
    expect(code).toBe(4404);
    expect(reason).toContain('ended your access');
  }
});

test('[CB48] with two nodes a command is executed once, by the owner or by whoever takes the room', async () => {
  await ownedSession();
  const ada = await room.person('developer', 'Ada');
  const files = Object.fromEntries(Array.from({ length: 4 }, (_value, index) => [`${index}.txt`, `text ${index}\n`]));
  const sessions = await Promise.all(Array.from({ length: 6 }, () => room.session(files)));
  await Promise.all(
    sessions.flatMap((sessionId) => Object.keys(files).map((file) => openFile(ada, { sessionId, path: file }))),
  );
  for (const sessionId of sessions) {
    const commands = await room.db.select().from(schema.roomCommand).where(eq(schema.roomCommand.sessionId, sessionId));
    expect(commands.map(({ state, attempts }) => `${state} ${attempts}`)).toEqual(Array(4).fill('done 1'));
    const opened = await room.db.select().from(schema.roomFile).where(eq(schema.roomFile.sessionId, sessionId));
    expect(opened).toHaveLength(4);
    expect(new Set(await fencesOf(sessionId)).size).toBe(1);
  }
});

test('[CB71] a database that was away longer than a lease moves no room: everybody stays where they are', async () => {
  const { sessionId, owner, other } = await ownedSession();
  const ada = await enter('Ada', sessionId, owner);
  const bob = await enter('Bob', sessionId, other);
  let closed = 0;
  for (const { provider } of [ada, bob]) provider.on('connection-close', () => closed++);
  const database = new pg.Client({ connectionString: room.url });
  await database.connect();
  await database.query('alter table web_node rename to web_node_away');
  const late = { ...(await issueTicket(await room.person(), { sessionId })), wait: false, url: other.url };
  const eve = await room.enter(await room.person(), sessionId, late);
  await eventually(async () => {
    const { rows } = await database.query('select from web_node_away where expires_at > now()');
    expect(rows).toHaveLength(0);
  });
  await database.query('alter table web_node_away rename to web_node');
  await database.end();
  await eventually(() => expect(eve.provider.synced).toBe(true), 20_000);
  ada.text.insert(0, 'here ');
  await eventually(() => expect([textOf(bob), textOf(eve)]).toEqual(['here ', 'here ']));
  const [lease] = await room.db.select().from(schema.roomLease).where(eq(schema.roomLease.sessionId, sessionId));
  expect([lease?.fence, closed]).toEqual([1, 0]);
});

test('[CB72] an owner that was paused writes nothing when it wakes, and sends its people to the new one', async () => {
  const { sessionId, owner, other } = await ownedSession();
  const ada = await enter('Ada', sessionId, owner);
  const bob = await enter('Bob', sessionId, other);
  ada.text.insert(0, 'one ');
  await eventually(() => expect(textOf(bob)).toBe('one '));
  owner.child.kill('SIGSTOP');
  ada.text.insert(4, 'late ');
  bob.text.insert(4, 'two ');
  const eve = await enter('Eve', sessionId, other);
  await eventually(() => expect(textOf(eve)).toBe('one two '), 20_000);
  const dan = enter('Dan', sessionId, owner);
  owner.child.kill('SIGCONT');
  expect(textOf(await dan)).toContain('two');
  await eventually(() => expect(textOf(eve)).toContain('late'), 20_000);
  await eventually(() => expect(textOf(ada)).toBe(textOf(eve)), 20_000);
  const fences = await fencesOf(sessionId);
  expect(fences.toSorted((x, y) => x - y)).toEqual(fences);
});

test('[CB48] commands that were asked of an owner that is killed are done once by the next one', async () => {
  const { sessionId, owner } = await ownedSession();
  const ada = await room.person('developer', 'Ada');
  const paths = Array.from({ length: 8 }, (_value, index) => `new-${index}.txt`);
  const asked = paths.map((file) => createFile(ada, { sessionId, path: file, text: `${file}\n` }));
  await Promise.race(asked);
  owner.child.kill('SIGKILL');
  await Promise.allSettled(asked);
  const { roomCommand, roomFile } = schema;
  await eventually(async () => {
    const commands = await room.db.select().from(roomCommand).where(eq(roomCommand.sessionId, sessionId));
    expect(commands.filter(({ state }) => state === 'done')).toHaveLength(paths.length + 1);
  }, 20_000);
  const files = await room.db.select().from(roomFile).where(eq(roomFile.sessionId, sessionId));
  expect(files.map((file) => file.path).toSorted()).toEqual([...paths, 'text.txt'].toSorted());
  const [survivor] = nodes.filter(isRunning);
  if (!survivor) throw new Error('a node survives');
  const eve = await enter('Eve', sessionId, survivor);
  const texts = [...eve.doc.getMap<Y.Map<unknown>>('files').values()].map((file) => String(file.get('text')));
  expect(texts.toSorted()).toEqual(['', ...paths.map((file) => `${file}\n`)].toSorted());
});

test('[CB71] killing the owner moves its room to the other node, and everybody types on', async () => {
  const { sessionId, owner, other } = await ownedSession();
  const ada = await enter('Ada', sessionId, { url: await startProxy([owner, other]) });
  const bob = await enter('Bob', sessionId, other);
  ada.text.insert(0, 'before');
  await eventually(() => expect(textOf(bob)).toBe('before'));
  owner.child.kill('SIGKILL');
  ada.text.insert(6, ' and after');
  await eventually(() => expect(textOf(bob)).toBe('before and after'), 20_000);
  bob.text.insert(0, 'still ');
  await eventually(() => expect(textOf(ada)).toBe('still before and after'), 20_000);
  const fences = await fencesOf(sessionId);
  expect(fences.at(-1)).toBe((fences[0] ?? 0) + 1);
});
