/** A hunk as a unified diff of its own, for views that read patches. */
export type PatchHunk = {
  path: string;
  /** 1-based first line on each side; of an empty side the line before it, as in a unified diff. */
  oldStart: number;
  newStart: number;
  baseText: string;
  resultText: string;
  /** Unchanged lines around the hunk, whole lines. */
  contextBefore: string;
  contextAfter: string;
};

function lines(text: string): string[] {
  if (text === '') return [];
  return text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
}

const marked = (mark: string, text: string) =>
  lines(text).map((line, i, all) =>
    i === all.length - 1 && !text.endsWith('\n') ? `${mark}${line}\n\\ No newline at end of file` : `${mark}${line}`,
  );

/** The hunk with its context in unified format (POSIX diff -u). */
export function hunkPatch(hunk: PatchHunk): string {
  const before = lines(hunk.contextBefore);
  const after = lines(hunk.contextAfter);
  const oldCount = before.length + lines(hunk.baseText).length + after.length;
  const newCount = before.length + lines(hunk.resultText).length + after.length;
  const first = (start: number, own: string) => Math.max(1, (own === '' ? start + 1 : start) - before.length);
  const oldStart = oldCount === 0 ? 0 : first(hunk.oldStart, hunk.baseText);
  const newStart = newCount === 0 ? 0 : first(hunk.newStart, hunk.resultText);
  return [
    `--- a/${hunk.path}`,
    `+++ b/${hunk.path}`,
    `@@ -${oldStart},${oldCount} +${newStart},${newCount} @@`,
    ...marked(' ', hunk.contextBefore),
    ...marked('-', hunk.baseText),
    ...marked('+', hunk.resultText),
    ...marked(' ', hunk.contextAfter),
    '',
  ].join('\n');
}
