/** A map that keeps the entries used last, and no more than `most` of them. */
export type RecentMap<T> = {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  clear(): void;
  entries(): Iterable<[string, T]>;
};

export function recentMap<T>(most: number): RecentMap<T> {
  // Two generations: what was not asked for while the younger one filled up goes.
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  const put = (key: string, value: T) => {
    if (young.size >= most / 2 && !young.has(key)) [old, young] = [young, new Map()];
    young.set(key, value);
  };
  return {
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const kept = old.get(key);
      if (kept === undefined) return undefined;
      old.delete(key);
      put(key, kept);
      return kept;
    },
    set(key, value) {
      old.delete(key);
      put(key, value);
    },
    delete(key) {
      young.delete(key);
      old.delete(key);
    },
    clear() {
      young.clear();
      old.clear();
    },
    entries: () => [...old, ...young],
  };
}
