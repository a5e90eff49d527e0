import type { TextEdit } from './text-diff.ts';

/**
 * Edits that were computed for `before`, for the text `now` that people have made of it since: the edits above and below
 * the place where they typed stay in their lines.
 * @param edits from the end to the beginning, as `textEdits` gives them
 * @returns undefined when an edit and the typing meet in a line
 */
export function rebaseEdits(edits: readonly TextEdit[], before: string, now: string): TextEdit[] | undefined {
  if (before === now) return [...edits];
  const shorter = Math.min(before.length, now.length);
  let head = 0;
  while (head < shorter && before.charCodeAt(head) === now.charCodeAt(head)) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.charCodeAt(before.length - 1 - tail) === now.charCodeAt(now.length - 1 - tail))
    tail += 1;
  const typedFrom = before.lastIndexOf('\n', head - 1);
  const lineEnd = before.indexOf('\n', before.length - tail);
  const typedTo = lineEnd === -1 ? before.length : lineEnd + 1;
  const shift = now.length - before.length;
  const moved: TextEdit[] = [];
  for (const edit of edits) {
    if (edit.index > typedTo) moved.push({ ...edit, index: edit.index + shift });
    else if (edit.index + edit.delete < typedFrom) moved.push(edit);
    else return undefined;
  }
  return moved;
}
