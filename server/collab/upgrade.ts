import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { db as openDb, type Database } from '../../db/client.ts';
import { log } from '../platform/log.ts';
import { gauge } from '../platform/metrics.ts';
import { notifications } from '../platform/notifications.ts';
import { admissionsNow, admit, concerns, type Participant } from './access.ts';
import { Connection, type Peer } from './connection.ts';
import { leaseRenewalMs } from './lease.ts';
import { UnreadableRoom, type Room } from './room.ts';
import { createCommandRunner, type CommandRunner } from './room-commands.ts';
import { RoomAbsent, RoomElsewhere, Rooms } from './rooms.ts';

/** The largest frame a client may send; ws closes with 1009 above it. */
const maxFrameBytes = 8 * 1024 * 1024;
const pingMs = 25_000;
const recheckMs = 10_000;
const commandPollMs = 2_000;
const activityMs = 20_000;

export type CollabOptions = {
  nodeId: string;
  /** The address people use; its pages may open sockets. */
  publicUrl: string;
  db?: Database;
  /** How long a room without people stays in memory. */
  idleMs?: number;
};

export type Collab = {
  /** The rooms that this process owns. */
  readonly rooms: Rooms;
  /** Takes over an HTTP upgrade to `/collab/<room>`. Never rejects. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Stores what is not stored, sends everybody away (they come back), gives the rooms back. */
  close(): Promise<void>;
};

type Service = { db: Database; rooms: Rooms; commands: CommandRunner; server: WebSocketServer; publicUrl: string };

/** Rooms and their sockets in this process (docs/spec/collab.md). */
export async function createCollab(options: CollabOptions): Promise<Collab> {
  const db = options.db ?? openDb();
  const rooms = new Rooms({ db, nodeId: options.nodeId, ...(options.idleMs ? { idleMs: options.idleMs } : {}) });
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    clientTracking: true,
  });
  const service: Service = {
    db,
    rooms,
    server,
    commands: createCommandRunner({ db, rooms }),
    publicUrl: options.publicUrl,
  };
  gauge('ensemble_rooms', 'Rooms in memory', () => [...rooms.loaded()].length);
  gauge('ensemble_room_sockets', 'Open sockets of rooms', () => server.clients.size);
  const stopListening = await listen(service);
  logged(service.commands.runQueued());
  const timers = [
    every(leaseRenewalMs, 'renew the leases of rooms', () => rooms.renew()),
    every(recheckMs, 'check access to rooms', () => recheck(service, () => true)),
    every(activityMs, 'mark the activity of sessions', () => rooms.markActivity()),
    every(commandPollMs, 'look for room commands', () => service.commands.runQueued()),
    setInterval(() => pingAll(server), pingMs).unref(),
  ];
  return {
    rooms,
    upgrade: (req, socket, head) => upgrade(service, { req, socket, head }),
    async close() {
      for (const timer of timers) clearInterval(timer);
      stopListening();
      await service.commands.close();
      await rooms.close();
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

/** Repeats what must not end with one failure; it never overlaps with itself. */
function every(ms: number, what: string, fn: () => Promise<unknown>): NodeJS.Timeout {
  let isRunning = false;
  return setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    fn()
      .catch((error: unknown) => log().error({ err: error }, `could not ${what}`))
      .finally(() => {
        isRunning = false;
      });
  }, ms).unref();
}

