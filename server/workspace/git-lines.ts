import { AppError } from '../core/errors.ts';
import { assertObjectId, gitOk } from './git.ts';

export type LineCounts = { added: number; removed: number };

/** How many lines differ from commit or tree `a` to `b`, by path. Files that are no text count none. */
export async function countChangedLines(repo: string, a: string, b: string): Promise<Map<string, LineCounts>> {
  assertObjectId(a);
  assertObjectId(b);
  const args = ['-r', '-z', '--numstat', '--no-renames', '--no-ext-diff', '--no-textconv', a, b];
  const out = (await gitOk('diff-tree', args, { repo })).toString('utf8');
  const counts = new Map<string, LineCounts>();
  for (const record of out.split('\0')) {
    const [added, removed, ...path] = record.split('\t');
    if (path.length > 0) counts.set(path.join('\t'), { added: Number(added) || 0, removed: Number(removed) || 0 });
  }
  return counts;
}

/** Lines `start` to `start + count` of a file, counted from zero. */
export type LineRange = { start: number; count: number };

const maxPatchBytes = 64 * 1024 * 1024;

/**
 * Which lines of `b` are not in `a`, by the id of the file's contents in `b`.
 * @returns undefined when the difference is too large to be looked at line by line
 */
export async function findAddedLines(
  repo: string,
  a: string,
  b: string,
): Promise<Map<string, LineRange[]> | undefined> {
  assertObjectId(a);
  assertObjectId(b);
  const shape = ['-p', '-U0', '--full-index', '--no-renames', '--no-color', '--no-ext-diff', '--no-textconv'];
  try {
    const options = { repo, maxOutputBytes: maxPatchBytes };
    return readAddedLines((await gitOk('diff-tree', ['-r', ...shape, a, b], options)).toString('latin1'));
  } catch (error) {
    if (error instanceof AppError && error.code === 'too_large') return undefined;
    throw error;
  }
}

/** Lines of contents begin with a sign in a patch, so that they are never taken for a heading. */
function readAddedLines(patch: string): Map<string, LineRange[]> {
  const added = new Map<string, LineRange[]>();
  let ranges: LineRange[] = [];
  for (const [, blob, start, count] of patch.matchAll(
    /^(?:index [0-9a-f]+\.\.([0-9a-f]+)|@@ -\S+ \+(\d+)(?:,(\d+))? @@)/gm,
  )) {
    if (blob !== undefined) {
      ranges = [];
      added.set(blob, ranges);
    } else if (count !== '0') ranges.push({ start: Number(start) - 1, count: Number(count ?? 1) });
  }
  return added;
}
