import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../core/errors.ts';
import { env, packageEnvironment, searchPath } from '../platform/env.ts';
import { helperEnv, runHelper } from '../platform/process.ts';
import { measureFolder } from '../workspace/sandbox-watch.ts';
import { completeMark } from './installed-agent.ts';
import { onThisMachine } from './pins.ts';
import { registryWords } from './registry-words.ts';

/** Packages of npm below the data folder, each with the bytes that were said before. */

const progressMs = 1_000;
/** Packages are unpacked beside what was downloaded of them. */
const spareFactor = 1.3;

export type InstallOptions = {
  signal?: AbortSignal;
  /** How much of it is on disk. */
  onProgress?: (doneBytes: number, ofBytes: number) => void;
};

type Place = {
  place: string;
  mark: Readonly<Record<string, string>>;
  /** What another process has put there meanwhile stays. */
  keepsWhole?: boolean;
};

export type PackagePin = {
  package: string;
  version: string;
  /** What the registry says of packages, by name; one that is for another machine need not be there. */
  integrity: Readonly<Record<string, string>>;
  /** On disk, or about that. */
  sizeBytes: number;
};

/**
 * Installs a package with what it depends on: into a folder beside, checked, and then in one step to its place. None of the
 * packages' own scripts run.
 * @throws AppError in words for people: no npm, no registry, no room, other bytes than those that were pinned
 */
export async function installPackage(
  pin: PackagePin,
  { place, mark, keepsWhole = false, ...options }: InstallOptions & Place,
): Promise<void> {
  const work = path.join(env().dataDir, 'agents', 'work', randomUUID());
  await mkdir(work, { recursive: true, mode: 0o700 });
  try {
    await requireRoom(work, pin);
    await downloadInto(work, pin, options);
    await requirePinned(work, pin);
    const said = { ...mark, package: pin.package, version: pin.version };
    await writeFile(path.join(work, completeMark), `${JSON.stringify(said)}\n`);
    if (keepsWhole && existsSync(path.join(place, completeMark))) return;
    if (existsSync(place)) await removeFolder(place);
    await mkdir(path.dirname(place), { recursive: true, mode: 0o700 });
    await rename(work, place);
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function requireRoom(folder: string, { sizeBytes }: PackagePin): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const needed = sizeBytes * spareFactor;
  if (bavail * bsize >= needed) return;
  throw new AppError(
    'unavailable',
    `The disk of the data folder has ${megabytes(bavail * bsize)} free, and this package needs ${megabytes(needed)}. Make room, then try again.`,
  );
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 ** 2)} MB`;

async function downloadInto(work: string, pin: PackagePin, { signal, onProgress }: InstallOptions): Promise<void> {
  const manifest = { private: true, dependencies: { [pin.package]: pin.version } };
  await writeFile(path.join(work, 'package.json'), JSON.stringify(manifest));
  const limit = { bytes: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY };
  const look = () =>
    void measureFolder(work, limit).then(({ bytes }) => onProgress?.(Math.min(bytes, pin.sizeBytes), pin.sizeBytes));
  const timer = onProgress && setInterval(look, progressMs);
  try {
    const { code, output } = await runHelper(process.execPath, [findNpm(), ...npmWords], {
      cwd: work,
      env: { ...helperEnv(), ...packageEnvironment(), PATH: `${path.dirname(process.execPath)}:${searchPath()}` },
      ...(signal && { signal }),
    });
    if (code !== 0) throw new AppError('unavailable', registryWords(output));
  } finally {
    clearInterval(timer);
  }
}

/** What comes with a package is run in the box only, so its scripts do not run here. */
const npmWords = [
  'install',
  '--ignore-scripts',
  '--omit=dev',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--loglevel=error',
];

/** @throws AppError when npm is not installed */
function findNpm(): string {
  const folders = [path.dirname(process.execPath), ...searchPath().split(':')];
  for (const folder of folders) {
    for (const found of ['../lib/node_modules/npm/bin/npm-cli.js', '../share/nodejs/npm/bin/npm-cli.js']) {
      const file = path.resolve(folder, found);
      if (path.isAbsolute(folder) && existsSync(file)) return file;
    }
  }
  throw new AppError(
    'unavailable',
    'npm is not installed on the server, and packages come by it. Install it beside Node, then try again.',
  );
}

const lockFile = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), integrity: z.string().optional() })),
});

/** What npm says it unpacked has to be what was pinned. */
async function requirePinned(work: string, pin: PackagePin): Promise<void> {
  const text = await readFile(path.join(work, 'node_modules', '.package-lock.json'), 'utf8');
  const { packages } = lockFile.parse(JSON.parse(text));
  const wanted = Object.entries(pin.integrity).map(([name, hash]) => [onThisMachine(name), hash] as const);
  for (const [name, hash] of wanted) {
    const found = packages[`node_modules/${name}`];
    if (found === undefined && name !== pin.package) continue; // For another processor.
    if (found?.integrity === hash) continue;
    throw new AppError(
      'unavailable',
      `The registry gave other bytes for ${name} than those that were pinned, so nothing was installed. Check which registry npm uses on the server (npm config get registry).`,
    );
  }
}

/** Out of the way at once; deleting many files takes a while. */
export async function removeFolder(folder: string): Promise<void> {
  const trash = path.join(env().dataDir, 'agents', 'work', randomUUID());
  await mkdir(path.dirname(trash), { recursive: true, mode: 0o700 });
  await rename(folder, trash);
  await rm(trash, { recursive: true, force: true, maxRetries: 3 });
}

/** Whether a box of this machine has the folder, or one below it, mounted. */
export function isInUse(folder: string): boolean {
  const part = folder.slice(folder.lastIndexOf('/agents/'));
  return readdirSync('/proc').some((name) => /^\d+$/.test(name) && mountsOf(name).includes(part));
}

function mountsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
  } catch {
    return ''; // It has ended since it was listed.
  }
}
