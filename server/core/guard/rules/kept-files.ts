import type { GuardFacts } from '../verdict.ts';

/**
 * Whether what a path names can be had again after it is removed or overwritten: nothing unsaved lies there. Without a list of
 * changed files nothing is known to be unsaved, because a snapshot is taken before the project's files change.
 */
export function isKept(path: string, { facts, deep }: { facts: GuardFacts; deep: boolean }): boolean {
  const { dirtyFiles = [] } = facts;
  const clean = path.replace(/[*?[{].*$/, '');
  return !dirtyFiles.some(
    (file) =>
      file === path ||
      (deep && (clean === '' || file.startsWith(clean.endsWith('/') || clean !== path ? clean : `${clean}/`))),
  );
}

/** Whether a path is known to be under version control. */
export function isTracked(path: string, facts: GuardFacts): boolean {
  return facts.trackedFiles?.includes(path) ?? false;
}
