import { diffLists, splitLines, type DiffBlock } from './text-diff.ts';

/** Unchanged lines shown around what changed. */
const context = 3;
/** Longer texts are not compared: all of the old and all of the new is told. */
const mostLines = 20_000;

/**
 * What changed from one text to another, in unified format (POSIX diff -u) without the names of files, and without a place (`@@`) where all of
 * both texts is told anyway. The same texts give the empty text.
 */
export function unifiedDiff(oldText: string, newText: string): string {
  const before = splitLines(oldText);
  const after = splitLines(newText);
  const isCompared = before.length + after.length <= mostLines;
  const blocks = isCompared
    ? diffLists(before, after)
    : [{ oldStart: 0, oldCount: before.length, newStart: 0, newCount: after.length }];
  return grouped(blocks)
    .map((group) => told(group, before, after))
    .join('');
}

/** Blocks that are so near that their surroundings meet are told together. */
function grouped(blocks: readonly DiffBlock[]): DiffBlock[][] {
  const groups: DiffBlock[][] = [];
  for (const block of blocks) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && block.oldStart - (last.oldStart + last.oldCount) <= 2 * context) group.push(block);
    else groups.push([block]);
  }
  return groups;
}

function told(group: readonly DiffBlock[], before: readonly string[], after: readonly string[]): string {
  const [first, last] = [group[0], group.at(-1)];
  if (!first || !last) return '';
  const from = Math.max(0, first.oldStart - context);
  const to = Math.min(before.length, last.oldStart + last.oldCount + context);
  const newFrom = first.newStart - (first.oldStart - from);
  const newTo = last.newStart + last.newCount + (to - last.oldStart - last.oldCount);
  const lines: string[] = [];
  let at = from;
  for (const { oldStart, oldCount, newStart, newCount } of group) {
    lines.push(...marked(' ', before.slice(at, oldStart)));
    lines.push(...marked('-', before.slice(oldStart, oldStart + oldCount)));
    lines.push(...marked('+', after.slice(newStart, newStart + newCount)));
    at = oldStart + oldCount;
  }
  lines.push(...marked(' ', before.slice(at, to)));
  const isAll = from === 0 && to === before.length && newTo === after.length;
  const head = isAll ? '' : `@@ -${place(from, to)} +${place(newFrom, newTo)} @@\n`;
  return head + lines.join('');
}

/** Of an empty side the line before it, as in a unified diff. */
const place = (from: number, to: number) => `${to > from ? from + 1 : from},${to - from}`;

const marked = (mark: string, lines: readonly string[]) =>
  lines.map((line) => `${mark}${line}${line.endsWith('\n') ? '' : '\n'}`);
