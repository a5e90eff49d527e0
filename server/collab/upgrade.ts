import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { db as openDb, type Database } from '../../db/client.ts';
import { clientAddress } from '../auth/client-address.ts';
import { systemContext } from '../context.ts';
import { log } from '../platform/log.ts';
import { gauge } from '../platform/metrics.ts';
import { notifications } from '../platform/notifications.ts';
import { reconcileHunks } from '../review/settle-hunk.ts';
import { admissionsNow, concerns, type Participant } from './access.ts';
import { countRefused, Door, type DoorBounds } from './door.ts';
import { closeSocket, enter, pingAll, type Asked, type Entrance } from './entrance.ts';
import { leaseRenewalMs } from './lease.ts';
import { NodeLife } from './node-life.ts';
import { OwnerSearch } from './owner-search.ts';
import { readPassage, type Upgrade } from './pass-through.ts';
import { createCommandRunner, type CommandRunner } from './room-commands.ts';
import { Rooms, type RoomsOptions } from './rooms.ts';

/** The largest frame a client may send; ws closes with 1009 above it. */
const maxFrameBytes = 8 * 1024 * 1024;
const pingMs = 25_000;
const recheckMs = 10_000;
const commandPollMs = 2_000;
const activityMs = 20_000;
const settleMs = 60_000;

export type CollabOptions = {
  nodeId: string;
  /** The address people use; its pages may open sockets. */
  publicUrl: string;
  /** Where other web processes reach this one. */
  nodeUrl: string;
  db?: Database;
  /** How long a room without people stays in memory. */
  idleMs?: number;
  rooms?: RoomsOptions['bounds'];
  door?: Partial<DoorBounds>;
};

export type Collab = {
  /** The rooms that this process owns. */
  readonly rooms: Rooms;
  /** Takes over an HTTP upgrade to `/collab/<room>`. Never rejects. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Stores what is not stored, sends everybody away (they come back), gives the rooms back. */
  close(): Promise<void>;
};

type Service = Entrance & {
  nodeId: string;
  publicUrl: string;
  commands: CommandRunner;
  server: WebSocketServer;
  owners: OwnerSearch;
  life: NodeLife;
};

