/** Numbers between 0 and 1 from a seed (mulberry32): small, and the same everywhere. */
export type Random = () => number;

export function random(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number from 0, less than `below`. */
export const below = (next: Random, limit: number): number => Math.floor(next() * limit);

export function pick<T>(next: Random, from: readonly T[]): T | undefined {
  return from[below(next, from.length)];
}

/** One of the keys, as often as its weight says. */
export function pickWeighted(next: Random, weights: readonly (readonly [string, number])[]): string {
  let left = next() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of weights) {
    left -= weight;
    if (left <= 0) return name;
  }
  throw new Error('nothing to pick from');
}
