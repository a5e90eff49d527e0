import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { importPack } from './git-pack.ts';
import { gitProgressReader, type GitProgress } from './git-progress.ts';
import { assertRefName, createRefs } from './git.ts';
import { runInSandbox, spawnInSandbox } from './sandbox.ts';
import type { SandboxOptions } from './sandbox-arguments.ts';

/**
 * Repositories in folders of this machine that the server does not own. `git clone` would run upload-pack on them outside,
 * where their configuration counts: a promisor remote names a command to run, and `objects/info/alternates` may name the
 * repository of another team. So their side runs in the sandbox, where only that one repository exists, and what comes out is
 * a pack like any other that is not trusted.
 */

export type LocalRef = { ref: string; oid: string };

const script =
  'git symbolic-ref -q HEAD || echo; git for-each-ref --format="%(objectname) %(refname)" refs/heads refs/tags';

/** The branches and tags of a repository in a folder, and the branch that its HEAD names. @throws AppError in words */
export async function readLocalRefs(folder: string): Promise<{ head: string | undefined; refs: LocalRef[] }> {
  const result = await runInSandbox(await sourceBox(folder), ['sh', '-c', script], {
    maxOutputBytes: 64 * 1024 * 1024,
  });
  if (result.code !== 0) throw notReadable(folder, result.stderr.toString('utf8'));
  const [first = '', ...rest] = result.stdout.toString('utf8').split('\n');
  const refs = rest.flatMap((line) => {
    const found = /^([0-9a-f]{40}) (refs\/(?:heads|tags)\/.+)$/.exec(line);
    return found?.[1] && found[2] && isRefName(found[2]) ? [{ oid: found[1], ref: found[2] }] : [];
  });
  return { head: /^refs\/heads\/(.+)$/.exec(first)?.[1], refs };
}

/** Brings the given objects of a repository in a folder into ours, with all they reach, and points our refs at them. */
export async function copyLocalRefs(
  folder: string,
  copy: {
    repo: string;
    refs: readonly LocalRef[];
    maxBytes: number;
    signal?: AbortSignal | undefined;
    onProgress?: ((progress: GitProgress) => void) | undefined;
  },
): Promise<void> {
  const tips = [...new Set(copy.refs.map(({ oid }) => oid))];
  if (tips.length === 0) return;
  const options = { ...(await sourceBox(folder)), ...(copy.signal && { signal: copy.signal }) };
  const box = spawnInSandbox(options, [
    'git',
    'pack-objects',
    '--revs',
    '--stdout',
    '--delta-base-offset',
    '--progress',
  ]);
  const report = copy.onProgress && gitProgressReader(copy.onProgress);
  let stderr = '';
  box.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-20_000);
    report?.(chunk);
  });
  box.stdin.end(`${tips.join('\n')}\n`);
  const wanted = { tips, maxBytes: copy.maxBytes, signal: copy.signal, ...(report && { onStderr: report }) };
  const failure = await importPack(copy.repo, box.stdout, wanted).then(
    () => undefined,
    (error: unknown) => {
      box.kill(); // nobody reads what it still prints
      return { error };
    },
  );
  const exit = await box.exited;
  if (copy.signal?.aborted) throw new AppError('conflict', 'The import was cancelled.', { cause: failure?.error });
  if (exit.code !== 0 && exit.reason === undefined) throw notReadable(folder, stderr);
  if (failure) throw failure.error;
  await createRefs(copy.repo, copy.refs);
}

async function sourceBox(folder: string): Promise<SandboxOptions> {
  return {
    readOnly: [[await findGitFolder(folder), '/source']],
    env: {
      GIT_DIR: '/source',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_NO_LAZY_FETCH: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
      LC_ALL: 'C.UTF-8',
    },
  };
}

/** The folder with HEAD and objects: the one given, or `.git` in it. */
async function findGitFolder(folder: string): Promise<string> {
  const given = await realpath(folder).catch(() => undefined);
  if (given === undefined) throw new AppError('not_found', 'The folder does not exist on the server. Check the path.');
  const inner = path.join(given, '.git');
  const found = await lstat(inner).catch(() => undefined);
  if (found && !found.isDirectory()) {
    throw new AppError(
      'invalid',
      'The folder is a linked working copy whose repository lies elsewhere. Import the main repository’s folder.',
    );
  }
  const candidate = found ? inner : given;
  const head = await lstat(path.join(candidate, 'HEAD')).catch(() => undefined);
  if (!head)
    throw new AppError(
      'invalid',
      'The folder is not a git repository. Check the path, or import the folder as an archive.',
    );
  for (const [file, problem] of incomplete) {
    if (await lstat(path.join(candidate, file)).catch(() => undefined)) throw new AppError('invalid', problem);
  }
  return candidate;
}

const incomplete: readonly (readonly [file: string, problem: string])[] = [
  [
    'shallow',
    'The repository is a shallow clone without its whole history. Run git fetch --unshallow in it, then import it again.',
  ],
  [
    'objects/info/alternates',
    'The repository borrows objects from another one. Run git repack -a -d in it and delete objects/info/alternates, then import it again.',
  ],
];

function notReadable(folder: string, stderr: string): AppError {
  return new AppError(
    'invalid',
    'The repository in this folder cannot be read by the server. Check its permissions, and run git fsck on it.',
    {
      cause: new Error(`${folder}: ${stderr.trim().slice(-2000)}`),
    },
  );
}

function isRefName(ref: string): boolean {
  try {
    assertRefName(ref);
    return true;
  } catch {
    return false;
  }
}
