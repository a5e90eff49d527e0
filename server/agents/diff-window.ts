type Diff = { path: string; oldText: string | null; newText: string };

const inlineChars = 8 * 1024;
const maxChars = 64 * 1024;
const contextLines = 3;

/**
 * A diff small enough for the log: whole when it is short, else only the lines that differ with three around them.
 * Undefined when even those are too many; the suggestion shows them all the same.
 */
export function trimDiff(diff: Diff): Diff | undefined {
  const oldText = diff.oldText ?? '';
  if (oldText.length + diff.newText.length <= inlineChars) return diff;
  const before = oldText.split('\n');
  const after = diff.newText.split('\n');
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const from = Math.max(0, head - contextLines);
  const dropped = Math.max(0, tail - contextLines);
  const window = (lines: string[]) => lines.slice(from, lines.length - dropped).join('\n');
  const trimmed = { path: diff.path, oldText: diff.oldText === null ? null : window(before), newText: window(after) };
  return (trimmed.oldText ?? '').length + trimmed.newText.length <= maxChars ? trimmed : undefined;
}
