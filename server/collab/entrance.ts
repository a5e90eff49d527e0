import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Database } from '../../db/client.ts';
import { log } from '../platform/log.ts';
import { admissionsNow, admit, type Admission, type Participant } from './access.ts';
import { Connection, type Peer } from './connection.ts';
import { countRefused, type Door } from './door.ts';
import { retrying } from './retrying.ts';
import { UnreadableRoom, type Room } from './room.ts';
import { RoomAbsent, RoomElsewhere, RoomsFull, type Rooms } from './rooms.ts';
import { sendMessage } from './socket-frames.ts';
import { noticeFrame, presenceFrame } from './wire.ts';

/** An accepted socket, and the stream under it. */
export type Accepted = { ws: WebSocket; socket: Duplex };

export type Entrance = { db: Database; rooms: Rooms; door: Door; stopping: AbortSignal };

/** What the address of a socket asks for. */
export type Asked = { room: string; ticket: string; wantsNotices: boolean };

/** A socket on its way in. */
type Visitor = Asked &
  Accepted & {
    /** Fires when the socket is gone or the process stops. */
    gone: AbortSignal;
    /** It waits for a database that does not answer. */
    isHeldUp: boolean;
  };

/**
 * Brings an accepted socket into its room: ticket, load, ticket again, join. The socket is accepted first and closed with
 * a code then: a refused upgrade would be tried again for ever. While the database is away it waits, and is told so.
 */
export async function enter(entrance: Entrance, { ws, socket }: Accepted, asked: Asked): Promise<void> {
  // What comes before the room is loaded waits in the network.
  ws.pause();
  const closed = new AbortController();
  ws.once('close', () => closed.abort(new Error('the socket is gone')));
  ws.on('error', (error) => log().debug({ err: error, room: asked.room }, 'a socket of a room failed'));
  const visitor = { ...asked, ws, socket, gone: AbortSignal.any([closed.signal, entrance.stopping]), isHeldUp: false };
  try {
    await proceed(entrance, visitor);
  } catch (error) {
    refuse(visitor, error);
  }
}

async function proceed(entrance: Entrance, visitor: Visitor): Promise<void> {
  const { ws, room: sessionId } = visitor;
  const first = await persistently(entrance, visitor, () =>
    admit(entrance.db, { room: sessionId, ticket: visitor.ticket }),
  );
  if (!first.ok) return closeSocket(ws, first.code, first.reason);
  const { ticketId, personId } = first.participant;
  const release = entrance.door.enter({ sessionId, personId });
  if (release === 'room') return closeSocket(ws, 1013, 'Too many windows have this session open. Connect again later.');
  if (release === 'person')
    return closeSocket(ws, 4429, 'You have too many sessions open at once. Close some windows.');
  ws.once('close', release);
  if (ws.readyState !== ws.OPEN) return release();
  const waiting = { signal: visitor.gone, onFailing: () => holdUp(visitor) };
  await entrance.rooms.with(
    sessionId,
    async (room) => {
      // Loading takes time, and a notification finds only who is in the room.
      const admission = await persistently(entrance, visitor, async () => {
        const now = await admissionsNow(entrance.db, [ticketId]);
        return now.get(ticketId);
      });
      if (!admission?.ok) return closeSocket(ws, admission?.code ?? 4401, admission?.reason ?? '');
      // So does the database's answer, and the room may have gone to another node in that time.
      if (room.isClosed) return closeSocket(ws, 1013, 'The room has moved to another server. Connect again.');
      if (ws.readyState === ws.OPEN) attach(visitor, room, admission.participant);
    },
    waiting,
  );
}

/** Asks the database until it answers, as long as the socket waits. */
function persistently<T extends Admission | undefined>(
  { door }: Entrance,
  visitor: Visitor,
  ask: () => Promise<T>,
): Promise<T> {
  return retrying(() => door.lookUp(ask), {
    signal: visitor.gone,
    onFailure(error) {
      log().error({ err: error }, 'could not look up a ticket of a room');
      holdUp(visitor);
    },
  });
}

/** Said again with each try: writing also finds out who is gone, for a paused socket is not read. */
function holdUp(visitor: Visitor): void {
  visitor.isHeldUp = true;
  const { ws, wantsNotices } = visitor;
  if (ws.readyState !== ws.OPEN) return;
  if (wantsNotices) ws.send(noticeFrame({ type: 'store', state: 'failing' }), { binary: true });
  else ws.ping();
}

function attach(visitor: Visitor, room: Room, participant: Participant): void {
  const { ws, wantsNotices } = visitor;
  const connection = new Connection(room, peerOf(visitor), { participant, wantsNotices });
  answersPings(ws);
  ws.on('message', (data: Buffer, isBinary) => {
    if (isBinary) connection.receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    else connection.close(1007, 'Malformed message: text instead of bytes.');
  });
  ws.on('close', () => connection.ended());
  room.join(connection);
  if (visitor.isHeldUp) connection.notify({ type: 'store', state: 'ok' });
  ws.resume();
}

function peerOf({ ws, socket }: Accepted): Peer {
  return {
    send: (message) => sendMessage(ws, socket, message),
    close: (code, reason) => closeSocket(ws, code, reason),
    bufferedBytes: () => socket.writableLength,
    pause: () => ws.pause(),
    resume: () => ws.resume(),
  };
}

/** A reason fits into 123 bytes. The socket must be read for the other side's farewell to be seen. */
export function closeSocket(ws: WebSocket, code: number, reason: string): void {
  ws.resume();
  ws.close(code, reason.slice(0, 120));
}

/** Codes from 4500 and 1013 are tried again by clients, 44xx are final. */
function refuse({ ws, gone }: Visitor, error: unknown): void {
  if (gone.aborted) return closeSocket(ws, 1012, 'The server restarts. Connect again.');
  if (error instanceof RoomAbsent) return closeSocket(ws, 4404, 'There is no such room, or you have no access to it.');
  if (error instanceof UnreadableRoom) return closeSocket(ws, 4500, error.says);
  if (error instanceof RoomsFull) {
    countRefused('rooms');
    return closeSocket(ws, 1013, 'The server has as many sessions open as it can hold. Connect again.');
  }
  if (!(error instanceof RoomElsewhere)) log().error({ err: error }, 'could not open a room');
  closeSocket(ws, 1013, 'The room cannot be opened right now. Connect again.');
}

const alive = new WeakMap<WebSocket, () => boolean>();

function answersPings(ws: WebSocket): void {
  let isAlive = true;
  alive.set(ws, () => {
    const was = isAlive;
    isAlive = false;
    return was;
  });
  ws.on('pong', () => {
    isAlive = true;
  });
}

/** A browser does not see pings, and a standard client takes a line for dead that brought no message for 30 s. */
const nobodyChanged = presenceFrame([]);

/** Ends sockets that did not answer since the last round. Those on their way in are not read, so they cannot answer. */
export function pingAll(sockets: Iterable<WebSocket>): void {
  for (const ws of sockets) {
    if (alive.get(ws)?.() ?? true) {
      ws.ping();
      if (alive.has(ws)) ws.send(nobodyChanged, { binary: true });
    } else ws.terminate();
  }
}
