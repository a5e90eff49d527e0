import { useSyncExternalStore } from 'react';

/**
 * Both versions of a place where people changed the lines of a hunk. `during`: what was being decided; for an undo,
 * `suggested` is the text without the hunk.
 */
export type HunkConflict = { during: 'accept' | 'undo'; base: string; live: string; suggested: string };
type Conflicts = ReadonlyMap<string, HunkConflict>;

const none: Conflicts = new Map();
const bySuggestion = new Map<string, Conflicts>();
const listeners = new Set<() => void>();

/** Keeps a conflict for whichever view shows the hunk next; undefined forgets it. */
export function setConflict(suggestionId: string, hunkId: string, conflict: HunkConflict | undefined): void {
  const next = new Map(bySuggestion.get(suggestionId));
  if (conflict) next.set(hunkId, conflict);
  else if (!next.delete(hunkId)) return;
  bySuggestion.set(suggestionId, next);
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** The conflicts of a suggestion that wait for a person, by hunk. */
export function useConflicts(suggestionId: string): Conflicts {
  return useSyncExternalStore(
    subscribe,
    () => bySuggestion.get(suggestionId) ?? none,
    () => none,
  );
}
