import { AppError } from '../core/errors.ts';
import { maxTextBytes, readFileText } from '../core/file-text.ts';
import { computeHunks, type FileChange, type FileSide, type Hunk } from '../core/suggestion.ts';
import { diffCommits, readBlobs, type TreeDifference } from '../workspace/git-objects.ts';

export type Commits = { baseCommit: string; resultCommit: string };
export type SuggestionFile = FileChange & { difference: TreeDifference };

/** The files that differ between two commits with both their sides, in git's order; only one of them when `path` is given. */
export async function readSuggestionFiles(repo: string, commits: Commits, path?: string): Promise<SuggestionFile[]> {
  const all = await diffCommits(repo, commits.baseCommit, commits.resultCommit);
  return readSides(repo, path === undefined ? all : all.filter((difference) => difference.path === path));
}

/** Both sides of each difference; links and submodules have no text. */
export async function readSides(repo: string, differences: readonly TreeDifference[]): Promise<SuggestionFile[]> {
  const sides = differences.flatMap((file) => [
    { mode: file.oldMode, oid: file.oldOid },
    { mode: file.newMode, oid: file.newOid },
  ]);
  const oids = new Set(sides.filter(isFile).map((side) => side.oid));
  const blobs = await readBlobs(repo, [...oids], { maxBytesEach: maxTextBytes });
  const sideOf = (mode: string, oid: string): FileSide | undefined =>
    /^0+$/.test(oid) ? undefined : { mode, oid, ...textOf(isFile({ mode }) ? blobs.get(oid)?.bytes : undefined) };
  return differences.map((difference) => ({
    path: difference.path,
    base: sideOf(difference.oldMode, difference.oldOid),
    result: sideOf(difference.newMode, difference.newOid),
    difference,
  }));
}

const isFile = ({ mode }: { mode: string }) => mode.startsWith('100');

/** The text of a file's bytes as hunks and merges see it; no text when it is not editable. */
export function textOf(bytes: Uint8Array | undefined): { text: string | undefined; format: string } {
  const read = bytes && readFileText(bytes);
  return read?.ok ? { text: read.text, format: `${read.encoding} ${read.eol}` } : { text: undefined, format: 'bytes' };
}

type Found = { file: SuggestionFile; hunks: Hunk[]; hunk: Hunk };

/** The file with this hunk among those given. @throws AppError `not_found` */
export function findHunk(files: readonly SuggestionFile[], hunkId: string): Found {
  for (const file of files) {
    const hunks = computeHunks(file);
    const hunk = hunks.find((candidate) => candidate.id === hunkId);
    if (hunk) return { file, hunks, hunk };
  }
  throw new AppError('not_found', 'The suggestion has no such hunk. Load the suggestion again.');
}