async function listen(service: Service): Promise<() => void> {
  const listening = await notifications();
  const stops = [
    listening.on('access_changed', (payload) => logged(recheck(service, (one) => concerns(payload, one)))),
    listening.on('room_command', (payload) => logged(service.commands.run(payload.split(':', 1)[0] ?? ''))),
    listening.onReconnect(() => {
      logged(recheck(service, () => true));
      logged(service.commands.runQueued());
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

function logged(work: Promise<unknown>): void {
  work.catch((error: unknown) => log().error({ err: error }, 'a notification to the rooms failed'));
}

/** Asks again who may stay, for the connections that `concerned` picks. */
async function recheck(service: Service, concerned: (participant: Participant) => boolean): Promise<void> {
  const connections = [...service.rooms.loaded()]
    .flatMap((room) => [...room.connections])
    .filter((connection) => concerned(connection.participant));
  if (connections.length === 0) return;
  const now = await admissionsNow(
    service.db,
    connections.map((connection) => connection.participant.ticketId),
  );
  for (const connection of connections) {
    const admission = now.get(connection.participant.ticketId);
    if (admission?.ok) connection.setParticipant(admission.participant);
    else connection.close(admission?.code ?? 4401, admission?.reason ?? 'This ticket is not valid any more.');
  }
}

type Upgrade = { req: IncomingMessage; socket: Duplex; head: Buffer };

async function upgrade(service: Service, { req, socket, head }: Upgrade): Promise<void> {
  // A socket that breaks before it is a WebSocket has nobody to tell.
  socket.on('error', () => socket.destroy());
  if (!isOurOrigin(req, service.publicUrl)) return answer(socket, '403 Forbidden');
  const url = URL.parse(req.url ?? '/', 'http://room');
  const room = url && /^\/collab\/([\w.~-]{1,200})$/.exec(url.pathname)?.[1];
  if (!url || !room) return answer(socket, '404 Not Found');
  const ticket = url.searchParams.get('ticket') ?? '';
  const wantsNotices = url.searchParams.get('ensemble') === '1';
  service.server.handleUpgrade(req, socket, head, (ws) => {
    // What comes before the room is loaded waits in the network.
    ws.pause();
    ws.on('error', (error) => log().debug({ err: error, room }, 'a socket of a room failed'));
    enter(service, ws, { room, ticket, wantsNotices }).catch((error: unknown) => refuse(ws, error));
  });
}

function answer(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Browsers name the page that opens a socket; programs do not, and have their ticket. */
function isOurOrigin(req: IncomingMessage, publicUrl: string): boolean {
  const { origin, host } = req.headers;
  if (origin === undefined) return true;
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return false;
  return parsed.origin === new URL(publicUrl).origin || parsed.host === host?.toLowerCase();
}

/** The socket is accepted first and closed with a code then: a refused upgrade would be retried for ever. */
async function enter(
  service: Service,
  ws: WebSocket,
  asked: { room: string; ticket: string; wantsNotices: boolean },
): Promise<void> {
  const first = await admit(service.db, asked);
  if (!first.ok) return closeSocket(ws, first.code, first.reason);
  await service.rooms.with(asked.room, async (room) => {
    // Loading takes time, and a notification finds only who is in the room.
    const { ticketId } = first.participant;
    const admission = (await admissionsNow(service.db, [ticketId])).get(ticketId);
    if (!admission?.ok) return closeSocket(ws, admission?.code ?? 4401, admission?.reason ?? '');
    if (ws.readyState !== ws.OPEN) return undefined;
    attach(ws, room, { participant: admission.participant, wantsNotices: asked.wantsNotices });
  });
}

function attach(ws: WebSocket, room: Room, options: { participant: Participant; wantsNotices: boolean }): void {
  const connection = new Connection(room, peerOf(ws), options);
  let isAlive = true;
  alive.set(ws, () => {
    const was = isAlive;
    isAlive = false;
    return was;
  });
  ws.on('pong', () => {
    isAlive = true;
  });
  ws.on('message', (data: Buffer, isBinary) => {
    if (isBinary) connection.receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    else connection.close(1007, 'Malformed message: text instead of bytes.');
  });
  ws.on('close', () => connection.ended());
  room.join(connection);
  ws.resume();
}

function peerOf(ws: WebSocket): Peer {
  return {
    send: (frame) => {
      if (ws.readyState === ws.OPEN) ws.send(frame, { binary: true });
    },
    close: (code, reason) => closeSocket(ws, code, reason),
    bufferedBytes: () => ws.bufferedAmount,
    pause: () => ws.pause(),
    resume: () => ws.resume(),
  };
}

/** A reason fits into 123 bytes. The socket must be read for the other side's farewell to be seen. */
function closeSocket(ws: WebSocket, code: number, reason: string): void {
  ws.resume();
  ws.close(code, reason.slice(0, 120));
}

/** Codes from 4500 and 1013 are tried again by clients, 44xx are final. */
function refuse(ws: WebSocket, error: unknown): void {
  if (error instanceof RoomAbsent) return closeSocket(ws, 4404, 'There is no such room, or you have no access to it.');
  if (error instanceof UnreadableRoom)
    return closeSocket(ws, 4500, 'The text of this session cannot be read. It is kept as it is; tell an admin.');
  if (!(error instanceof RoomElsewhere)) log().error({ err: error }, 'could not open a room');
  closeSocket(ws, 1013, 'The room cannot be opened right now. Connect again.');
}

const alive = new WeakMap<WebSocket, () => boolean>();

/** Ends sockets that did not answer since the last round. */
function pingAll(server: WebSocketServer): void {
  for (const ws of server.clients) {
    if (alive.get(ws)?.() ?? true) ws.ping();
    else ws.terminate();
  }
}
