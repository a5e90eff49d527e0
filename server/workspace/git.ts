import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import { env, searchPath } from '../platform/env.ts';
import { cleanGitOutput, explainGitFailure } from './git-failure.ts';

/**
 * The only place that starts git. It runs on repositories that this server made and alone writes, never in a folder that an
 * agent or a person's command wrote: what git finds there (config, filters, hooks, nested repositories) is code.
 * See docs/security.md, "Git".
 */

type GitCommand =
  | 'cat-file'
  | 'commit-tree'
  | 'count-objects'
  | 'diff-tree'
  | 'fetch'
  | 'for-each-ref'
  | 'grep'
  | 'hash-object'
  | 'index-pack'
  | 'init'
  | 'log'
  | 'ls-remote'
  | 'ls-tree'
  | 'merge-base'
  | 'merge-tree'
  | 'push'
  | 'read-tree'
  | 'repack'
  | 'rev-list'
  | 'rev-parse'
  | 'symbolic-ref'
  | 'unpack-objects'
  | 'update-index'
  | 'update-ref'
  | 'upload-pack'
  | 'write-tree';

export type GitOptions = {
  /** A bare repository of this server; without it git runs outside any repository. */
  repo?: string;
  env?: Readonly<Record<string, string>>;
  /** Configuration for this call alone. It travels in the environment, which only this server's user can read. */
  config?: readonly (readonly [key: string, value: string])[];
  input?: Uint8Array | string | Readable;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  maxOutputBytes?: number;
  onStderr?: (chunk: Buffer) => void;
};

export type GitResult = { code: number; stdout: Buffer; stderr: string };

/** What old tools wrote into commits and trees of well-known repositories, and what harms nobody. */
export const toleratedFaults = [
  'badTimezone',
  'missingSpaceBeforeDate',
  'zeroPaddedFilemode',
  'missingNameBeforeEmail',
  'badEmail',
];

/** No hook, no monitor, no other protocol, no background work, nothing from the machine's or a user's configuration. */
const hardening: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.protectHFS', 'true'],
  ['core.protectNTFS', 'true'],
  ['core.quotePath', 'false'],
  ['protocol.allow', 'never'],
  ['safe.bareRepository', 'explicit'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['transfer.fsckObjects', 'true'],
  ...toleratedFaults.map((fault) => [`fetch.fsck.${fault}`, 'ignore'] as const),
  ['log.showSignature', 'false'],
  ['advice.detachedHead', 'false'],
];

function environment(options: GitOptions): NodeJS.ProcessEnv {
  const config = [...hardening, ...(options.config ?? [])];
  const configured = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    NODE_ENV: 'production',
    PATH: searchPath(),
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: '',
    GIT_CEILING_DIRECTORIES: '/',
    GIT_CONFIG_COUNT: String(config.length),
    ...Object.fromEntries(configured),
    ...options.env,
  };
}

type GitChild = ChildProcessByStdio<Writable, Readable, Readable>;

function start(command: GitCommand, args: readonly string[], options: GitOptions): GitChild {
  for (const arg of args) if (arg.includes('\0')) throw new AppError('invalid', 'A name must not contain a NUL byte.');
  const words = [...(options.repo === undefined ? [] : [`--git-dir=${options.repo}`]), command, ...args];
  return spawn('git', words, {
    cwd: '/',
    env: environment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.signal && { signal: options.signal }),
    ...(options.timeoutMs !== undefined && { timeout: options.timeoutMs }),
    killSignal: 'SIGKILL',
  });
}

function feed(child: GitChild, input: GitOptions['input']): void {
  // A program that ends early closes its input; its exit code tells why, not the broken pipe.
  child.stdin.on('error', () => undefined);
  if (input === undefined || typeof input === 'string' || input instanceof Uint8Array) child.stdin.end(input);
  else input.on('error', () => child.stdin.destroy()).pipe(child.stdin);
}

/** Why a git that did not start or was stopped gives no result. */
function startFailure(error: Error & { code?: string }, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) return new AppError('conflict', 'The work was cancelled.', { cause: error });
  if (error.code === 'ENOENT') {
    return new AppError(
      'unavailable',
      'git is not installed on the server. Ask an administrator to install git 2.38 or newer.',
      { cause: error },
    );
  }
  return error;
}

/**
 * Runs git to its end and gives its exit code, whatever it is. Values that come from people stand behind
 * `--end-of-options` or `--`, or are object ids that `assertObjectId` let through.
 * @throws AppError when git is missing, was cancelled, ran too long or printed more than `maxOutputBytes` (default 256 MiB)
 */
