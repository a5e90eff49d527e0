import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { TextAuthors } from '@/server/core/authorship.ts';

/** Frames of the y-websocket protocol as a client reads them, and those it writes itself, and ours (docs/spec/collab.md, Protocol). */
const sync = 0;
const presence = 1;
const refusal = 2;
const queryPresence = 3;
const notice = 100;
/** Every type of message that the server sends. */
export const messageTypes = [sync, presence, refusal, queryPresence, notice] as const;
const stateVector = 0;
const missing = 1;
const update = 2;

/** What the server tells our own client (docs/spec/collab.md, "Notices to our own client"). */
export type Notice =
  | { type: 'welcome'; rights: readonly string[]; color: string }
  | { type: 'rights'; rights: readonly string[] }
  | { type: 'saved'; updates: number }
  | { type: 'store'; state: 'failing' | 'ok' }
  | ({ type: 'authors'; fileId: string } & TextAuthors);

export type ServerFrame =
  | { type: 'state_vector' | 'missing' | 'update' | 'presence'; bytes: Uint8Array }
  | { type: 'query_presence' }
  | { type: 'refusal'; reason: string }
  | { type: 'notice'; notice: Notice }
  /** From a newer server than this page knows. */
  | { type: 'unknown' };

export function readFrame(bytes: Uint8Array): ServerFrame {
  const decoder = decoding.createDecoder(bytes);
  switch (decoding.readVarUint(decoder)) {
    case sync:
      return readSync(decoder);
    case presence:
      return { type: 'presence', bytes: decoding.readVarUint8Array(decoder) };
    case refusal:
      decoding.readVarUint(decoder);
      return { type: 'refusal', reason: decoding.readVarString(decoder) };
    case queryPresence:
      return { type: 'query_presence' };
    case notice:
      return { type: 'notice', notice: JSON.parse(decoding.readVarString(decoder)) as Notice };
    default:
      return { type: 'unknown' };
  }
}

function readSync(decoder: decoding.Decoder): ServerFrame {
  const step = decoding.readVarUint(decoder);
  const bytes = decoding.readVarUint8Array(decoder);
  if (step === stateVector) return { type: 'state_vector', bytes };
  if (step === missing) return { type: 'missing', bytes };
  return step === update ? { type: 'update', bytes } : { type: 'unknown' };
}

function frame(types: readonly number[], payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    for (const type of types) encoding.writeVarUint(encoder, type);
    encoding.writeVarUint8Array(encoder, payload);
  });
}

export const updateFrame = (bytes: Uint8Array) => frame([sync, update], bytes);
export const presenceFrame = (bytes: Uint8Array) => frame([presence], bytes);

/** Says of the next update message that it takes something back (docs/spec/collab.md, CB33). */
export const undoFrame = () => noticeFrame({ type: 'next', kind: 'undo' });

/** Asks who wrote the lines of a file (CB135). */
export const authorsFrame = (fileId: string) => noticeFrame({ type: 'authors', fileId });

function noticeFrame(body: Record<string, string>): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, notice);
    encoding.writeVarString(encoder, JSON.stringify(body));
  });
}
