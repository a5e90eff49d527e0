import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import { cleanGitOutput, explainGitFailure } from './git-failure.ts';
import { assertObjectId, git, gitError, toleratedFaults, type GitResult } from './git.ts';

const tolerated = toleratedFaults.map((fault) => `${fault}=ignore`).join(',');

export type PackImport = {
  /** What the pack was made for: commits, tags or trees. */
  tips: readonly string[];
  /** Objects whose whole history the repository has already. */
  known?: readonly string[];
  maxBytes: number;
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
  onStderr?: (chunk: Buffer) => void;
};

/**
 * Takes in a pack from a source that is not trusted. It is parsed strictly in a folder beside the objects; only when every
 * object is well formed and everything the tips reach is there, it becomes part of the repository.
 * @throws AppError `invalid` for a damaged or incomplete pack, `too_large` above `maxBytes`
 */
export async function importPack(repo: string, pack: Readable, wanted: PackImport): Promise<void> {
  const input = pack.pipe(new PassThrough()); // read from now on: what a program prints before its end may not be dropped
  const progress = wanted.onStderr ? { onStderr: wanted.onStderr } : {};
  await inQuarantine(repo, wanted, async ({ quarantine, env, limits, requireTips }) => {
    const args = ['--stdin', '--fix-thin', `--strict=${tolerated}`, `--max-input-size=${Math.trunc(wanted.maxBytes)}`];
    const indexed = await git('index-pack', [...args, ...(wanted.onStderr ? ['-v'] : [])], {
      repo,
      env,
      input,
      ...limits,
      ...progress,
    });
    if (indexed.code !== 0) throw packError(indexed);
    await requireTips();
    await publish(path.join(quarantine, 'pack'), path.join(repo, 'objects', 'pack'));
  });
}

/** Above so many objects a pack of their own is better than single files. */
const maxLooseObjects = 256;

/**
 * Takes in a pack that is in memory, as `importPack` does. A small one becomes single objects: it comes often, and every
 * pack in a repository makes each later look-up slower.
 * @throws AppError `invalid` for a damaged or incomplete pack
 */
export async function importObjects(repo: string, pack: Buffer, wanted: PackImport): Promise<void> {
  // A pack begins with its mark, its version and the number of its objects.
  const objects = pack.length >= 12 ? pack.readUInt32BE(8) : 0;
  if (objects > maxLooseObjects) return importPack(repo, Readable.from([pack]), wanted);
  await inQuarantine(repo, wanted, async ({ quarantine, env, limits, requireTips }) => {
    const args = ['-q', '--strict', `--max-input-size=${Math.trunc(wanted.maxBytes)}`];
    const unpacked = await git('unpack-objects', args, { repo, env, input: pack, ...limits });
    if (unpacked.code !== 0) throw packError(unpacked);
    await requireTips();
    await publishLoose(quarantine, path.join(repo, 'objects'));
  });
}

type Quarantine = {
  quarantine: string;
  env: Record<string, string>;
  limits: { signal: AbortSignal | undefined; timeoutMs?: number };
  /** @throws AppError `invalid` when something that the tips reach is missing */
  requireTips: () => Promise<void>;
};

async function inQuarantine(
  repo: string,
  wanted: PackImport,
  takeIn: (place: Quarantine) => Promise<void>,
): Promise<void> {
  const known = wanted.known ?? [];
  for (const oid of [...wanted.tips, ...known]) assertObjectId(oid);
  const quarantine = path.join(repo, `quarantine-${randomUUID()}`);
  const env = {
    GIT_OBJECT_DIRECTORY: quarantine,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: alternate(path.join(repo, 'objects')),
  };
  const limits = { signal: wanted.signal, ...(wanted.timeoutMs !== undefined && { timeoutMs: wanted.timeoutMs }) };
  const requireTips = async () => {
    const tips = [...wanted.tips, ...known.map((oid) => `^${oid}`)].join('\n');
    requireAll(
      await git('rev-list', ['--objects', '--quiet', '--stdin'], { repo, env, input: `${tips}\n`, ...limits }),
    );
  };
  await mkdir(path.join(quarantine, 'pack'), { recursive: true, mode: 0o700 });
  try {
    await takeIn({ quarantine, env, limits, requireTips });
  } finally {
    await rm(quarantine, { recursive: true, force: true });
  }
}

/** Whatever an object needs has its place before it: what is half published is nobody's until a tip names it. */
async function publishLoose(from: string, to: string): Promise<void> {
  for (const folder of await readdir(from)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    await mkdir(path.join(to, folder), { recursive: true });
    for (const file of await readdir(path.join(from, folder)))
      await rename(path.join(from, folder, file), path.join(to, folder, file));
  }
}

function requireAll(result: GitResult): void {
  if (result.code === 0) return;
  const cause = new Error(cleanGitOutput(result.stderr));
  throw new AppError(
    'invalid',
    'The repository is incomplete: objects are missing. Run git fsck on it and repair it, then try again.',
    { cause },
  );
}

function packError(result: GitResult): Error {
  const known = /maximum allowed size|no space left/i.test(result.stderr) && explainGitFailure(result.stderr);
  if (known) return known;
  const cause = gitError('index-pack', { code: result.code, stderr: cleanGitOutput(result.stderr) });
  return new AppError(
    'invalid',
    'The repository’s contents are damaged. Run git fsck on it and repair it, then try again.',
    { cause },
  );
}

/** The index comes last: a pack without one is not looked at. */
async function publish(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  const files = await readdir(from);
  const ordered = files.toSorted((a, b) => Number(a.endsWith('.idx')) - Number(b.endsWith('.idx')));
  for (const file of ordered) await rename(path.join(from, file), path.join(to, file));
}

/** The variable is a list with colons between; git reads a quoted entry as one. */
function alternate(folder: string): string {
  return /[:"]/.test(folder) ? JSON.stringify(folder) : folder;
}
