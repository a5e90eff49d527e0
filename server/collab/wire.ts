import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { z } from 'zod';
import type { TextAuthors } from '../core/authorship.ts';

/** The frames of the y-websocket protocol (y-protocols, PROTOCOL.md), and one of ours (docs/spec/collab.md, CB30). */
const sync = 0;
const awareness = 1;
const auth = 2;
const queryAwareness = 3;
/** JSON for our own client, which asks for it when it connects. */
const notice = 100;

const syncStep1 = 0;
const syncStep2 = 1;
const syncUpdate = 2;

/** One participant's state as it travels: `state` is JSON, "null" when the participant left. */
export type PresenceEntry = { clientId: number; clock: number; state: string };

export type Frame =
  | { type: 'state_vector'; stateVector: Uint8Array }
  | { type: 'update'; update: Uint8Array }
  | { type: 'presence'; entries: PresenceEntry[] }
  | { type: 'query_presence' }
  /** What the next update of this connection is (CB33). */
  | { type: 'next'; kind: 'undo' }
  /** Who wrote the lines of a file (CB135)? */
  | { type: 'authors'; fileId: string };

/** A frame that is not of the protocol; the connection that sent it is closed with 1007. */
export class MalformedFrame extends Error {
  override name = 'MalformedFrame';
}

/** @throws MalformedFrame */
export function readFrame(bytes: Uint8Array): Frame {
  try {
    const decoder = decoding.createDecoder(bytes);
    const frame = readBody(decoder);
    if (decoding.hasContent(decoder)) throw new MalformedFrame('bytes after the end');
    return frame;
  } catch (cause) {
    throw cause instanceof MalformedFrame ? cause : new MalformedFrame('cut off or not of this protocol', { cause });
  }
}

function readBody(decoder: decoding.Decoder): Frame {
  const type = decoding.readVarUint(decoder);
  if (type === sync) return readSync(decoder);
  if (type === awareness) {
    return { type: 'presence', entries: readPresence(decoding.readVarUint8Array(decoder)) };
  }
  if (type === queryAwareness) return { type: 'query_presence' };
  if (type === notice) return readNotice(decoding.readVarString(decoder));
  throw new MalformedFrame(`unknown message type ${type}`);
}

function readSync(decoder: decoding.Decoder): Frame {
  const step = decoding.readVarUint(decoder);
  const payload = decoding.readVarUint8Array(decoder);
  if (step === syncStep1) return { type: 'state_vector', stateVector: payload };
  if (step === syncStep2 || step === syncUpdate) return { type: 'update', update: payload };
  throw new MalformedFrame(`unknown sync message ${step}`);
}

/** The notices a client sends. */
const clientNotice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('next'), kind: z.literal('undo') }),
  z.strictObject({ type: z.literal('authors'), fileId: z.string().max(64) }),
]);

function readNotice(json: string): Frame {
  const parsed = clientNotice.safeParse(JSON.parse(json));
  if (!parsed.success) throw new MalformedFrame('an unknown notice');
  return parsed.data;
}

function readPresence(bytes: Uint8Array): PresenceEntry[] {
  const decoder = decoding.createDecoder(bytes);
  const count = decoding.readVarUint(decoder);
  const entries: PresenceEntry[] = [];
  for (let i = 0; i < count; i++) {
    const clientId = decoding.readVarUint(decoder);
    const clock = decoding.readVarUint(decoder);
    entries.push({ clientId, clock, state: decoding.readVarString(decoder) });
  }
  return entries;
}

export function stateVectorFrame(stateVector: Uint8Array): Uint8Array {
  return syncFrame(syncStep1, stateVector);
}

/** The answer to a state vector: everything the other side lacks. */
export function missingFrame(update: Uint8Array): Uint8Array {
  return syncFrame(syncStep2, update);
}

export function updateFrame(update: Uint8Array): Uint8Array {
  return syncFrame(syncUpdate, update);
}

function syncFrame(step: number, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, sync);
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, payload);
  });
}

export function presenceFrame(entries: readonly PresenceEntry[]): Uint8Array {
  const body = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, entries.length);
    for (const entry of entries) {
      encoding.writeVarUint(encoder, entry.clientId);
      encoding.writeVarUint(encoder, entry.clock);
      encoding.writeVarString(encoder, entry.state);
    }
  });
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, awareness);
    encoding.writeVarUint8Array(encoder, body);
  });
}

/** Tells a standard client that its change was refused; it prints the reason. */
export function refusalFrame(reason: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, auth);
    encoding.writeVarUint(encoder, 0);
    encoding.writeVarString(encoder, reason);
  });
}

/** What our own client is told (CB30–CB33). */
export type Notice =
  | { type: 'welcome'; clientId: number; rights: readonly string[]; color: string }
  | { type: 'rights'; rights: readonly string[] }
  /** The first `updates` sync messages of this connection are durable, with them this client's clocks. */
  | { type: 'saved'; updates: number; clocks: Record<string, number> }
  | { type: 'store'; state: 'failing' | 'ok' }
  | ({ type: 'authors'; fileId: string } & TextAuthors);

export function noticeFrame(body: Notice): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, notice);
    encoding.writeVarString(encoder, JSON.stringify(body));
  });
}
