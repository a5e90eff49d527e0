import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { AppError } from '../core/errors.ts';
import { assertObjectId, type Person } from './git.ts';
import { commitTree, diffCommits, treeOf, type TreeDifference } from './git-objects.ts';
import { importPack } from './git-pack.ts';
import type { SandboxOptions } from './sandbox-arguments.ts';
import { spawnInSandbox, type SandboxExit, type SandboxProcess } from './sandbox.ts';
import { treePathProblem } from './tree-path.ts';
import { cleanRepository, objectsMount, worktreeError, type Worktree } from './worktree.ts';

export type Snapshot = {
  commit: string;
  /** False when the files are those of the parent; `commit` is then the parent. */
  changed: boolean;
  /** Why these changes may be looked at but not brought into a session. */
  refused?: { reason: string };
  /** The file that git could not read, as a sentence; the commit has it as it was. */
  unreadable?: string;
};

const snapshotTimeoutMs = 180_000;
const defaultMaxBytes = 512 * 1024 * 1024;
const nobody = { name: 'Ensemble', email: 'ensemble@localhost' };

/**
 * Prints the tree's id, whether all files could be read and a newline, then a pack of what the project's repository lacks. The files are read through our own
 * index, so a change cannot be hidden in the worktree's. Files that are not in the worktree because they are closed to it stay as they were,
 * also when something else lies in their way.
 */
const snapshotScript = `${cleanRepository}
parent=$1
if [ ! -f /tmp/index ]; then git read-tree "$parent"; fi
git ls-files -z -t -s | sed -z -n 's/^S //p' > /tmp/closed
state=whole
git -c core.safecrlf=false -c advice.addEmbeddedRepo=false add -A --ignore-errors || state=partial
git update-index -z --replace --index-info < /tmp/closed
tree=$(git write-tree)
printf '%s %s\\n' "$tree" "$state"
printf '%s\\n^%s\\n' "$tree" "$parent" | git pack-objects --revs --thin --stdout --delta-base-offset -q
`;

/**
 * Stores what is on disk in a worktree as a commit on `parent` in the project's repository. Files that git ignores are left
 * out. What the box hands over is checked before it is taken in.
 * @throws AppError `too_large` when the changes exceed `maxBytes` (512 MiB if not given)
 */
export async function snapshotWorktree(
  worktree: Worktree,
  parent: string,
  options: { message?: string; author?: Person; maxBytes?: number; signal?: AbortSignal } = {},
): Promise<Snapshot> {
  assertObjectId(parent);
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const box = spawnInSandbox(snapshotBox(worktree, { maxBytes, signal: options.signal }), [
    'sh',
    '-c',
    snapshotScript,
    'sh',
    parent,
  ]);
  box.stdin.end();
  const { tree, unreadable } = await takeIn(box, { worktree, parent, maxBytes, signal: options.signal });
  const reason = unreadable ?? refusal(await diffCommits(worktree.repo, parent, tree));
  const refused = {
    ...(reason !== undefined && { refused: { reason } }),
    ...(unreadable !== undefined && { unreadable }),
  };
  if (tree === (await treeOf(worktree.repo, parent))) return { commit: parent, changed: false, ...refused };
  const author = options.author ?? { ...nobody, at: new Date() };
  const message = options.message ?? 'Changes of the worktree';
  const commit = await commitTree(worktree.repo, { tree, parents: [parent], message, author });
  return { commit, changed: true, ...refused };
}

