import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { asc, eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { schema } from '../../db/client.ts';
import { testingEnv } from '../../db/testing-data-folder.ts';
import { eventually, roomFixture, type Client } from '../../db/testing-room.ts';
import { requirePerson } from '../auth/authorize.ts';
import { notify } from '../platform/notify.ts';

/** Processes of their own, with real sockets between them, that are killed and paused. */
const room = await roomFixture();
// The processes of this file are the only ones that own rooms.
await room.server.stop();

type Node = { child: ChildProcess; port: number; url: string };
const nodes: Node[] = [];
const proxies: Server[] = [];

afterAll(async () => {
  for (const proxy of proxies) proxy.close();
  const living = nodes.filter(({ child }) => child.exitCode === null && child.signalCode === null);
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

const textOf = (client: Client) => client.doc.getText('t').toJSON();

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
  const [a, b] = await Promise.all([startNode(), startNode()]);
  const sessionId = await room.session();
  const ada = await enter('Ada', sessionId, a);
  const bob = await enter('Bob', sessionId, b);
  ada.doc.getText('t').insert(0, 'from ada ');
  await eventually(() => expect(textOf(bob)).toBe('from ada '));
  bob.doc.getText('t').insert(0, 'x'.repeat(3_000_000));
  await eventually(() => expect(textOf(ada)).toHaveLength(3_000_009));
  bob.provider.awareness.setLocalStateField('file', 'f');
  await eventually(() => expect(ada.provider.awareness.getStates().get(bob.clientId)).toMatchObject({ file: 'f' }));
  const late = await enter('Eve', sessionId, b);
  await eventually(() => expect(textOf(late)).toHaveLength(3_000_009));
  expect(new Set(await fencesOf(sessionId)).size).toBe(1);
});

test('[CB71] killing the owner moves its room to the other node, and everybody types on', async () => {
  const [a, b] = await Promise.all([startNode(), startNode()]);
  const sessionId = await room.session();
  const ada = await enter('Ada', sessionId, { url: await startProxy([a, b]) });
  const bob = await enter('Bob', sessionId, b);
  ada.doc.getText('t').insert(0, 'before');
  await eventually(() => expect(textOf(bob)).toBe('before'));
  a.child.kill('SIGKILL');
  ada.doc.getText('t').insert(6, ' and after');
  await eventually(() => expect(textOf(bob)).toBe('before and after'), 20_000);
  bob.doc.getText('t').insert(0, 'still ');
  await eventually(() => expect(textOf(ada)).toBe('still before and after'), 20_000);
  const fences = await fencesOf(sessionId);
  expect(fences.at(-1)).toBe((fences[0] ?? 0) + 1);
});

test('[CB72] an owner that was paused writes nothing when it wakes, and sends its people to the new one', async () => {
  const [a, b] = await Promise.all([startNode(), startNode()]);
  const sessionId = await room.session();
  // Who stays with the paused node types into the void until it wakes; then the proxy's other node serves.
  const ada = await enter('Ada', sessionId, a);
  const bob = await enter('Bob', sessionId, b);
  ada.doc.getText('t').insert(0, 'one ');
  await eventually(() => expect(textOf(bob)).toBe('one '));
  a.child.kill('SIGSTOP');
  ada.doc.getText('t').insert(4, 'late ');
  bob.doc.getText('t').insert(4, 'two ');
  const eve = await enter('Eve', sessionId, b);
  await eventually(() => expect(textOf(eve)).toBe('one two '), 20_000);
  a.child.kill('SIGCONT');
  await eventually(() => expect(textOf(eve)).toContain('late'), 20_000);
  await eventually(() => expect(textOf(ada)).toBe(textOf(eve)), 20_000);
  const fences = await fencesOf(sessionId);
  expect(fences.toSorted((x, y) => x - y)).toEqual(fences);
});

test('[CB12] a revocation closes sockets of every node, passed on or not, with its code', async () => {
  const [a, b] = await Promise.all([startNode(), startNode()]);
  const sessionId = await room.session();
  const person = await room.person('developer', 'Ada');
  const here = await room.enter(person, sessionId, { url: a.url });
  const there = await room.enter(person, sessionId, { url: b.url });
  const { personId } = requirePerson(person);
  await room.db.update(schema.teamMember).set({ role: 'viewer' }).where(eq(schema.teamMember.personId, personId));
  await notify(room.db, 'access_changed', `person:${personId}`);
  await room.db.delete(schema.teamMember).where(eq(schema.teamMember.personId, personId));
  await notify(room.db, 'access_changed', `person:${personId}`);
  expect(await Promise.all([here.closed, there.closed])).toEqual([4401, 4401]);
});
