import { createReadStream, createWriteStream } from 'node:fs';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../core/errors.ts';
import { env } from '../platform/env.ts';
import { spawnInSandbox } from './sandbox.ts';

/**
 * Copies of the homes that agents left, by which a later turn of the conversation remembers. An agent wrote what is in them:
 * they are packed and unpacked in boxes, never looked into, and handed to nobody but the next box. A kept home is a cache: without
 * it the agent is told what was said.
 */
export type HomeOf = { sessionId: string; runId: string };

const maxHomeBytes = 64 * 1024 * 1024;
/** All homes of one session; the oldest go first. */
const maxSessionBytes = 1024 ** 3;
const packTimeoutMs = 60_000;

/** What programs can make again by themselves. */
const leftOut = ['./.cache', './.npm', './tmp'].map((name) => `--exclude=${name}`);

function folderOf(sessionId: string): string {
  if (!/^[a-z]+_[0-9a-z]+$/.test(sessionId)) throw new Error('Not the id of a session');
  return path.join(env().dataDir, 'homes', sessionId);
}

function fileOf({ sessionId, runId }: HomeOf): string {
  if (!/^[a-z]+_[0-9a-z]+$/.test(runId)) throw new Error('Not the id of a run');
  return path.join(folderOf(sessionId), `${runId}.tgz`);
}

/**
 * Keeps a copy of a home; one that was kept before for the same run is replaced.
 * @throws AppError `too_large` when it is larger than 64 MB packed
 */
export async function keepHome(home: string, of: HomeOf): Promise<void> {
  const file = fileOf(of);
  const unfinished = `${file}.new`;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const box = spawnInSandbox({ work: { path: home, writable: false }, timeoutMs: packTimeoutMs }, [
    'tar',
    '-C',
    '/work',
    ...leftOut,
    '-cz',
    '.',
  ]);
  box.stdin.end();
  box.stderr.resume();
  try {
    await pipeline(box.stdout, atMost(maxHomeBytes), createWriteStream(unfinished, { mode: 0o600 }));
    const { code, reason } = await box.exited;
    // 1: something changed while it was read, which happens when the agent was ended from outside.
    if (code !== 0 && code !== 1) throw new Error(`The home could not be packed (${reason ?? `exit ${code}`})`);
    await rename(unfinished, file);
  } catch (error) {
    box.kill();
    await rm(unfinished, { force: true });
    throw error;
  }
  await dropOldest(of.sessionId);
}

function atMost(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= maxBytes) done(null, chunk);
      else done(new AppError('too_large', `The home of the agent has more than ${maxBytes} bytes.`));
    },
  });
}

/** Whether the home that a run left is kept on this machine. */
export async function hasHome(of: HomeOf): Promise<boolean> {
  return (await lstat(fileOf(of)).catch(() => undefined)) !== undefined;
}

/** Puts a kept home into an empty folder. @throws Error when it cannot be unpacked */
export async function restoreHome(of: HomeOf, home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const box = spawnInSandbox({ work: { path: home, writable: true }, timeoutMs: packTimeoutMs }, [
    'tar',
    '-C',
    '/work',
    '--no-same-owner',
    '-xz',
  ]);
  box.stdout.resume();
  box.stderr.resume();
  await pipeline(createReadStream(fileOf(of)), box.stdin).catch(() => undefined);
  const { code, reason } = await box.exited;
  if (code !== 0) throw new Error(`The kept home could not be unpacked (${reason ?? `exit ${code}`})`);
}

/** Removes every home of a session. */
export async function removeHomes(sessionId: string): Promise<void> {
  await rm(folderOf(sessionId), { recursive: true, force: true });
}

/** Removes homes that were kept before a moment, of all sessions. */
export async function removeHomesBefore(moment: Date): Promise<void> {
  const sessions = await readdir(path.join(env().dataDir, 'homes')).catch(() => []);
  for (const sessionId of sessions) {
    const old = (await homesOf(sessionId)).filter(({ keptAtMs }) => keptAtMs < moment.getTime());
    for (const { file } of old) await rm(file, { force: true });
  }
}

async function dropOldest(sessionId: string): Promise<void> {
  let bytes = 0;
  for (const home of await homesOf(sessionId)) {
    bytes += home.bytes;
    if (bytes > maxSessionBytes) await rm(home.file, { force: true });
  }
}

/** Newest first. */
async function homesOf(sessionId: string): Promise<{ file: string; bytes: number; keptAtMs: number }[]> {
  const folder = folderOf(sessionId);
  const names = await readdir(folder).catch(() => []);
  const homes = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const found = await lstat(file).catch(() => undefined);
      return found ? [{ file, bytes: found.size, keptAtMs: found.mtimeMs }] : [];
    }),
  );
  return homes.flat().toSorted((a, b) => b.keptAtMs - a.keptAtMs);
}