export function git(command: GitCommand, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const maxOutputBytes = options.maxOutputBytes ?? 256 * 1024 * 1024;
  const child = start(command, args, options);
  const chunks: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxOutputBytes) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-20_000);
    options.onStderr?.(chunk);
  });
  feed(child, options.input);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(startFailure(error, options.signal)));
    child.once('close', (code, signal) => {
      if (size > maxOutputBytes) reject(new AppError('too_large', 'The answer of git is larger than allowed.'));
      else if (code !== null) resolve({ code, stdout: Buffer.concat(chunks), stderr });
      else if (options.timeoutMs !== undefined && signal === 'SIGKILL')
        reject(
          new AppError(
            'unavailable',
            `git ${command} took longer than ${Math.round(options.timeoutMs / 1000)} s and was stopped.`,
          ),
        );
      else reject(new Error(`git ${command} was ended by ${signal}`));
    });
  });
}

/** Runs git and wants success. @throws AppError for the failures a person can do something about, Error for the others */
export async function gitOk(command: GitCommand, args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const result = await git(command, args, options);
  if (result.code !== 0) throw gitError(command, result);
  return result.stdout;
}

/** Runs git with a stream at its end, which stays open. @returns its exit code; null when it was stopped */
type Into = GitOptions & { output: Writable };
export async function gitInto(command: GitCommand, args: readonly string[], options: Into): Promise<number | null> {
  const child = start(command, args, options);
  child.stderr.resume();
  child.stdout.pipe(options.output, { end: false });
  feed(child, options.input);
  await once(child, 'close');
  return child.exitCode;
}

/** The error for a result that was not expected. */
export function gitError(command: string, result: { code: number | null; stderr: string }): Error {
  return (
    explainGitFailure(result.stderr) ??
    new Error(`git ${command} ended with ${result.code}: ${cleanGitOutput(result.stderr)}`)
  );
}

/** An object id stands in no option's place: full hexadecimal, nothing else. @throws Error for anything else */
export function assertObjectId(oid: string): void {
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(oid))
    throw new Error(`Not an object id: ${JSON.stringify(oid.slice(0, 80))}`);
}

/** The rules of git-check-ref-format, for full names below `refs/`. @throws AppError `invalid` */
export function assertRefName(ref: string): void {
  const wrong =
    !/^refs\/.*[^/]$/.test(ref) ||
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/\.|\.lock(\/|$)/.test(ref) ||
    !ref.isWellFormed();
  if (wrong)
    throw new AppError(
      'invalid',
      `${JSON.stringify(ref.slice(0, 200))} cannot be the name of a branch. Use letters, digits, "-", "_" and "/".`,
    );
}

/** Where a project's repository lies. @throws Error when the id could name another folder */
export function repoPath(projectId: string): string {
  if (!/^[a-z]+_[0-9a-z]+$/.test(projectId)) throw new Error('Not a project id');
  return path.join(env().dataDir, 'repos', `${projectId}.git`);
}

/** Makes an empty bare repository; making it again changes nothing. */
export async function initBareRepo(repo: string, options: { defaultBranch?: string } = {}): Promise<void> {
  await mkdir(path.dirname(repo), { recursive: true, mode: 0o700 });
  const branch = options.defaultBranch ?? 'main';
  assertRefName(`refs/heads/${branch}`);
  await gitOk('init', ['--quiet', '--bare', '--template=', `--initial-branch=${branch}`, '--', repo]);
}

/** The short name of the branch that HEAD names, whether it has commits or not. */
export async function defaultBranch(repo: string): Promise<string> {
  return (await gitOk('symbolic-ref', ['--short', 'HEAD'], { repo })).toString('utf8').trim();
}

/** Makes `branch` the one that HEAD names. */
export async function setDefaultBranch(repo: string, branch: string): Promise<void> {
  assertRefName(`refs/heads/${branch}`);
  await gitOk('symbolic-ref', ['HEAD', `refs/heads/${branch}`], { repo });
}

/** The commit that a branch, tag, full ref or (short) object id names, or undefined. */
export async function resolveCommit(repo: string, name: string): Promise<string | undefined> {
  if (name === '' || name.includes('\0')) return undefined;
  const result = await git('rev-parse', ['--verify', '--quiet', '--end-of-options', `${name}^{commit}`], { repo });
  const oid = result.stdout.toString('latin1').trim();
  return result.code === 0 && /^[0-9a-f]{40,64}$/.test(oid) ? oid : undefined;
}

export type Branch = { name: string; commit: string; committedAt: Date };

/** The branches people see (`refs/heads`), the most recently changed first. */
export async function listBranches(repo: string): Promise<Branch[]> {
  const format = '%(objectname)%00%(committerdate:unix)%00%(refname:lstrip=2)';
  const out = await gitOk('for-each-ref', ['--sort=-committerdate', `--format=${format}`, 'refs/heads'], { repo });
  return lines(out.toString('utf8')).map((text) => {
    const [commit = '', seconds = '0', name = ''] = text.split('\0');
    return { name, commit, committedAt: new Date(Number(seconds) * 1000) };
  });
}

