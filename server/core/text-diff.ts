import { diffIndices } from 'node-diff3';

/** Lines with their line feeds, so that joining them gives the text back exactly. The empty text has no lines. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    lines.push(text.slice(start, end + 1));
    start = end + 1;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** `oldCount` items from `oldStart` became `newCount` items from `newStart`; counts from zero. */
export type DiffBlock = { oldStart: number; oldCount: number; newStart: number; newCount: number };

/**
 * The difference of two lists as blocks in rising order; between two blocks at least one item is the same.
 * Always the same answer for the same lists. Common beginnings and ends are set aside before the search.
 */
export function diffLists(before: readonly string[], after: readonly string[]): DiffBlock[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const oldMiddle = before.slice(head, before.length - tail);
  const newMiddle = after.slice(head, after.length - tail);
  if (oldMiddle.length === 0 && newMiddle.length === 0) return [];
  if (oldMiddle.length === 0 || newMiddle.length === 0) {
    return [{ oldStart: head, oldCount: oldMiddle.length, newStart: head, newCount: newMiddle.length }];
  }
  return diffIndices(oldMiddle, newMiddle).map(({ buffer1, buffer2 }) => ({
    oldStart: head + buffer1[0],
    oldCount: buffer1[1],
    newStart: head + buffer2[0],
    newCount: buffer2[1],
  }));
}

/** At `index` (UTF-16), `delete` code units go and `insert` comes in. */
export type TextEdit = { index: number; delete: number; insert: string };

/** Above this many characters a changed block is replaced from its first to its last difference. */
const maxRefinedCharacters = 4_000;

/**
 * Few and small edits that turn `before` into `after`, from the end to the beginning, so that each can be applied as it
 * is after the one before it. Words and marks that stay are not touched, so cursors in them stay too. A surrogate pair is never split.
 */
export function textEdits(before: string, after: string): TextEdit[] {
  if (before === after) return [];
  const oldLines = splitLines(before);
  const newLines = splitLines(after);
  const oldOffsets = offsetsOf(oldLines);
  const newOffsets = offsetsOf(newLines);
  const edits: TextEdit[] = [];
  for (const block of diffLists(oldLines, newLines)) {
    const from = oldOffsets[block.oldStart] ?? 0;
    const oldText = before.slice(from, oldOffsets[block.oldStart + block.oldCount]);
    const newText = after.slice(newOffsets[block.newStart], newOffsets[block.newStart + block.newCount]);
    edits.push(...blockEdits(from, oldText, newText));
  }
  return edits.toReversed();
}

/** The one edit from the first to the last difference, or none: coarse, and quick however long the texts are. */
export function changedSpan(before: string, after: string): TextEdit[] {
  return before === after ? [] : trimmedEdit(0, before, after);
}

function offsetsOf(lines: readonly string[]): number[] {
  const offsets = [0];
  let offset = 0;
  for (const line of lines) offsets.push((offset += line.length));
  return offsets;
}

function blockEdits(from: number, oldText: string, newText: string): TextEdit[] {
  if (oldText.length + newText.length > maxRefinedCharacters) return trimmedEdit(from, oldText, newText);
  const oldWords = words(oldText);
  const newWords = words(newText);
  const oldOffsets = offsetsOf(oldWords);
  const newOffsets = offsetsOf(newWords);
  return diffLists(oldWords, newWords).flatMap((block) => {
    const start = oldOffsets[block.oldStart] ?? 0;
    const removed = oldText.slice(start, oldOffsets[block.oldStart + block.oldCount]);
    const added = newText.slice(newOffsets[block.newStart], newOffsets[block.newStart + block.newCount]);
    return trimmedEdit(from + start, removed, added);
  });
}

const words = (text: string): string[] => text.match(/[\p{L}\p{N}_]+|\s+|./gsu) ?? [];

function trimmedEdit(from: number, removed: string, added: string): TextEdit[] {
  const shorter = Math.min(removed.length, added.length);
  let head = 0;
  while (head < shorter && removed[head] === added[head]) head += 1;
  if (splitsPair(removed, head) || splitsPair(added, head)) head -= 1;
  let tail = 0;
  while (tail < shorter - head && removed.at(-1 - tail) === added.at(-1 - tail)) tail += 1;
  if (splitsPair(removed, removed.length - tail) || splitsPair(added, added.length - tail)) tail -= 1;
  const gone = removed.length - tail - head;
  const insert = added.slice(head, added.length - tail);
  return gone === 0 && insert === '' ? [] : [{ index: from + head, delete: gone, insert }];
}

function splitsPair(text: string, index: number): boolean {
  if (index <= 0 || index >= text.length) return false;
  const before = text.charCodeAt(index - 1);
  const after = text.charCodeAt(index);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
