import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../core/errors.ts';
import { parseGitUrl, type GitUrl } from '../core/git-url.ts';
import { env } from '../platform/env.ts';
import { copyLocalRefs, readLocalRefs } from './git-local-source.ts';
import { gitProgressReader, type GitProgress } from './git-progress.ts';
import {
  assertObjectId,
  assertRefName,
  git,
  gitError,
  gitOk,
  initBareRepo,
  listBranches,
  resolveCommit,
  setDefaultBranch,
  type GitOptions,
} from './git.ts';
import { measureFolder } from './sandbox-watch.ts';

/** How to sign in at the other server. It is handed over in the environment or a file only we can read, and stored nowhere. */
export type GitCredential =
  | { kind: 'password'; username: string; password: string }
  | { kind: 'ssh-key'; privateKey: string };

export type Remote = {
  /** `https://…`, `http://…`, `ssh://…`, `user@host:path`, `file:///…` or an absolute path on this machine. */
  url: string;
  /** The IP address to connect to, so that the host is not looked up again after it was allowed. */
  address?: string;
  credential?: GitCredential | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: GitProgress) => void) | undefined;
};

const folderCheckMs = 500;

/**
 * Makes `into` a bare repository with the branches and tags of another one. Nothing of the other's configuration comes
 * along, and no address or credential stays in ours. After a failure `into` is gone.
 * @throws AppError with the cause in words
 */
export async function cloneBare(
  source: Remote & { into: string; maxBytes: number },
): Promise<{ defaultBranch: string | undefined; branches: number }> {
  const { into } = source;
  await initBareRepo(into);
  try {
    const local = localPath(source.url);
    const head = local === undefined ? await cloneFromRemote(source) : await cloneFromFolder(local, source);
    const branches = await listBranches(into);
    const chosen =
      branches.find(({ name }) => name === head) ?? branches.find(({ name }) => name === 'main') ?? branches[0];
    if (chosen) await setDefaultBranch(into, chosen.name);
    return { defaultBranch: chosen?.name, branches: branches.length };
  } catch (error) {
    await rm(into, { recursive: true, force: true });
    throw error;
  }
}

async function cloneFromRemote(source: Remote & { into: string; maxBytes: number }): Promise<string | undefined> {
  return withConnection(source, async (url, options) => {
    const answer = await gitOk('ls-remote', ['--symref', '--', url, 'HEAD'], options);
    await fetchInto(
      source.into,
      { url, refspecs: ['+refs/heads/*:refs/heads/*', '+refs/tags/*:refs/tags/*'] },
      { source, options },
    );
    return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(answer.toString('utf8'))?.[1];
  });
}

async function cloneFromFolder(
  folder: string,
  source: Remote & { into: string; maxBytes: number },
): Promise<string | undefined> {
  const { head, refs } = await readLocalRefs(folder);
  await copyLocalRefs(folder, { ...source, repo: source.into, refs });
  return head;
}

/**
 * Brings one branch of another repository in under a ref of ours, which it may move anywhere.
 * @returns the commit it is at now
 * @throws AppError `not_found` when the other repository has no such branch, else with the cause in words
 */
export async function fetchBranch(
  source: Remote & { repo: string; branch: string; intoRef: string; maxBytes: number },
): Promise<string> {
  const { repo, intoRef } = source;
  const from = `refs/heads/${source.branch}`;
  assertRefName(from);
  assertRefName(intoRef);
  const local = localPath(source.url);
  if (local === undefined) {
    await withConnection(source, (url, options) =>
      fetchInto(repo, { url, refspecs: [`+${from}:${intoRef}`] }, { source, options }),
    );
  } else {
    const found = (await readLocalRefs(local)).refs.find(({ ref }) => ref === from);
    if (!found) throw new AppError('not_found', 'The other repository has no such branch. Choose another branch.');
    await copyLocalRefs(local, { ...source, refs: [{ ref: intoRef, oid: found.oid }] });
  }
  const commit = await resolveCommit(repo, intoRef);
  if (commit === undefined) throw new Error(`${intoRef} is missing after it was fetched`);
  return commit;
}

/**
 * Pushes a commit to a branch of another repository, never by force.
 * @throws AppError `conflict` when the branch has moved there, `unsupported` for a folder on this machine
 */
export async function pushBranch(target: Remote & { repo: string; commit: string; branch: string }): Promise<void> {
  assertObjectId(target.commit);
  assertRefName(`refs/heads/${target.branch}`);
  if (localPath(target.url) !== undefined) {
    // The receiving side runs the hooks of that repository, here, as this server's user.
    throw new AppError(
      'unsupported',
      'Ensemble does not push into a folder on the server. Enter the address of a git server for the project, then push again.',
    );
  }
  await withConnection(target, async (url, options) => {
    const words = ['--porcelain', '--no-verify', '--no-recurse-submodules', '--progress', '--', url];
    const pushed = await git('push', [...words, `${target.commit}:refs/heads/${target.branch}`], {
      ...options,
      repo: target.repo,
    });
    if (pushed.code !== 0)
      throw gitError('push', { ...pushed, stderr: `${pushed.stdout.toString('utf8')}\n${pushed.stderr}` });
  });
}

