import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { env } from './env.ts';

/** Linux takes no longer path for a socket. */
const longestPathBytes = 107;

/**
 * A new path for a unix socket that goes into a box, in a folder that only this server's user may enter.
 * @param without what cannot be done without it, as the end of a sentence
 * @throws AppError `unavailable` when the data folder's path is too long
 */
export async function newSocketPath(without: string): Promise<string> {
  const socketPath = path.join(env().dataDir, 'sockets', `${randomBytes(6).toString('hex')}.sock`);
  if (Buffer.byteLength(socketPath) > longestPathBytes)
    throw new AppError(
      'unavailable',
      `The path of the data folder is too long for a socket in it, so ${without}. Set ENSEMBLE_DATA to a shorter path.`,
    );
  await mkdir(path.dirname(socketPath), { recursive: true, mode: 0o700 });
  return socketPath;
}
