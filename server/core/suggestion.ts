import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { repoPathProblem } from './repo-path.ts';
import { diffLists, splitLines, type DiffBlock } from './text-diff.ts';
import type { LineChange } from './text-merge.ts';

/**
 * A suggestion is two commits; its hunks are computed from them, the same way every time (ARCHITECTURE, decision 5).
 * Rules: docs/spec/review.md, "Hunks".
 */

/**
 * `text`: lines of an editable text. `add`, `delete`: a whole file. `mode`: the executable bit. `replace`: the bytes of
 * a file that is no editable text, or whose line ends change.
 */
export type HunkKind = 'text' | 'add' | 'delete' | 'mode' | 'replace';

export type Hunk = LineChange & {
  /** 16 hexadecimal digits that stay the same as long as path, place and texts do. */
  id: string;
  kind: HunkKind;
  path: string;
  /** Up to three unchanged lines before and after. */
  contextBefore: string;
  contextAfter: string;
};

/** A side of a file. `text` is undefined when it is no editable text; it has LF inside. `format`: encoding and line ends. */
export type FileSide = { mode: string; oid: string; text: string | undefined; format: string };

export type FileChange = { path: string; base: FileSide | undefined; result: FileSide | undefined };

/** A path and the modes of its two sides, as git lists a difference. */
export type PathChange = { path: string; oldMode: string; newMode: string };

/** Changes that are at most this many unchanged lines apart are one hunk. */
const joinedLines = 1;
const contextLines = 3;

const linkMode = '120000';
const submoduleMode = '160000';

/**
 * Why a suggestion must not be offered at all, or undefined: it touches git's own folder, a symbolic link or a
 * submodule, or has a path that leads elsewhere.
 */
export function refusalOf(changes: readonly PathChange[]): string | undefined {
  for (const { path, oldMode, newMode } of changes) {
    const shown = JSON.stringify(path.slice(0, 200));
    const problem = repoPathProblem(path);
    if (problem) return `The path ${shown} ${problem}.`;
    if (newMode === linkMode) return `${shown} is a symbolic link, which could lead out of the repository.`;
    if (oldMode === linkMode) return `${shown} is a symbolic link in the repository; suggestions do not change links.`;
    if (newMode === submoduleMode || oldMode === submoduleMode) {
      return `${shown} is a submodule or a repository of its own; suggestions do not change submodules.`;
    }
  }
  return undefined;
}

/** The hunks of one file, in rising order. The same two sides always give the same hunks with the same ids. */
export function computeHunks({ path, base, result }: FileChange): Hunk[] {
  if (base && result) return changeHunks(path, base, result);
  if (result) return [wholeHunk('add', path, [undefined, result])];
  if (base) return [wholeHunk('delete', path, [base, undefined])];
  return [];
}

function changeHunks(path: string, base: FileSide, result: FileSide): Hunk[] {
  const hunks: Hunk[] = [];
  if (base.oid !== result.oid) {
    const isText = base.text !== undefined && result.text !== undefined && base.format === result.format;
    if (isText) hunks.push(...textHunks(path, base.text ?? '', result.text ?? ''));
    else hunks.push(wholeHunk('replace', path, [base, result]));
  }
  if (base.mode !== result.mode) hunks.push(modeHunk(path, base.mode, result.mode));
  return hunks;
}

function textHunks(path: string, baseText: string, resultText: string): Hunk[] {
  const baseLines = splitLines(baseText);
  const resultLines = splitLines(resultText);
  return joinNear(diffLists(baseLines, resultLines)).map((block) => {
    const oldEnd = block.oldStart + block.oldCount;
    return identified({
      kind: 'text',
      path,
      oldStart: block.oldCount === 0 ? block.oldStart : block.oldStart + 1,
      oldLines: block.oldCount,
      newStart: block.newCount === 0 ? block.newStart : block.newStart + 1,
      newLines: block.newCount,
      baseText: baseLines.slice(block.oldStart, oldEnd).join(''),
      resultText: resultLines.slice(block.newStart, block.newStart + block.newCount).join(''),
      contextBefore: baseLines.slice(Math.max(0, block.oldStart - contextLines), block.oldStart).join(''),
      contextAfter: baseLines.slice(oldEnd, oldEnd + contextLines).join(''),
    });
  });
}

function joinNear(blocks: readonly DiffBlock[]): DiffBlock[] {
  const joined: DiffBlock[] = [];
  for (const block of blocks) {
    const last = joined.at(-1);
    if (last && block.oldStart - (last.oldStart + last.oldCount) <= joinedLines) {
      last.oldCount = block.oldStart + block.oldCount - last.oldStart;
      last.newCount = block.newStart + block.newCount - last.newStart;
    } else joined.push({ ...block });
  }
  return joined;
}

type Sides = readonly [base: FileSide | undefined, result: FileSide | undefined];

function wholeHunk(kind: 'add' | 'delete' | 'replace', path: string, [base, result]: Sides): Hunk {
  const [old, now] =
    kind === 'replace' ? [wholeText(undefined), wholeText(undefined)] : [wholeText(base), wholeText(result)];
  return identified(
    {
      kind,
      path,
      oldStart: old.start,
      oldLines: old.lines,
      newStart: now.start,
      newLines: now.lines,
      baseText: old.text,
      resultText: now.text,
      contextBefore: '',
      contextAfter: '',
    },
    [base?.mode, base?.oid, result?.mode, result?.oid],
  );
}

function wholeText(side: FileSide | undefined): { text: string; start: number; lines: number } {
  const text = side?.text ?? '';
  const lines = splitLines(text).length;
  return { text, start: lines === 0 ? 0 : 1, lines };
}

function modeHunk(path: string, before: string, after: string): Hunk {
  const nowhere = { oldStart: 0, oldLines: 0, newStart: 0, newLines: 0, contextBefore: '', contextAfter: '' };
  return identified({ kind: 'mode', path, ...nowhere, baseText: '', resultText: '' }, [before, after]);
}

function identified(hunk: Omit<Hunk, 'id'>, more: readonly (string | undefined)[] = []): Hunk {
  const parts = [hunk.kind, hunk.path, String(hunk.oldStart), hunk.baseText, hunk.resultText, ...more];
  // JSON keeps the parts apart, whatever is in them.
  return { id: bytesToHex(sha256(utf8ToBytes(JSON.stringify(parts)))).slice(0, 16), ...hunk };
}

/** How a hunk stands: nobody looked yet, the room is at it, decided, or part of a later suggestion of the same conversation. */
export type HunkState = 'unreviewed' | 'applying' | 'accepted' | 'rejected' | 'continued';
