import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { link, lstat, mkdir, open, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { inFolderOf, openFileFlags, readAtMost } from '../safe-files.ts';
import type { Worktree } from '../worktree.ts';

/** A plain file as it lies on disk. */
export type DiskFile = { bytes: Uint8Array; isExecutable: boolean };

/** `expected` and `next` null: no file. */
export type FileChange = { path: string; expected: DiskFile | null; next: DiskFile | null };

/**
 * What came of it. `other`: something else lies there, which `found` holds when it is a plain file, and nothing was changed.
 * `replaced` is the file that was there before, still open: a program that had opened it may write into it yet.
 */
export type ChangeOutcome = { state: 'other'; found?: DiskFile } | { state: 'changed'; replaced?: FileHandle };

/** Larger files are not compared, so they are left to the next command. */
export const maxComparedBytes = 64 * 1024 * 1024;

/**
 * Changes a file of a worktree when it is as expected. The new one is written beside the worktree, where the command does
 * not see it, and takes its place at once. Links are never followed.
 */
export async function changeFileIfSame(worktree: Worktree, change: FileChange): Promise<ChangeOutcome> {
  try {
    const place = { path: change.path, create: change.next !== null };
    return await inFolderOf(worktree.workDir, place, (folder, name) =>
      change.expected === null
        ? create(worktree, { folder, name, next: change.next })
        : replace(worktree, { folder, name, expected: change.expected, next: change.next }),
    );
  } catch (error) {
    if (isAnotherShape(error)) return { state: 'other' };
    throw error;
  }
}

/** A folder in a file's place, a link on the way, a part of the path that is gone. */
function isAnotherShape(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return ['invalid', 'not_found', 'too_large', 'EISDIR', 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'EACCES', 'EPERM'].includes(
    code,
  );
}

type Creating = { folder: FileHandle; name: string; next: DiskFile | null };

async function create(worktree: Worktree, { folder, name, next }: Creating): Promise<ChangeOutcome> {
  const there = await statsOf(folder, name);
  if (next === null || there) return there ? lookAt(folder, name) : { state: 'changed' };
  await withDraft(worktree, next, (draft) => link(draft, at(folder, name)));
  return { state: 'changed' };
}

async function lookAt(folder: FileHandle, name: string): Promise<ChangeOutcome> {
  const file = await openPlain(folder, name);
  try {
    const stats = await file?.stat();
    if (!file || !stats?.isFile()) return { state: 'other' };
    return { state: 'other', found: { bytes: await readAll(file), isExecutable: (stats.mode & 0o100) !== 0 } };
  } finally {
    await file?.close();
  }
}

type Replacing = Creating & { expected: DiskFile };

async function replace(worktree: Worktree, { folder, name, expected, next }: Replacing): Promise<ChangeOutcome> {
  const file = await openPlain(folder, name);
  if (!file) return { state: 'other' };
  let isKept = false;
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return { state: 'other' };
    const found = { bytes: await readAll(file), isExecutable: (stats.mode & 0o100) !== 0 };
    if (!isSameFile(found, expected)) return { state: 'other', found };
    if ((await statsOf(folder, name))?.ino !== stats.ino) return { state: 'other' };
    if (next === null) await unlink(at(folder, name));
    else await withDraft(worktree, next, (draft) => rename(draft, at(folder, name)));
    isKept = true;
    return { state: 'changed', replaced: file };
  } finally {
    if (!isKept) await file.close();
  }
}

async function openPlain(folder: FileHandle, name: string): Promise<FileHandle | undefined> {
  return open(at(folder, name), openFileFlags).catch((error: NodeJS.ErrnoException) => {
    if (['ENOENT', 'ELOOP', 'ENXIO', 'EACCES'].includes(error.code ?? '')) return undefined;
    throw error;
  });
}

const readAll = (file: FileHandle) => readAtMost(file, { path: 'a file', maxBytes: maxComparedBytes });

export const isSameFile = (one: DiskFile, other: DiskFile) =>
  one.isExecutable === other.isExecutable && Buffer.compare(one.bytes, other.bytes) === 0;

const at = (folder: FileHandle, name: string) => `/proc/self/fd/${folder.fd}/${name}`;

async function statsOf(folder: FileHandle, name: string): Promise<Stats | undefined> {
  return lstat(at(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** Beside the worktree, on the same disk: what is renamed from there is whole wherever it appears. */
async function withDraft(worktree: Worktree, file: DiskFile, use: (draft: string) => Promise<void>): Promise<void> {
  const drafts = path.join(worktree.root, 'drafts');
  await mkdir(drafts, { recursive: true, mode: 0o700 });
  const draft = path.join(drafts, randomUUID());
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const handle = await open(draft, flags, file.isExecutable ? 0o755 : 0o644);
  try {
    await handle.writeFile(file.bytes);
    await handle.close();
    await use(draft);
  } finally {
    await handle.close().catch(() => undefined);
    await unlink(draft).catch(() => undefined);
  }
}

/** Removes the folders above a removed file that are empty now, as git does. */
export async function removeEmptyFolders(worktree: Worktree, filePath: string): Promise<void> {
  for (let end = filePath.lastIndexOf('/'); end > 0; end = filePath.lastIndexOf('/', end - 1)) {
    const isRemoved = await inFolderOf(
      worktree.workDir,
      { path: filePath.slice(0, end), create: false },
      (folder, name) => rmdir(at(folder, name)).then(() => true),
    ).catch(() => false);
    if (!isRemoved) return;
  }
}