/**
 * Moves a ref by compare-and-set. `expected` null: the ref must not exist yet.
 * @returns false when the ref is not where it was expected, and then nothing has changed
 */
export async function updateRef(
  repo: string,
  ref: string,
  move: { to: string; expected: string | null },
): Promise<boolean> {
  assertRefName(ref);
  assertObjectId(move.to);
  if (move.expected !== null) assertObjectId(move.expected);
  return changeRef(repo, `update ${ref}\0${move.to}\0${move.expected ?? '0'.repeat(40)}\0`);
}

/** Points many refs somewhere at once, wherever they are now; all or none. */
export async function createRefs(repo: string, refs: readonly { ref: string; oid: string }[]): Promise<void> {
  const input = refs.map(({ ref, oid }) => {
    assertRefName(ref);
    assertObjectId(oid);
    return `update ${ref}\0${oid}\0\0`;
  });
  await gitOk('update-ref', ['-z', '--no-deref', '--stdin'], { repo, input: input.join('') });
}

/** Deletes many refs, wherever they are; those that are not there are no matter. All or none. */
export async function deleteRefs(repo: string, refs: readonly string[]): Promise<void> {
  for (const ref of refs) assertRefName(ref);
  if (refs.length === 0) return;
  const input = refs.map((ref) => `delete ${ref}\0\0`).join('');
  await gitOk('update-ref', ['-z', '--no-deref', '--stdin'], { repo, input });
}

/** Deletes a ref that is at `expected`. @returns false when it is not there, and then nothing has changed */
export async function deleteRef(repo: string, ref: string, expected: string): Promise<boolean> {
  assertRefName(ref);
  assertObjectId(expected);
  return changeRef(repo, `delete ${ref}\0${expected}\0`);
}

async function changeRef(repo: string, input: string): Promise<boolean> {
  const result = await git('update-ref', ['-z', '--no-deref', '--stdin'], { repo, input });
  if (result.code === 0) return true;
  const moved = /but expected|reference already exists|unable to resolve reference|Unable to create .*\.lock/;
  if (moved.test(result.stderr)) return false;
  throw gitError('update-ref', result);
}

/** Whether `ancestor` is `descendant` or comes before it. */
export async function isAncestor(repo: string, ancestor: string, descendant: string): Promise<boolean> {
  assertObjectId(ancestor);
  assertObjectId(descendant);
  const result = await git('merge-base', ['--is-ancestor', ancestor, descendant], { repo });
  if (result.code > 1) throw gitError('merge-base', result);
  return result.code === 0;
}

/** The commit at which two histories parted, or undefined when they share none. */
export async function mergeBase(repo: string, a: string, b: string): Promise<string | undefined> {
  assertObjectId(a);
  assertObjectId(b);
  const result = await git('merge-base', [a, b], { repo });
  if (result.code > 1) throw gitError('merge-base', result);
  return result.code === 0 ? result.stdout.toString('latin1').trim() : undefined;
}

export type Person = { name: string; email: string; at: Date };
export type Commit = {
  commit: string;
  parents: string[];
  subject: string;
  body: string;
  author: Person;
  committer: Person;
};

const logFields = ['%H', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%s', '%b'];

/** A page of the history of `commit`, newest first. `before` is an instant, `skip` a number of commits. */
export async function log(
  repo: string,
  commit: string,
  page: { limit: number; skip?: number; before?: Date },
): Promise<Commit[]> {
  assertObjectId(commit);
  const args = [
    '--no-color',
    '--no-decorate',
    '--no-notes',
    '-z',
    `--format=${logFields.join('%x00')}`,
    `--max-count=${Math.trunc(page.limit)}`,
  ];
  if (page.skip !== undefined) args.push(`--skip=${Math.trunc(page.skip)}`);
  if (page.before) args.push(`--min-age=${Math.floor(page.before.getTime() / 1000)}`);
  const fields = (await gitOk('log', [...args, commit, '--'], { repo })).toString('utf8').split('\0');
  const commits: Commit[] = [];
  for (let i = 0; i + logFields.length <= fields.length; i += logFields.length) commits.push(commitOf(fields.slice(i)));
  return commits;
}

function commitOf(fields: readonly string[]): Commit {
  const field = (index: number) => fields[index] ?? '';
  const person = (from: number) => ({
    name: field(from),
    email: field(from + 1),
    at: new Date(Number(field(from + 2)) * 1000),
  });
  return {
    commit: field(0),
    parents: field(1)
      .split(' ')
      .filter((parent) => parent !== ''),
    subject: field(8),
    body: field(9).trimEnd(),
    author: person(2),
    committer: person(5),
  };
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
