import type { PlacedThread } from './comment-desk.ts';

export const threadFilters = ['open', 'unread', 'mine', 'resolved'] as const;
export type ThreadFilter = (typeof threadFilters)[number];

export function filterThreads(threads: readonly PlacedThread[], filter: ThreadFilter): PlacedThread[] {
  return threads.filter((thread) => fits(thread, filter));
}

function fits({ state, unreadCount, isMine }: PlacedThread, filter: ThreadFilter): boolean {
  switch (filter) {
    case 'open':
    case 'resolved':
      return state === filter;
    case 'unread':
      return unreadCount > 0;
    case 'mine':
      return isMine;
  }
}

export type FileThreads = { path: string; isGone: boolean; threads: PlacedThread[] };

/** By file and line; files that are gone come last. `paths`: those of the session, once they are known. */
export function groupByFile(threads: readonly PlacedThread[], paths: ReadonlySet<string> | undefined): FileThreads[] {
  const groups = new Map<string, PlacedThread[]>();
  for (const thread of threads) groups.set(thread.path, [...(groups.get(thread.path) ?? []), thread]);
  return [...groups]
    .map(([path, inFile]) => ({
      path,
      isGone: paths !== undefined && !paths.has(path) && inFile.every(({ file }) => file === undefined),
      threads: inFile.toSorted((a, b) => a.line - b.line || (a.id < b.id ? -1 : 1)),
    }))
    .toSorted((a, b) => Number(a.isGone) - Number(b.isGone) || (a.path < b.path ? -1 : 1));
}
