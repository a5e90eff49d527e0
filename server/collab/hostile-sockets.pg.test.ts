import { once } from 'node:events';
import { connect } from 'node:net';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { hostileFrame, type Attack } from '../../bench/schedules/hostile-frames.ts';
import { random } from '../../bench/schedules/random.ts';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture, type Client } from '../../db/testing-room.ts';
import type { Context } from '../context.ts';
import { issueTicket } from '../sessions/issue-ticket.ts';

const room = await roomFixture();

const rowsOf = (sessionId: string) =>
  room.db.select().from(schema.roomUpdate).where(eq(schema.roomUpdate.sessionId, sessionId));

async function openSocket(ctx: Context, sessionId: string): Promise<WebSocket> {
  const { ticket } = await issueTicket(ctx, { sessionId });
  const ws = new WebSocket(`${room.server.url}/${sessionId}?ticket=${ticket}`);
  // A server that ends the line in the middle of a message is meant to.
  ws.on('error', () => undefined);
  await once(ws, 'open');
  return ws;
}

/** Someone honest in a session with a text, and what is stored of it. */
async function quietSession(): Promise<{ sessionId: string; ada: Client }> {
  const sessionId = await room.sessionWithText();
  const ada = await room.enter(await room.person(), sessionId);
  ada.text.insert(0, 'kept');
  await eventually(async () =>
    expect((await rowsOf(sessionId)).filter((row) => row.actorKind === 'person')).toHaveLength(1),
  );
  return { sessionId, ada };
}

async function stillWorks(sessionId: string, ada: Client): Promise<void> {
  const bob = await room.enter(await room.person(), sessionId);
  await eventually(() => expect(bob.text.toJSON()).toBe(ada.text.toJSON()));
  ada.text.insert(0, 'and ');
  await eventually(() => expect(bob.text.toJSON()).toBe(ada.text.toJSON()));
}

async function bombard(sessionId: string, given: { ctx: Context; ada: Client; frames: number }): Promise<void> {
  const attack: Attack = { next: random(7), clientId: 4_000, doc: given.ada.doc, updates: [] };
  for (let left = given.frames; left > 0;) {
    const ws = await openSocket(given.ctx, sessionId);
    const closed = once(ws, 'close');
    for (let sent = 0; sent < 40 && left > 0; sent++, left--) ws.send(hostileFrame(attack).frame);
    ws.close();
    await closed;
  }
}

test('[CB64][CB65] hostile frames on sockets of someone who may only view change no row and end no room', async () => {
  const { sessionId, ada } = await quietSession();
  const before = await rowsOf(sessionId);
  await bombard(sessionId, { ctx: await room.person('viewer'), ada, frames: 2_000 });
  expect(await rowsOf(sessionId)).toEqual(before);
  expect(ada.text.toJSON()).toBe('kept');
  await stillWorks(sessionId, ada);
});

test('[CB64][CB65] hostile frames on sockets of someone who may edit leave everybody equal', async () => {
  const { sessionId, ada } = await quietSession();
  await bombard(sessionId, { ctx: await room.person(), ada, frames: 1_000 });
  await stillWorks(sessionId, ada);
});

test('[CB20][CB64] text frames, claims of endless frames and bytes that are no WebSocket end their socket alone', async () => {
  const { sessionId, ada } = await quietSession();
  const ctx = await room.person();
  const texting = await openSocket(ctx, sessionId);
  const refused = once(texting, 'close');
  texting.send('hello');
  const [code] = await refused;
  expect(code).toBe(1007);
  const { port } = new URL(room.server.url);
  const { ticket } = await issueTicket(ctx, { sessionId });
  const handshake = (target: string) =>
    `GET /collab/${target}?ticket=${ticket} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  const endless = [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4];
  const wrong = [0xff, 0xff, 0xff, 0x00, 0x12];
  for (const bytes of [endless, wrong]) {
    const socket = connect(Number(port), '127.0.0.1');
    const ended = once(socket, 'close');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(handshake(sessionId));
    await once(socket, 'data');
    socket.write(Uint8Array.from(bytes));
    await ended;
  }
  for (const target of ['../../etc/passwd', 'x'.repeat(5_000), '%00', '']) {
    const socket = connect(Number(port), '127.0.0.1');
    const ended = once(socket, 'close');
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(handshake(target));
    await ended;
  }
  await stillWorks(sessionId, ada);
});
