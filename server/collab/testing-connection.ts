import type { Participant } from './access.ts';
import { Connection, type Peer } from './connection.ts';
import type { Room } from './room.ts';
import { presenceFrame } from './wire.ts';

/** A connection whose other end is a test: what it was sent, and how it is treated. */
export type Seen = { frames: Uint8Array[]; closed: number | undefined; paused: boolean; buffered: number };

export function enter(
  room: Room,
  name: string,
  { wantsNotices = true, ...participant }: Partial<Participant> & { wantsNotices?: boolean } = {},
): { connection: Connection; seen: Seen } {
  const seen: Seen = { frames: [], closed: undefined, paused: false, buffered: 0 };
  const peer: Peer = {
    send: (frame) => void seen.frames.push(frame),
    close: (code) => {
      seen.closed = code;
    },
    bufferedBytes: () => seen.buffered,
    pause: () => {
      seen.paused = true;
    },
    resume: () => {
      seen.paused = false;
    },
  };
  const whole: Participant = {
    ticketId: `tkt_${name}`,
    sessionId: 'ses',
    projectId: 'prj',
    teamId: 'team',
    personId: `per_${name}`,
    name,
    authSessionId: null,
    apiTokenId: null,
    clientId: 5_000,
    rights: ['view', 'edit'],
    ...participant,
  };
  const connection = new Connection(room, peer, { participant: whole, wantsNotices });
  room.join(connection);
  return { connection, seen };
}

export const presence = (clientId: number, state: unknown) =>
  presenceFrame([{ clientId, clock: 1, state: JSON.stringify(state) }]);

export const presenceOf = (room: Room) =>
  room.presence.entries().map((entry) => JSON.parse(entry.state) as Record<string, unknown>);
