import { AppError } from '../core/errors.ts';
import { cleanGitOutput } from './git-failure.ts';
import { assertObjectId, assertRefName, createRefs, git, initBareRepo, type GitOptions } from './git.ts';

/** The other side of the git door (git-door.ts): a worker's copy of what its runs need of a project's repository. */
export type GitDoor = {
  /** The address of one run's repository. */
  url: string;
  /** The value of the Authorization header, made for this call. */
  authorization: string;
  signal?: AbortSignal | undefined;
};

/** `lost`: the run is not this worker's any more. `away`: nobody answers there, so trying again may help. */
export class GitDoorError extends Error {
  override name = 'GitDoorError';
  readonly why: 'lost' | 'away';
  constructor(why: 'lost' | 'away', said: string) {
    super(`the git door ${why === 'lost' ? 'is closed to this run' : 'does not answer'}: ${said}`);
    this.why = why;
  }
}

/** Brings in what the door shows. The mirror keeps what it has. @throws GitDoorError, or AppError in words */
export async function fetchMirror(repo: string, door: GitDoor): Promise<void> {
  await initBareRepo(repo);
  const words = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules'];
  const args = [...words, '--', door.url, '+refs/ensemble/*:refs/ensemble/*'];
  const fetched = await git('fetch', args, { repo, ...throughDoor(door) });
  if (fetched.code !== 0) throw doorError(fetched.stderr);
}

/** Makes refs here and at the door's side, with all that they reach; all or none. @throws GitDoorError, or AppError in words */
export async function pushMirror(
  repo: string,
  refs: readonly { ref: string; oid: string }[],
  door: GitDoor,
): Promise<void> {
  for (const { ref, oid } of refs) {
    assertRefName(ref);
    assertObjectId(oid);
  }
  await createRefs(repo, refs);
  const words = ['--quiet', '--porcelain', '--no-verify', '--no-recurse-submodules', '--', door.url];
  const moves = refs.map(({ ref, oid }) => `+${oid}:${ref}`);
  const pushed = await git('push', [...words, ...moves], { repo, ...throughDoor(door) });
  if (pushed.code !== 0) throw doorError(`${pushed.stdout.toString('utf8')}\n${pushed.stderr}`);
}

function throughDoor({ url, authorization, signal }: GitDoor): Pick<GitOptions, 'env' | 'config' | 'signal'> {
  const { protocol, origin } = new URL(url);
  return {
    signal,
    env: { GIT_ALLOW_PROTOCOL: protocol.slice(0, -1) },
    config: [
      ['protocol.version', '0'],
      ['http.followRedirects', 'false'],
      ['http.lowSpeedLimit', '1000'],
      ['http.lowSpeedTime', '120'],
      [`http.${origin}/.extraHeader`, `Authorization: ${authorization}`],
    ],
  };
}

const notOurs =
  'The server does not know this worker. An admin gives the worker the ENSEMBLE_SECRET of the server, then the prompt can be sent again.';

function doorError(said: string): Error {
  const words = cleanGitOutput(said);
  if (/returned error: 403|not held any more/.test(said)) return new GitDoorError('lost', words);
  if (/returned error: 401|authentication failed|could not read username/i.test(said))
    return new AppError('unavailable', notOurs, { cause: new Error(words) });
  const refused = /\[remote rejected\][^(]*\((.*)\)/.exec(said)?.[1];
  if (refused !== undefined)
    return new AppError('unavailable', `The server did not take what the run made: ${refused}`, {
      cause: new Error(words),
    });
  return new GitDoorError('away', words);
}
