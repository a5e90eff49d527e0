import type { FileHandle } from 'node:fs/promises';
import { maxTextBytes } from '../../core/file-text.ts';
import { mergeInThread } from '../../platform/merge-worker.ts';
import { readBlobs, type TreeDifference } from '../git-objects.ts';
import type { Worktree } from '../worktree.ts';
import {
  changeFileIfSame,
  isSameFile,
  maxComparedBytes,
  removeEmptyFolders,
  type DiskFile,
} from './conditional-files.ts';
import type { RecentVersions } from './recent-versions.ts';
import type { ReplacedFiles } from './replaced-files.ts';

/** A program that writes faster than it is read has the next turn. */
const maxMerges = 5;
const absent = /^0+$/;
const isPlainMode = (mode: string) => mode === '100644' || mode === '100755' || absent.test(mode);

export type WriteOut = {
  /** From what is known to be on disk to what is wanted there. */
  differences: readonly TreeDifference[];
  /** The bytes that a checkout would write, where these are not those of the repository. */
  show: ((oid: string, path: string) => Promise<Uint8Array>) | undefined;
  /** Takes the files that were replaced, to look at them again. */
  replaced: ReplacedFiles;
  recent: RecentVersions;
};

export type WrittenOut = {
  written: TreeDifference[];
  /** On disk lies something else than was known; it comes in first. */
  other: string[];
  /** Differences that are not written while a command runs: links, submodules, very large files. */
  left: TreeDifference[];
};

/** Writes what changed in the session into the worktree, file by file, each only where the disk is as it was known. */
export async function writeOut(worktree: Worktree, wanted: WriteOut): Promise<WrittenOut> {
  const result: WrittenOut = { written: [], other: [], left: [] };
  const { differences } = wanted;
  if (differences.length === 0) return result;
  const contents = await readContents(worktree, differences, wanted);
  // What goes makes room for what comes: a file may take a folder's place.
  for (const difference of differences.toSorted((a, b) => rank(a) - rank(b))) {
    const [expected, next] = [contents(difference, 'old'), contents(difference, 'new')];
    if (expected === undefined || next === undefined) {
      result.left.push(difference);
      continue;
    }
    if (await writeFile(worktree, { difference, expected, next }, wanted)) result.written.push(difference);
    else result.other.push(difference.path);
  }
  return result;
}

type Writing = { difference: TreeDifference; expected: DiskFile | null; next: DiskFile | null };

/** @returns false when on disk lies what does not go together with the session's version */
async function writeFile(worktree: Worktree, writing: Writing, wanted: WriteOut): Promise<boolean> {
  const { path } = writing.difference;
  let { expected, next } = writing;
  for (let left = maxMerges; left > 0; left--) {
    const outcome = await changeFileIfSame(worktree, { path, expected, next });
    if (outcome.state === 'changed') {
      if (next === null) await removeEmptyFolders(worktree, path);
      if (expected && outcome.replaced) rememberReplaced(writing, { ...wanted, was: expected, file: outcome.replaced });
      return true;
    }
    const { found } = outcome;
    if (!found || !writing.next) return false;
    if (isSameFile(found, writing.next)) return true;
    const base = writing.expected && wanted.recent.madeFrom(path, writing.expected, found);
    const merged = base && (await mergeOnDisk(base, writing.next, found));
    if (!merged) return false;
    next = merged;
    expected = found;
  }
  return false;
}

type Replaced = Pick<WriteOut, 'recent' | 'replaced'> & { was: DiskFile; file: FileHandle };

function rememberReplaced({ difference, expected }: Writing, { recent, replaced, was, file }: Replaced): void {
  replaced.keep({ path: difference.path, file, bytes: was.bytes, mode: difference.oldMode });
  if (expected) recent.remember(difference, expected);
}

const labels = { ours: 'session', theirs: 'disk' };

/**
 * A program that writes without a pause is always ahead of what the session knows. So its version is merged with the
 * session's at once; what is its alone comes in with the next look.
 */
async function mergeOnDisk(base: DiskFile, session: DiskFile, disk: DiskFile): Promise<DiskFile | undefined> {
  const [baseText, ours, theirs] = [textOf(base), textOf(session), textOf(disk)];
  if (baseText === undefined || ours === undefined || theirs === undefined) return undefined;
  const merged = await mergeInThread({ kind: 'marks', base: baseText, ours, theirs, labels });
  if (merged.conflicts > 0) return undefined;
  const isExecutable = disk.isExecutable === base.isExecutable ? session.isExecutable : disk.isExecutable;
  return { bytes: new TextEncoder().encode(merged.text), isExecutable };
}

/** As it lies on disk, line ends included; undefined for what is no text. */
function textOf({ bytes }: DiskFile): string | undefined {
  if (bytes.byteLength > maxTextBytes || bytes.subarray(0, 8192).includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const rank = ({ status }: TreeDifference) => (status === 'deleted' ? 0 : 1);

/** A side of a difference as it lies on disk: null where there is no file, undefined where it is nothing to compare. */
type Contents = (difference: TreeDifference, side: 'old' | 'new') => DiskFile | null | undefined;

async function readContents(
  worktree: Worktree,
  differences: readonly TreeDifference[],
  { show }: WriteOut,
): Promise<Contents> {
  const plain = differences.filter(({ oldMode, newMode }) => isPlainMode(oldMode) && isPlainMode(newMode));
  const oids = new Set(plain.flatMap(({ oldOid, newOid }) => [oldOid, newOid]).filter((oid) => !absent.test(oid)));
  const blobs = await readBlobs(worktree.repo, [...oids], { maxBytesEach: maxComparedBytes });
  const shown = new Map<string, Uint8Array>();
  const sides = plain.flatMap(({ path, oldOid, newOid }) => [oldOid, newOid].map((oid) => ({ path, oid })));
  for (const { path, oid } of show ? sides : [])
    if (show && blobs.get(oid)?.bytes) shown.set(`${oid} ${path}`, await show(oid, path));
  return ({ path, ...both }, side) => {
    const [mode, oid] = side === 'old' ? [both.oldMode, both.oldOid] : [both.newMode, both.newOid];
    if (absent.test(mode)) return null;
    if (!isPlainMode(mode)) return undefined;
    const bytes = shown.get(`${oid} ${path}`) ?? blobs.get(oid)?.bytes;
    return bytes && { bytes, isExecutable: mode === '100755' };
  };
}
