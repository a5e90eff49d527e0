/** A file of the project as text, by its path relative to the root; line ends and byte order mark as on disk. */
export type SourceText = { path: string; text: string };

/** One file before and after. `places` counts what was changed in it, `lines` says where (from 1, in `before`). */
export type FileEdit = { path: string; before: string; after: string; places: number; lines: readonly number[] };

/** What was left out, and why. */
export type Skip = { path?: string; reason: string };

/** What an operation would change. It has changed nothing: writing is the agent's part. */
export type OperationResult =
  | { state: 'done'; edits: readonly FileEdit[]; skipped: readonly Skip[]; searched: number }
  /** Doing it would be wrong or is not possible; nothing is to be changed. */
  | { state: 'refused'; reason: string };

/** The line of an offset, from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

export type TextEdit = { start: number; end: number; text: string };

/** Applies edits that do not overlap, in any order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
