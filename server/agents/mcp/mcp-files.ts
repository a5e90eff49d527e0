import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { AppError, isAppError } from '../../core/errors.ts';
import { sourceWords, type McpSource } from '../../core/mcp-server.ts';
import { env } from '../../platform/env.ts';
import { log } from '../../platform/log.ts';
import { singleton } from '../../platform/singleton.ts';
import type { Mount } from '../../workspace/sandbox-arguments.ts';
import { installPackage, isInUse, removeFolder, type InstallOptions } from '../install-package.ts';
import { completeMark } from '../installed-agent.ts';

/** Where programs of MCP servers lie in a box. */
export const mcpMount = '/opt/mcp';

/** No server is known to need more; the room is asked for before it is downloaded. */
const usualSizeBytes = 200 * 1024 * 1024;

type PackageSource = Extract<McpSource, { kind: 'package' }>;
/** What is started on this machine. */
export type ProgramSource = Exclude<McpSource, { kind: 'http' }>;

const root = () => path.join(env().dataDir, 'agents', 'mcp');

/** One folder for each identity, whichever servers have it. */
function folderName({ package: name, version, integrity }: PackageSource): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([name, version, integrity]))
    .digest('hex');
  return hash.slice(0, 24);
}

const folderOf = (source: PackageSource) => path.join(root(), folderName(source));

const isInstalled = (source: PackageSource) => existsSync(path.join(folderOf(source), completeMark));

/** Puts the program of a server into the data folder, unless it is there. @throws AppError in words for people */
export async function installMcpFiles(source: McpSource, options: InstallOptions): Promise<void> {
  if (source.kind !== 'package' || isInstalled(source)) return;
  const { package: name, version, integrity } = source;
  const pin = { package: name, version, integrity: { [name]: integrity }, sizeBytes: usualSizeBytes };
  const mark = { mcpServer: sourceWords(source) };
  await installPackage(pin, { place: folderOf(source), mark, keepsWhole: true, ...options });
}

/** How long a run waits for what its worker lacks; the installation goes on for later ones. */
const runWaitMs = 90_000;
const longestInstallMs = 15 * 60_000;

const installing = () => singleton('mcp-installing', () => new Map<string, Promise<void>>());

/**
 * The same for a run that begins on this worker, once for all runs that wait for it; what no server on the list needs any more goes first.
 * @throws AppError `unavailable` with why the run has no such server, in words for people
 */
export async function installForRun(source: McpSource, needed: readonly McpSource[]): Promise<void> {
  if (source.kind !== 'package' || isInstalled(source)) return;
  const folder = folderOf(source);
  const known = installing().get(folder);
  const work =
    known ??
    removeOtherMcpFiles(needed).then(() => installMcpFiles(source, { signal: AbortSignal.timeout(longestInstallMs) }));
  if (!known) {
    installing().set(folder, work);
    work.catch(() => undefined).finally(() => installing().delete(folder));
  }
  const late = AbortSignal.timeout(runWaitMs);
  const tooLate = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () =>
      reject(missing('Installing it takes longer than a run waits. Try again in a while.')),
    );
  });
  await Promise.race([work, tooLate]).catch((error: unknown) => {
    if (isAppError(error)) throw missing(`${sourceWords(source)} is not on this worker yet. ${error.message}`);
    log().error({ err: error, server: sourceWords(source) }, 'an MCP server could not be installed for a run');
    throw missing(`${sourceWords(source)} could not be installed on this worker`);
  });
}

/** Removes what no server on the list needs any more, and no box uses. */
export async function removeOtherMcpFiles(needed: readonly McpSource[]): Promise<void> {
  if (!existsSync(root())) return;
  const kept = new Set(needed.flatMap((source) => (source.kind === 'package' ? [folderName(source)] : [])));
  for (const name of readdirSync(root())) {
    const folder = path.join(root(), name);
    if (!kept.has(name) && !isInUse(folder)) await removeFolder(folder);
  }
}

export type McpProgram = {
  /** How it is started in a box, without its arguments. */
  command: readonly string[];
  mounts: readonly Mount[];
};

/**
 * How the program of a server is started.
 * @throws AppError `unavailable` when it is not on this machine, in words for people
 */
export function mcpProgram(name: string, source: ProgramSource): McpProgram {
  const inside = path.posix.join(mcpMount, name);
  if (source.kind === 'package') {
    if (!isInstalled(source)) throw missing(`${sourceWords(source)} is not installed on this worker`);
    const folder = folderOf(source);
    const program = path.posix.join(inside, 'node_modules', source.package, programOf(folder, source.package));
    return { command: ['/opt/node/bin/node', program], mounts: [[folder, inside]] };
  }
  const { program, folder } = source;
  const below = path.posix.relative(inside, program);
  const isInFolder = !below.startsWith('..');
  if (isInFolder && folder === null) throw missing(`its program is ${program}, and it has no folder there`);
  if (folder !== null && !existsSync(folder)) throw missing(`its folder ${folder} is not on the server`);
  const file = isInFolder ? path.join(folder ?? '', below) : program;
  if (!program.startsWith('/opt/node/') && !existsSync(file)) throw missing(`${program} is not on the server`);
  return { command: [program], mounts: folder === null ? [] : [[folder, inside]] };
}

const missing = (words: string) => new AppError('unavailable', words);

const manifest = z.object({ bin: z.union([z.string(), z.record(z.string(), z.string())]) });

/** The program that a package is run by, as `npx` chooses it. */
function programOf(folder: string, name: string): string {
  const file = path.join(folder, 'node_modules', name, 'package.json');
  const parsed = manifest.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  const bin = parsed.data?.bin;
  if (typeof bin === 'string') return bin;
  const named = bin?.[name.slice(name.lastIndexOf('/') + 1)] ?? Object.values(bin ?? {})[0];
  if (named === undefined) throw missing(`${name} has no program that could be started`);
  return named;
}
