import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, roomFixture, type Client } from '../../db/testing-room.ts';
import { issueTicket } from '../sessions/issue-ticket.ts';

const room = await roomFixture();
const mebibyte = 1024 * 1024;

/** The socket under a standard client, which in these tests is one of ws. */
function socketOf(client: Client): WebSocket {
  const ws: unknown = client.provider.ws;
  if (!(ws instanceof WebSocket)) throw new Error('the client has no socket of ws');
  return ws;
}

test('[CB24] a standard client that stops reading is sent away, and has everything once it reads again', async () => {
  const sessionId = await room.sessionWithText();
  const writer = await room.enter(await room.person('developer', 'Ada'), sessionId);
  const slow = await room.enter(await room.person('developer', 'Bob'), sessionId);
  const socket = socketOf(slow);
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const live = room.server.collab.rooms.find(sessionId);
  socket.pause();
  for (let i = 0; live && live.connections.size > 1 && i < 20; i++) {
    writer.text.insert(0, String(i % 10).repeat(2 * mebibyte));
    await eventually(() => expect(live.doc.store.clients.get(writer.clientId)).toHaveLength(i + 1));
    await live.settled();
  }
  await eventually(() => expect(live?.connections.size).toBe(1));
  slow.text.insert(0, 'meanwhile');
  socket.resume();
  expect(await closed).toBe(1013);
  await eventually(() => expect(slow.text.length).toBe(writer.text.length), 30_000);
  expect(slow.text.toJSON()).toBe(writer.text.toJSON());
  expect(writer.text.toJSON()).toContain('meanwhile');
});

test('[CB25] what is sent before the room is loaded waits in the network', async () => {
  const sessionId = await room.sessionWithText();
  const other = await room.sessionWithText();
  await room.server.restart();
  const { ticket } = await issueTicket(await room.person(), { sessionId });
  const [ada, bob] = [await room.enter(await room.person(), other), await room.enter(await room.person(), other)];
  const sent = 32 * mebibyte;
  let early: WebSocket | undefined;
  await room.db.transaction(async (tx) => {
    // The room cannot be taken, and so not loaded, while this lock is held.
    await tx.execute(sql`select from room_lease where session_id = ${sessionId} for update`);
    early = new WebSocket(`${room.server.url}/${sessionId}?ticket=${ticket}`);
    await new Promise((resolve) => early?.once('open', resolve));
    for (let at = 0; at < sent; at += 4 * mebibyte) early.send(new Uint8Array(4 * mebibyte).fill(3));
    for (let i = 0; i < 10; i++) {
      ada.text.insert(i, 'x');
      await eventually(() => expect(bob.text.length).toBe(i + 1));
    }
    expect(early.bufferedAmount).toBeGreaterThan(sent / 4);
  });
  // Then it is read, and is not of the protocol.
  expect(await new Promise((resolve) => early?.once('close', resolve))).toBe(1007);
});
