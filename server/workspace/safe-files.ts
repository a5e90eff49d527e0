import { randomUUID } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, opendir, readdir, rename, unlink, type FileHandle } from 'node:fs/promises';
import { AppError, isAppError } from '../core/errors.ts';
import { assertTreePath } from './tree-path.ts';

/**
 * Files of a worktree, where an agent may have put links, pipes and sockets and may change them at any moment. Each part of
 * a path is opened by itself, relative to the folder that is open already, and a link is never followed.
 */

const openFolderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** Without O_NONBLOCK, opening a pipe would wait for someone to write. */
export const openFileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const below = (folder: FileHandle, name: string) => `/proc/self/fd/${folder.fd}/${name}`;

/**
 * The bytes of a plain file.
 * @throws AppError `not_found` when it does not exist, `invalid` for anything that is not a plain file reached without links,
 * `too_large` above `maxBytes`
 */
export async function readWorktreeFile(root: string, relativePath: string, maxBytes: number): Promise<Uint8Array> {
  return inFolderOf(root, { path: relativePath, create: false }, async (folder, name) => {
    const file = await open(below(folder, name), openFileFlags).catch((error: NodeJS.ErrnoException) => {
      throw refusal(relativePath, error);
    });
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw notPlain(relativePath);
      if (stats.size > maxBytes) throw tooLarge(relativePath, maxBytes);
      return await readAtMost(file, { path: relativePath, maxBytes });
    } finally {
      await file.close();
    }
  });
}

/** From its beginning. The size may have been looked at, but the file may grow while it is read. */
export async function readAtMost(file: FileHandle, limit: { path: string; maxBytes: number }): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, sizeBytes);
    if (bytesRead === 0) return Buffer.concat(chunks);
    sizeBytes += bytesRead;
    if (sizeBytes > limit.maxBytes) throw tooLarge(limit.path, limit.maxBytes);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

/**
 * Writes a plain file, all of it or nothing, and makes the folders it needs. An executable file stays executable.
 * @throws AppError `invalid` when a part of the path is a link, or something that is not a plain file is in its place
 */
export async function writeWorktreeFile(root: string, relativePath: string, bytes: Uint8Array): Promise<void> {
  await inFolderOf(root, { path: relativePath, create: true }, async (folder, name) => {
    const present = await statsOf(folder, name);
    if (present && !present.isFile()) throw notPlain(relativePath);
    const draft = `.ensemble-${randomUUID()}`;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const file = await open(below(folder, draft), flags, 0o644 | ((present?.mode ?? 0) & 0o111));
    try {
      await file.writeFile(bytes);
      // Renaming puts the new file in place of whatever has come there since, a link included, and follows nothing.
      await rename(below(folder, draft), below(folder, name));
    } catch (error) {
      await unlink(below(folder, draft)).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
  });
}

/** Names of the folders in a folder, links left out; none when it is not there or is no folder. */
export async function listWorktreeFolders(root: string, relativePath: string): Promise<string[]> {
  try {
    return await inFolderOf(root, { path: `${relativePath}/x`, create: false }, async (folder) => {
      const entries = await readdir(below(folder, '.'), { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    });
  } catch (error) {
    if (isAppError(error)) return [];
    throw error;
  }
}

export type FolderEntries = { files: string[]; folders: string[]; isCut: boolean };

/** Names of what is in a folder (the worktree itself: empty), at most so many; links count as files. Nothing when it is no folder; cut when it is closed. */
export async function listWorktreeFolder(root: string, relativePath: string, most: number): Promise<FolderEntries> {
  const found: FolderEntries = { files: [], folders: [], isCut: false };
  const path = relativePath === '' ? 'x' : `${relativePath}/x`;
  try {
    await inFolderOf(root, { path, create: false }, async (folder) => {
      for await (const entry of await opendir(below(folder, '.'))) {
        if (found.files.length + found.folders.length >= most) {
          found.isCut = true;
          return;
        }
        if (entry.isDirectory()) found.folders.push(entry.name);
        else found.files.push(entry.name);
      }
    });
  } catch (error) {
    // A folder that is closed to us may hold anything.
    if (!isAppError(error)) found.isCut = true;
  }
  return found;
}

export async function inFolderOf<T>(
  root: string,
  target: { path: string; create: boolean },
  use: (folder: FileHandle, name: string) => Promise<T>,
): Promise<T> {
  assertTreePath(target.path);
  const parts = target.path.split('/');
  const name = parts.pop() ?? '';
  let folder = await open(root, openFolderFlags);
  try {
    for (const part of parts) {
      const next = await enter(folder, part, target);
      await folder.close();
      folder = next;
    }
    return await use(folder, name);
  } finally {
    await folder.close();
  }
}

async function enter(folder: FileHandle, part: string, target: { path: string; create: boolean }): Promise<FileHandle> {
  if (target.create) {
    await mkdir(below(folder, part)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
  return open(below(folder, part), openFolderFlags).catch((error: NodeJS.ErrnoException) => {
    throw refusal(target.path, error);
  });
}

async function statsOf(folder: FileHandle, name: string): Promise<Stats | undefined> {
  return lstat(below(folder, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function refusal(path: string, error: NodeJS.ErrnoException): Error {
  if (error.code === 'ENOENT')
    return new AppError('not_found', `There is no file ${JSON.stringify(path)}.`, { cause: error });
  // A link (ELOOP), a file where a folder should be (ENOTDIR), a socket (ENXIO).
  if (error.code === 'ELOOP' || error.code === 'ENOTDIR' || error.code === 'ENXIO') return notPlain(path, error);
  return error;
}

function notPlain(path: string, cause?: unknown): AppError {
  return new AppError(
    'invalid',
    `${JSON.stringify(path)} is not a plain file in plain folders. Links, pipes and sockets are not opened.`,
    { cause },
  );
}

function tooLarge(path: string, maxBytes: number): AppError {
  return new AppError('too_large', `${JSON.stringify(path)} is larger than ${maxBytes} bytes.`);
}
