/** A literal text and what it stands for. */
export type Literal<T> = { text: string; value: T };
export type LiteralMatch<T> = { start: number; end: number; value: T };

/** Windows of this length are looked up in a table of hashes; no literal is shorter. */
const windowLength = 4;
/** Literals are told apart by a head of at most this length, the rest is compared as it stands. */
const headLength = 64;

/** Literals that begin with the same window, and the lengths of their heads, longest first. */
type Bucket<T> = { literals: Literal<T>[]; headLengths: number[] };

/**
 * Finds many literal texts at once, and grows. Searching takes time linear in the text however many literals there are; a
 * text in which none occurs costs a table look-up a unit.
 */
export class LiteralIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #windows = new Uint8Array(65_536);
  readonly #firstUnits = new Set<number>();
  readonly #shortStarts = new Set<string>();
  readonly #buckets = new Map<string, Bucket<T>>();
  readonly #byHead = new Map<string, Literal<T>[]>();
  #longest = 0;

  get size(): number {
    return this.#exact.size;
  }

  get(text: string): T | undefined {
    return this.#exact.get(text);
  }

  /** Texts shorter than four units are not taken. A text that is there already keeps its value. */
  add(text: string, value: T): void {
    if (text.length < windowLength || this.#exact.has(text)) return;
    this.#exact.set(text, value);
    this.#longest = Math.max(this.#longest, text.length);
    this.#windows[hashOf(text)] = 1;
    this.#firstUnits.add(text.charCodeAt(0));
    for (let length = 1; length < windowLength; length++) this.#shortStarts.add(text.slice(0, length));
    const literal = { text, value };
    const head = text.slice(0, headLength);
    this.#addToBucket(literal, head.length);
    const sameHead = [...(this.#byHead.get(head) ?? []), literal];
    this.#byHead.set(
      head,
      sameHead.toSorted((a, b) => b.text.length - a.text.length),
    );
  }

  /** The leftmost matches, of those at one place the longest, without overlaps. */
  findAll(text: string): LiteralMatch<T>[] {
    const found: LiteralMatch<T>[] = [];
    if (this.size === 0) return found;
    let free = 0;
    let hash = 0;
    for (let index = 0; index < text.length; index++) {
      hash = ((hash << 4) ^ text.charCodeAt(index)) & 0xffff;
      const start = index - windowLength + 1;
      if (this.#windows[hash] === 0 || start < free) continue;
      const literal = this.#longestAt(text, start);
      if (!literal) continue;
      free = start + literal.text.length;
      found.push({ start, end: free, value: literal.value });
      index = free - 1;
    }
    return found;
  }

  /** Where the first rest of the text starts that more text could complete to a literal; its length when there is none. */
  openFrom(text: string): number {
    for (let start = Math.max(0, text.length - this.#longest + 1); start < text.length; start++) {
      if (this.#firstUnits.has(text.charCodeAt(start)) && this.#isStart(text.slice(start))) return start;
    }
    return text.length;
  }

  #addToBucket(literal: Literal<T>, headLengthOfIt: number): void {
    const start = literal.text.slice(0, windowLength);
    const bucket = this.#buckets.get(start) ?? { literals: [], headLengths: [] };
    this.#buckets.set(start, bucket);
    bucket.literals.push(literal);
    if (bucket.headLengths.includes(headLengthOfIt)) return;
    bucket.headLengths = [...bucket.headLengths, headLengthOfIt].toSorted((a, b) => b - a);
  }

  #longestAt(text: string, start: number): Literal<T> | undefined {
    const bucket = this.#buckets.get(text.slice(start, start + windowLength));
    for (const length of bucket?.headLengths ?? []) {
      const sameHead = this.#byHead.get(text.slice(start, start + length));
      const found = sameHead?.find((literal) => text.startsWith(literal.text, start));
      if (found) return found;
    }
    return undefined;
  }

  #isStart(rest: string): boolean {
    if (rest.length < windowLength) return this.#shortStarts.has(rest);
    const bucket = this.#buckets.get(rest.slice(0, windowLength));
    return bucket?.literals.some(({ text }) => text.length > rest.length && text.startsWith(rest)) ?? false;
  }
}

/** Of the first four units; what came before them has left the lower sixteen bits. */
function hashOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < windowLength; index++) hash = ((hash << 4) ^ text.charCodeAt(index)) & 0xffff;
  return hash;
}
