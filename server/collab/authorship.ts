import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { joinRuns, sameCredit, type AuthorRun, type Credit } from '../core/authorship.ts';

/** Units `clock` to `clock + length` of a client id, and the number of their credit. */
type Range = { clock: number; length: number; credit: number };

const version = 1;
const actorKinds = ['person', 'run', 'system'] as const;
const creditKinds = ['edit', 'accept', 'merge', 'restore', 'open'] as const;

/**
 * Who wrote which struct of a document, by client id and clock. What was deleted keeps its credit, for an undo may bring
 * it back. One person's steady typing is one range, so this stays small beside the document.
 */
export class Authorship {
  readonly #credits: Credit[] = [];
  readonly #ranges = new Map<number, Range[]>();

  set(client: number, span: { clock: number; length: number }, credit: Credit): void {
    const ranges = this.#ranges.get(client) ?? [];
    this.#ranges.set(client, ranges);
    const added = { ...span, credit: this.#numberOf(credit) };
    const last = ranges.at(-1);
    if (!last || last.clock + last.length < added.clock) return void ranges.push(added);
    if (last.clock + last.length === added.clock) return joinEnd(ranges, last, added);
    replaceRanges(ranges, added);
  }

  /** The credits of a client's units, in their order. */
  runsOf(client: number, span: { clock: number; length: number }): AuthorRun[] {
    const ranges = this.#ranges.get(client) ?? [];
    const end = span.clock + span.length;
    const runs: AuthorRun[] = [];
    let at = span.clock;
    for (let i = firstEndingAfter(ranges, at); at < end; i++) {
      const range = ranges[i];
      if (!range || range.clock >= end) break;
      if (range.clock > at) runs.push({ length: range.clock - at });
      const from = Math.max(at, range.clock);
      at = Math.min(end, range.clock + range.length);
      const credit = this.#credits[range.credit];
      runs.push({ length: at - from, ...(credit && { credit }) });
    }
    if (at < end) runs.push({ length: end - at });
    return joinRuns(runs);
  }

  encode(): Uint8Array {
    return encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, version);
      encoding.writeVarUint(encoder, this.#credits.length);
      for (const credit of this.#credits) writeCredit(encoder, credit);
      encoding.writeVarUint(encoder, this.#ranges.size);
      for (const [client, ranges] of this.#ranges) {
        encoding.writeVarUint(encoder, client);
        encoding.writeVarUint(encoder, ranges.length);
        let end = 0;
        for (const range of ranges) {
          encoding.writeVarUint(encoder, range.clock - end);
          encoding.writeVarUint(encoder, range.length);
          encoding.writeVarUint(encoder, range.credit);
          end = range.clock + range.length;
        }
      }
    });
  }

  /** @throws Error when the bytes are not of `encode` */
  static decode(bytes: Uint8Array): Authorship {
    const decoder = decoding.createDecoder(bytes);
    if (decoding.readVarUint(decoder) !== version) throw new Error('authorship of an unknown version');
    const read = new Authorship();
    for (let left = decoding.readVarUint(decoder); left > 0; left--) read.#credits.push(readCredit(decoder));
    for (let left = decoding.readVarUint(decoder); left > 0; left--) {
      const client = decoding.readVarUint(decoder);
      const ranges: Range[] = [];
      let end = 0;
      for (let more = decoding.readVarUint(decoder); more > 0; more--) {
        const clock = end + decoding.readVarUint(decoder);
        const length = decoding.readVarUint(decoder);
        ranges.push({ clock, length, credit: decoding.readVarUint(decoder) });
        end = clock + length;
      }
      read.#ranges.set(client, ranges);
    }
    return read;
  }

  /** Credits rarely change from one call to the next, so the search begins at the end. */
  #numberOf(credit: Credit): number {
    for (let i = this.#credits.length - 1; i >= 0; i--) if (sameCredit(this.#credits[i], credit)) return i;
    return this.#credits.push(credit) - 1;
  }
}

function joinEnd(ranges: Range[], last: Range, added: Range): void {
  if (last.credit === added.credit) last.length += added.length;
  else ranges.push(added);
}

/** Puts a range over those it overlaps. */
function replaceRanges(ranges: Range[], added: Range): void {
  const end = added.clock + added.length;
  const first = firstEndingAfter(ranges, added.clock);
  let after = first;
  while ((ranges[after]?.clock ?? Infinity) < end) after++;
  const kept: Range[] = [];
  const head = ranges[first];
  const tail = ranges[after - 1];
  if (head && after > first && head.clock < added.clock) kept.push({ ...head, length: added.clock - head.clock });
  kept.push(added);
  if (tail && after > first && tail.clock + tail.length > end)
    kept.push({ clock: end, length: tail.clock + tail.length - end, credit: tail.credit });
  ranges.splice(first, after - first, ...kept);
}

/** The index of the first range that ends beyond a clock. */
function firstEndingAfter(ranges: readonly Range[], clock: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range && range.clock + range.length <= clock) low = middle + 1;
    else high = middle;
  }
  return low;
}

function writeCredit(encoder: encoding.Encoder, { actor, kind, at }: Credit): void {
  encoding.writeVarUint(encoder, actorKinds.indexOf(actor.kind));
  encoding.writeVarString(encoder, actor.id);
  encoding.writeVarUint(encoder, creditKinds.indexOf(kind));
  encoding.writeVarUint(encoder, at);
}

function readCredit(decoder: decoding.Decoder): Credit {
  const actorKind = actorKinds[decoding.readVarUint(decoder)];
  const id = decoding.readVarString(decoder);
  const kind = creditKinds[decoding.readVarUint(decoder)];
  const at = decoding.readVarUint(decoder);
  if (!actorKind || !kind) throw new Error('authorship that cannot be read');
  return { actor: { kind: actorKind, id }, kind, at };
}
