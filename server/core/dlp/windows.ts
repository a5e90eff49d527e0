/**
 * Where a text may hold one of many literal beginnings, in one pass: each window of four units is looked up in a table of hashes that
 * do not tell cases apart. What hits is compared in full.
 */
export class Windows<T> {
  readonly #table: Uint8Array;
  readonly #hooks = new Map<string, { literal: string; value: T; before: number }[]>();

  constructor(table: Uint8Array) {
    this.#table = table;
  }

  /** @param literal at least three units, matched in exactly this case */
  add(literal: string, value: T): void {
    if (literal.length >= windowLength) this.#addWindow(literal.slice(0, windowLength), { literal, value, before: 0 });
    // The unit after a short literal may be any that stands in keys.
    else for (const unit of anyUnit) this.#addWindow(literal + unit, { literal, value, before: 0 });
  }

  /** What begins where the window that ends at this unit begins. */
  at(text: string, end: number): readonly T[] {
    const start = end - windowLength + 1;
    const hooks = this.#hooks.get(text.slice(start, end + 1));
    if (!hooks) return none;
    return hooks.filter(({ literal }) => text.startsWith(literal, start)).map(({ value }) => value);
  }

  #addWindow(window: string, hook: { literal: string; value: T; before: number }): void {
    const hash = hashOfWindow(window);
    this.#table[hash] = (this.#table[hash] ?? 0) | literalHit;
    this.#hooks.set(window, [...(this.#hooks.get(window) ?? []), hook]);
  }
}

const none: readonly never[] = [];
/** Marks of the table. */
export const literalHit = 1;
export const wordHit = 2;
export const windowLength = 4;
export const windowTable = () => new Uint8Array(0x4_0000);
const anyUnit = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.=+/%';

/** The hash of the four units that end with this one, from that of the four before. */
export const nextHash = (hash: number, unit: number): number => ((hash << 5) ^ (unit | 0x20)) & 0x3_ffff;

export function hashOfWindow(window: string): number {
  let hash = 0;
  for (let at = 0; at < windowLength; at++) hash = nextHash(hash, window.charCodeAt(at));
  return hash;
}
