import { diffLists, splitLines } from './text-diff.ts';

export type LineChange = { added: number; removed: number; line: number };

/** Above this many lines between the first and the last difference each counts as changed: comparing them takes too long. */
const mostCompared = 1_500;

/**
 * How many lines differ between two texts, and the line of `after` (from 1) where the last edit is: the first that differs from
 * `previous`, the text as it was before that edit.
 */
export function lineChange(before: string, after: string, previous: string): LineChange {
  const [old, now] = [splitLines(before), splitLines(after)];
  const { head, tail } = sharedEnds(old, now);
  const [removed, added] = [old.length - head - tail, now.length - head - tail];
  const line = Math.min(sharedEnds(splitLines(previous), now).head, Math.max(0, now.length - 1)) + 1;
  if (removed > mostCompared || added > mostCompared) return { added, removed, line };
  const blocks = diffLists(old, now);
  return {
    added: blocks.reduce((sum, { newCount }) => sum + newCount, 0),
    removed: blocks.reduce((sum, { oldCount }) => sum + oldCount, 0),
    line,
  };
}

function sharedEnds(before: readonly string[], after: readonly string[]): { head: number; tail: number } {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { head, tail };
}