type Connection = Pick<GitOptions, 'env' | 'config' | 'signal' | 'onStderr'>;

async function fetchInto(
  repo: string,
  from: { url: string; refspecs: readonly string[] },
  how: { source: Remote & { maxBytes: number }; options: Connection },
): Promise<void> {
  const tooLarge = new AbortController();
  const signal = how.options.signal ? AbortSignal.any([how.options.signal, tooLarge.signal]) : tooLarge.signal;
  const limit = { bytes: how.source.maxBytes, files: Number.MAX_SAFE_INTEGER };
  const check = setInterval(() => {
    void measureFolder(path.join(repo, 'objects'), limit).then((use) => {
      if (use.bytes > limit.bytes) tooLarge.abort();
    });
  }, folderCheckMs);
  try {
    const words = [
      '--progress',
      '--no-tags',
      '--no-write-fetch-head',
      '--no-auto-maintenance',
      '--no-recurse-submodules',
      '--update-head-ok',
    ];
    await gitOk('fetch', [...words, '--', from.url, ...from.refspecs], { ...how.options, repo, signal });
  } catch (error) {
    if (tooLarge.signal.aborted) {
      throw new AppError(
        'too_large',
        'The repository is larger than allowed. Import a smaller one, or ask an administrator to raise the limit.',
        { cause: error },
      );
    }
    throw error;
  } finally {
    clearInterval(check);
  }
}

/** The folder that an address means, or undefined for an address on another server. */
function localPath(url: string): string | undefined {
  if (url.startsWith('/')) return path.resolve(url);
  return url.startsWith('file://') && URL.canParse(url) ? fileURLToPath(url) : undefined;
}

async function withConnection<T>(remote: Remote, use: (url: string, options: Connection) => Promise<T>): Promise<T> {
  const url = parseGitUrl(remote.url);
  if ('problem' in url) throw new AppError('invalid', url.problem);
  const report = remote.onProgress && gitProgressReader(remote.onProgress);
  const options = { signal: remote.signal, ...(report && { onStderr: report }) };
  if (url.protocol === 'ssh') return withSsh(url, remote, (ssh) => use(url.url, { ...options, env: ssh }));
  return use(url.url, { ...options, env: { GIT_ALLOW_PROTOCOL: url.protocol }, config: httpConfig(url, remote) });
}

function httpConfig(url: GitUrl, remote: Remote): (readonly [string, string])[] {
  const { credential, address } = remote;
  const config: [string, string][] = [
    ['http.followRedirects', 'false'],
    ['http.lowSpeedLimit', '1000'],
    ['http.lowSpeedTime', '60'],
  ];
  if (address !== undefined) config.push(['http.curloptResolve', `${url.host}:${url.port}:${address}`]);
  if (credential?.kind === 'ssh-key') {
    throw new AppError(
      'invalid',
      'An SSH key does not fit an address that begins with http. Enter a token, or an address that begins with ssh://.',
    );
  }
  if (credential) {
    const pair = Buffer.from(`${credential.username}:${credential.password}`).toString('base64');
    config.push([`http.${new URL(url.url).origin}/.extraHeader`, `Authorization: Basic ${pair}`]);
  }
  return config;
}

/** ssh knows the given key and our own list of hosts; neither the keys nor the configuration of the server's user. */
async function withSsh<T>(url: GitUrl, remote: Remote, use: (env: Record<string, string>) => Promise<T>): Promise<T> {
  if (remote.credential?.kind === 'password') {
    throw new AppError(
      'invalid',
      'A password does not fit an SSH address. Enter a private key, or an address that begins with https://.',
    );
  }
  const folder = path.join(env().dataDir, 'ssh');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keyFile = path.join(folder, `key-${randomUUID()}`);
  try {
    if (remote.credential) await writeFile(keyFile, `${remote.credential.privateKey.trim()}\n`, { mode: 0o600 });
    const options = [
      'BatchMode=yes',
      'StrictHostKeyChecking=accept-new',
      `UserKnownHostsFile="${path.join(folder, 'known_hosts').replaceAll('%', '%%')}"`,
      'GlobalKnownHostsFile=/dev/null',
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      `IdentityFile="${(remote.credential ? keyFile : '/dev/null').replaceAll('%', '%%')}"`,
      'ConnectTimeout=20',
      'ServerAliveInterval=15',
      'ServerAliveCountMax=4',
      ...(remote.address === undefined ? [] : [`HostName=${remote.address}`, `HostKeyAlias=${url.host}`]),
    ];
    const words = ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', option])];
    return await use({
      GIT_ALLOW_PROTOCOL: 'ssh',
      GIT_SSH_VARIANT: 'ssh',
      GIT_SSH_COMMAND: words.map(shellQuote).join(' '),
    });
  } finally {
    await rm(keyFile, { force: true });
  }
}

function shellQuote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