/** Rooms and their sockets in this process (docs/spec/collab.md). */
export async function createCollab(options: CollabOptions): Promise<Collab> {
  const stopping = new AbortController();
  const service = serviceOf(options, stopping.signal);
  const { db, life, rooms, owners, server, commands } = service;
  await life.begin();
  tellMetrics(service);
  const stopListening = await listen(service);
  logged(commands.runQueued());
  const timers = [
    every(leaseRenewalMs, 'give a sign of life', async () => {
      await giveSign(service);
      if (life.canTellTheDead()) await owners.endLost();
    }),
    every(recheckMs, 'check access to rooms', () => recheck(service, () => true)),
    every(activityMs, 'mark the activity of sessions', () => rooms.markActivity()),
    every(commandPollMs, 'look for room commands', () => commands.runQueued()),
    every(settleMs, 'settle the hunks of a process that died', () => reconcileHunks(systemContext('room', { db }))),
    setInterval(() => pingAll(server.clients), pingMs).unref(),
  ];
  return {
    rooms,
    upgrade: (req, socket, head) => upgrade(service, { req, socket, head }),
    async close() {
      stopping.abort(new Error('the server stops'));
      rooms.stopLoading();
      stopListening();
      await commands.close();
      await rooms.close();
      for (const timer of timers) clearInterval(timer);
      await life.end().catch(() => undefined);
      owners.close();
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function serviceOf(options: CollabOptions, stopping: AbortSignal): Service {
  const { nodeId, publicUrl, nodeUrl, idleMs } = options;
  const db = options.db ?? openDb();
  const life = new NodeLife(db, { nodeId, address: nodeUrl });
  const rooms = new Rooms({
    db,
    nodeId,
    mayInherit: () => life.canTellTheDead(),
    ...(idleMs !== undefined && { idleMs }),
    ...(options.rooms && { bounds: options.rooms }),
  });
  return {
    db,
    rooms,
    life,
    nodeId,
    publicUrl,
    stopping,
    door: new Door(options.door),
    owners: new OwnerSearch({ db, rooms, nodeId }),
    commands: createCommandRunner({ db, rooms }),
    server: new WebSocketServer({
      noServer: true,
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      clientTracking: true,
    }),
  };
}

/** Stays the owner of what nobody took meanwhile, and lets go of the rest. */
async function giveSign({ life, rooms }: Service): Promise<void> {
  await life.renew();
  await rooms.closeLost();
}

function tellMetrics({ rooms, server, door, owners }: Service): void {
  gauge('ensemble_rooms', 'Rooms in memory', () => [...rooms.loaded()].length);
  gauge('ensemble_room_bytes', 'Encoded bytes of the rooms in memory', () => rooms.sizeBytes);
  gauge('ensemble_rooms_failing', 'Rooms whose load fails and is tried again', () => rooms.failingCount);
  gauge('ensemble_room_sockets', 'Open sockets of rooms', () => server.clients.size);
  gauge('ensemble_room_sockets_waiting', 'Sockets on their way into a room', () => door.waiting);
  gauge(
    'ensemble_room_sockets_passed',
    'Sockets passed on to the web process that owns their room',
    () => owners.passedCount,
  );
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

async function upgrade(service: Service, given: Upgrade): Promise<void> {
  const { req, socket, head } = given;
  // A socket that breaks before it is a WebSocket has nobody to tell.
  socket.on('error', () => socket.destroy());
  const wanted = readRequest(service, req);
  if (typeof wanted === 'string') return answer(socket, wanted);
  const arrived = service.door.arrive(wanted.address);
  if (!arrived) return answer(socket, '503 Service Unavailable');
  socket.once('close', arrived);
  const where = await findOwner(service, given, wanted);
  if (where === 'passed') return arrived();
  if (socket.destroyed) return;
  service.server.handleUpgrade(req, socket, head, (ws) => {
    if (where === 'here') void enter(service, { ws, socket }, wanted).finally(arrived);
    else closeSocket(ws, 1013, 'The room’s server cannot be reached right now. Connect again.');
  });
}

type Wanted = Asked & {
  /** The client's own address. */
  address: string;
  /** By another node, which checked the origin. Who was passed on once is not passed on again. */
  isPassedOn: boolean;
};

/** @returns the status to refuse it with, when it is not a request for a room */
function readRequest({ nodeId, publicUrl }: Service, req: IncomingMessage): Wanted | string {
  const asked = readAddress(req.url ?? '/');
  const passage = readPassage(req.headers, { nodeId, room: asked?.room ?? '' });
  if (passage === 'forged' || (passage === 'none' && !isOurOrigin(req, publicUrl))) return '403 Forbidden';
  if (passage === 'astray') return '421 Misdirected Request';
  if (!asked) return '404 Not Found';
  if (passage === 'none') return { ...asked, address: clientAddress(req, publicUrl), isPassedOn: false };
  return { ...asked, address: passage.address, isPassedOn: true };
}

function readAddress(address: string): Asked | undefined {
  const url = URL.parse(address, 'http://room');
  const room = url && /^\/collab\/([\w.~-]{1,200})$/.exec(url.pathname)?.[1];
  if (!url || !room) return undefined;
  return {
    room,
    ticket: url.searchParams.get('ticket') ?? '',
    wantsNotices: url.searchParams.get('ensemble') === '1',
  };
}

/** Without a database nobody knows the owner: the socket is accepted, waits for it, and is told. */
async function findOwner(service: Service, given: Upgrade, wanted: Wanted) {
  try {
    // A process that was stopped for a while believes that it still owns its rooms.
    if (service.life.wasSilent) await giveSign(service);
    if (wanted.isPassedOn) return 'here';
    const found = await service.owners.find(given, wanted);
    if (found === 'nowhere') countRefused('owner');
    return found;
  } catch (error) {
    log().error({ err: error }, 'could not look up the owner of a room');
    return 'here';
  }
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