function snapshotBox(
  worktree: Worktree,
  limits: { maxBytes: number; signal: AbortSignal | undefined },
): SandboxOptions {
  return {
    work: { path: worktree.workDir, writable: false },
    readOnly: [objectsMount(worktree), [path.join(worktree.root, 'index'), '/index']],
    env: { GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C.UTF-8' },
    // New objects are written to /tmp before they are packed.
    tmpSizeBytes: limits.maxBytes * 2 + 64 * 1024 * 1024,
    timeoutMs: snapshotTimeoutMs,
    ...(limits.signal && { signal: limits.signal }),
  };
}

type Wanted = { worktree: Worktree; parent: string; maxBytes: number; signal: AbortSignal | undefined };

async function takeIn(box: SandboxProcess, wanted: Wanted): Promise<{ tree: string; unreadable: string | undefined }> {
  const { line, rest } = splitFirstLine(box.stdout);
  let stderr = '';
  box.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-20_000);
  });
  const { parent, maxBytes, signal } = wanted;
  try {
    const [tree = '', state] = ((await line) ?? '').split(' ');
    if (tree === '') throw new Error('The box named no tree');
    const limits = { maxBytes, timeoutMs: snapshotTimeoutMs, signal };
    await importPack(wanted.worktree.repo, rest, { tips: [tree], known: [parent], ...limits });
    const exit = await box.exited;
    if (exit.code !== 0 || noSpace.test(stderr)) throw new Error('The box did not finish');
    return { tree, unreadable: state === 'whole' ? undefined : unreadableFile(stderr) };
  } catch (cause) {
    box.kill();
    throw explain(cause, { exit: await box.exited, stderr, wanted });
  }
}

const noSpace = /No space left on device|File too large/;

function explain(cause: unknown, found: { exit: SandboxExit; stderr: string; wanted: Wanted }): Error {
  const { exit, stderr, wanted } = found;
  if (wanted.signal?.aborted) return new AppError('conflict', 'The work was cancelled.', { cause });
  if (noSpace.test(stderr) || (cause instanceof AppError && cause.code === 'too_large')) {
    const megabytes = Math.round(wanted.maxBytes / 1024 / 1024);
    return new AppError(
      'too_large',
      `The changed files are larger than ${megabytes} MB. Leave build results out with .gitignore, then try again.`,
      { cause },
    );
  }
  if (cause instanceof AppError) return cause;
  return worktreeError('The worktree could not be read', { exit, stderr, cause });
}

function unreadableFile(stderr: string): string {
  const name = /unable to index file '(.*)'|^error: (.*): can only add/m
    .exec(stderr)
    ?.slice(1)
    .find((found) => found !== undefined);
  return `${name === undefined ? 'A file' : JSON.stringify(name)} cannot be read. Delete it, or make it a plain file with read permission.`;
}

/**
 * The first line of a stream, undefined when it ends before, and all that follows. The stream is read from this moment on:
 * once a box has ended, Node drops what nobody was reading.
 */
function splitFirstLine(source: Readable): { line: Promise<string | undefined>; rest: Readable } {
  const maxLength = 200;
  const rest = new PassThrough();
  const line = new Promise<string | undefined>((resolve) => {
    let seen = Buffer.alloc(0);
    const collect = (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf(0x0a);
      if (end < 0 && seen.length <= maxLength) return;
      source.off('data', collect);
      rest.write(seen.subarray(end + 1));
      source.pipe(rest);
      resolve(end < 0 ? undefined : seen.subarray(0, end).toString('latin1'));
    };
    source.on('data', collect).once('close', () => resolve(undefined));
  });
  return { line, rest };
}

function refusal(differences: readonly TreeDifference[]): string | undefined {
  for (const difference of differences) {
    const problem = differenceProblem(difference);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * Why a change on disk is not taken over, as a sentence with what to do. Links could point anywhere on the machine that
 * follows them, and submodules bring in what nobody has seen.
 */
export function differenceProblem({ path: file, newMode }: TreeDifference): string | undefined {
  const name = JSON.stringify(file);
  if (newMode === '160000')
    return `${name} is a repository of its own. Delete its .git folder, or leave it out with .gitignore.`;
  if (newMode === '120000') return `${name} is a symbolic link that is new or changed. Replace it with a file.`;
  const problem = newMode === '000000' ? undefined : treePathProblem(file);
  return problem && `The path ${name} ${problem}. Rename the file.`;
}
