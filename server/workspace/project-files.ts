import { rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { env } from '../platform/env.ts';
import { repoPath } from './git.ts';

/** Where a project's files lie in the data folder, besides its repository. */

const idPattern = /^[a-z]+_[0-9a-z]+$/;

function below(folder: string, id: string): string {
  if (!idPattern.test(id)) throw new Error('not an id that may name a folder');
  return path.join(env().dataDir, folder, id);
}

/** The bytes of an uploaded archive. */
export const uploadPath = (uploadId: string): string => below('uploads', uploadId);

/** Where an import builds before anything of it is visible. Everything of one project's imports lies below it. */
export const importPath = (projectId: string): string => below('imports', projectId);

/** What package managers keep between the commands of one project. */
export const packageCachePath = (projectId: string): string => below('cache', projectId);

/** Removes a project's repository, cache and unfinished imports. Doing it again changes nothing. */
export async function removeProjectFiles(projectId: string): Promise<void> {
  for (const folder of [repoPath(projectId), importPath(projectId), packageCachePath(projectId)])
    await rm(folder, { recursive: true, force: true });
}

/** @throws AppError `unavailable` when less than `bytes` are free where `folder` lies */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const disk = await statfs(folder);
  if (disk.bavail * disk.bsize < bytes)
    throw new AppError('unavailable', 'There is no space left on the server. Free some space, then try again.');
}
