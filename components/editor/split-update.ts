import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';

type Struct = Y.Item | Y.GC;

/** A character of a text takes at most three bytes on the wire, whatever else a struct holds far fewer than this. */
const bytesPerUnit = 3;
const structBytes = 64;

/**
 * Cuts a Yjs update into parts that are applied one after the other to the same effect, each of about `maxBytes` at
 * most. Long texts are cut between characters; the deletions travel with the last part.
 */
export function splitUpdate(update: Uint8Array, maxBytes: number): Uint8Array[] {
  if (update.byteLength <= maxBytes) return [update];
  const { structs, ds } = Y.decodeUpdate(update);
  const runs = runsOf(structs, maxBytes);
  const last = runs.pop() ?? [];
  return [...runs.map((run) => encode(run, new Map())), encode(last, ds.clients)];
}

/** Neighbouring structs of one client that fit into a part together. */
function runsOf(structs: readonly (Struct | Y.Skip)[], maxBytes: number): Struct[][] {
  const runs: Struct[][] = [];
  let run: Struct[] = [];
  let bytes = 0;
  const next = () => {
    if (run.length > 0) runs.push(run);
    run = [];
    bytes = 0;
  };
  for (const struct of structs) {
    const before = run.at(-1);
    const follows = before?.id.client === struct.id.client && before.id.clock + before.length === struct.id.clock;
    if (!follows) next();
    if (struct instanceof Y.Skip) continue;
    for (const piece of piecesOf(struct, maxBytes)) {
      const size = sizeOf(piece);
      if (bytes + size > maxBytes) next();
      run.push(piece);
      bytes += size;
    }
  }
  next();
  return runs;
}

const sizeOf = (struct: Struct): number =>
  struct instanceof Y.Item && struct.content instanceof Y.ContentString
    ? struct.content.str.length * bytesPerUnit + structBytes
    : structBytes;

function piecesOf(struct: Struct, maxBytes: number): Struct[] {
  if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentString)) return [struct];
  if (sizeOf(struct) <= maxBytes) return [struct];
  const units = Math.max(2, Math.floor((maxBytes - structBytes) / bytesPerUnit));
  const { str } = struct.content;
  const pieces: Struct[] = [];
  for (let from = 0; from < str.length;) {
    const to = cutBefore(str, from + units);
    pieces.push(pieceOf(struct, { from, text: str.slice(from, to) }));
    from = to;
  }
  return pieces;
}

/** An offset at or before `at` that does not part a surrogate pair. */
function cutBefore(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const isBetweenHalves = (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 && (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  return isBetweenHalves ? at - 1 : at;
}

/** What Yjs makes of an item when it is cut: each piece stands behind the one before it. */
function pieceOf(item: Y.Item, { from, text }: { from: number; text: string }): Y.Item {
  const { client, clock } = item.id;
  const origin = from === 0 ? item.origin : Y.createID(client, clock + from - 1);
  const parent = from === 0 ? item.parent : null;
  const content = new Y.ContentString(text);
  const id = Y.createID(client, clock + from);
  // oxlint-disable-next-line max-params -- the signature is Yjs's
  return new Y.Item(id, null, origin, null, item.rightOrigin, parent, item.parentSub, content);
}

function encode(run: readonly Struct[], deletions: ReadonlyMap<number, readonly { clock: number; len: number }[]>) {
  const encoder = new Y.UpdateEncoderV1();
  const rest = encoder.restEncoder;
  const first = run[0];
  encoding.writeVarUint(rest, first ? 1 : 0);
  if (first) {
    encoding.writeVarUint(rest, run.length);
    encoder.writeClient(first.id.client);
    encoding.writeVarUint(rest, first.id.clock);
    for (const struct of run) struct.write(encoder, 0);
  }
  encoding.writeVarUint(rest, deletions.size);
  for (const [client, ranges] of deletions) {
    encoding.writeVarUint(rest, client);
    encoding.writeVarUint(rest, ranges.length);
    for (const { clock, len } of ranges) {
      encoding.writeVarUint(rest, clock);
      encoding.writeVarUint(rest, len);
    }
  }
  return encoder.toUint8Array();
}
