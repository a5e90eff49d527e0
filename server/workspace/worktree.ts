import { randomUUID } from 'node:crypto';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { env } from '../platform/env.ts';
import { assertObjectId } from './git.ts';
import type { Mount, SandboxOptions } from './sandbox-arguments.ts';
import { runInSandbox } from './sandbox.ts';

/**
 * Folders in which agents and commands work. Three folders lie side by side: `work` (the files), `git` (a repository of its
 * own that borrows the project's objects read-only) and `index` (git's list of what we checked out, which no agent sees).
 * After creation every git command that looks into `work` or `git` runs in the sandbox: filters, hooks, monitors and nested
 * repositories planted there are code. A worktree is a cache; it can be made again from its commit.
 */
export type Worktree = {
  kind: WorktreeKind;
  id: string;
  /** The project's bare repository. */
  repo: string;
  root: string;
  workDir: string;
  gitDir: string;
  /** The objects that those who work in it can read: the project's, or those of the files that are open to them. */
  openObjects: string;
};

/** What is not in a worktree: files of its commit, and everything of the history where that may hold such files. */
export type ClosedFiles = { paths: readonly string[]; history: boolean };

export type WorktreeKind = 'run' | 'session';

const checkoutTimeoutMs = 180_000;

/** The repository inside /gitdir: its only branch is `work`, the project's objects are borrowed. */
const freshRepository = `
set -e
make_repository() {
  mkdir -p "$1/objects/info" "$1/objects/pack" "$1/refs/heads" "$1/info"
  printf 'ref: refs/heads/work\\n' > "$1/HEAD"
  printf '/repo/objects\\n' > "$1/objects/info/alternates"
  printf '[core]\\n\\trepositoryformatversion = 0\\n\\tbare = false\\n\\tworktree = /work\\n[user]\\n\\tname = Agent\\n\\temail = agent@localhost\\n[gc]\\n\\tauto = 0\\n' > "$1/config"
}
`;

/**
 * Runs with a repository of its own in /tmp, so that nothing planted in /gitdir or /work/.git has a say. The copied list keeps
 * its time: by that git tells which files may have changed in the second in which they were checked out.
 */
export const cleanRepository = `${freshRepository}
make_repository /tmp/git
export GIT_DIR=/tmp/git GIT_WORK_TREE=/work GIT_INDEX_FILE=/tmp/index
if [ -f /index/index ]; then cp -p /index/index /tmp/index; fi
`;

/** Several workers write the files of a large tree many times faster than one. */
const moveTo = `${cleanRepository}
commit=$1
printf '%s\\n' "$commit" > /tmp/git/refs/heads/work
git -c checkout.workers=4 read-tree --reset -u "$commit"
git clean -ffdq
cp /tmp/index /index/index.new && mv -f /index/index.new /index/index
find /gitdir -mindepth 1 -delete
make_repository /gitdir
printf '%s\\n' "$commit" > /gitdir/refs/heads/work
cp /tmp/index /gitdir/index
rm -rf /work/.git
printf 'gitdir: /gitdir\\n' > /work/.git
`;

/**
 * Takes closed files out of a fresh worktree. Our own list keeps them, marked as not checked out: git then takes them for unchanged, whatever
 * lies at their places. The repository inside gets one commit, of what is open, and no object of anything else.
 */
const takeOut = `${cleanRepository}
git update-index -z --skip-worktree --stdin < /closed
cp -p /tmp/index /index/index.new && mv -f /index/index.new /index/index
xargs -0 -r rm -f -- < /closed
xargs -0 -r dirname -z -- < /closed | sort -zu | xargs -0 -r rmdir -p --ignore-fail-on-non-empty -- 2>/dev/null || true
git update-index -z --force-remove --stdin < /closed
export GIT_OBJECT_DIRECTORY=/open GIT_ALTERNATE_OBJECT_DIRECTORIES=/repo/objects
commit=$(git -c user.name=Ensemble -c user.email=ensemble@localhost commit-tree "$(git write-tree)" -m 'The files that are open here')
printf '%s\n' "$commit" | git pack-objects -q --revs /open/pack/pack > /dev/null
printf '%s\n' "$commit" > /gitdir/refs/heads/work
cp /tmp/index /gitdir/index
`;

/** Where the worktrees of this server lie. */
function worktreeRoot(kind: WorktreeKind, id: string): string {
  if (!/^[a-z]+_[0-9a-z]+$/.test(id)) throw new Error('Not the id of a run or session');
  return path.join(env().dataDir, 'worktrees', kind, id);
}

function worktreeAt(place: { kind: WorktreeKind; id: string; repo: string }): Worktree {
  const root = worktreeRoot(place.kind, place.id);
  const { kind, id, repo } = place;
  const openObjects = path.join(repo, 'objects');
  return { kind, id, repo, root, workDir: path.join(root, 'work'), gitDir: path.join(root, 'git'), openObjects };
}

const narrowed = (worktree: Worktree): Worktree => ({ ...worktree, openObjects: path.join(worktree.root, 'open') });

/** What a box needs to work in a worktree; the caller adds sockets, environment and limits. */
export function boxFor(worktree: Worktree): SandboxOptions {
  return {
    work: { path: worktree.workDir, writable: true },
    readWrite: [[worktree.gitDir, '/gitdir']],
    readOnly: [[worktree.openObjects, '/repo/objects']],
  };
}

/** The project's objects and nothing else of its repository, for git of ours. */
export function objectsMount(worktree: Worktree): readonly [string, string] {
  return [path.join(worktree.repo, 'objects'), '/repo/objects'];
}

/**
 * Makes a worktree with the files of a commit.
 * @throws AppError `unavailable` without a sandbox; Error when there is a worktree of this id already
 */
export async function createWorktree(place: {
  kind: WorktreeKind;
  id: string;
  repo: string;
  commit: string;
  closed?: ClosedFiles;
}): Promise<Worktree> {
  const whole = worktreeAt(place);
  const { closed } = place;
  const worktree = closed && (closed.history || closed.paths.length > 0) ? narrowed(whole) : whole;
  await mkdir(path.dirname(worktree.root), { recursive: true, mode: 0o700 });
  await mkdir(worktree.root, { mode: 0o700 });
  try {
    for (const folder of ['work', 'git', 'index']) await mkdir(path.join(worktree.root, folder), { mode: 0o700 });
    await syncWorktree(whole, place.commit);
    if (closed && worktree !== whole) await takeClosedOut(worktree, closed);
    await writeFile(path.join(worktree.root, 'complete'), `${place.commit}\n`);
    return worktree;
  } catch (error) {
    await removeWorktree(worktree);
    throw error;
  }
}

/** The worktree of a run or session when it was made completely on this machine, else undefined. */
export async function openWorktree(place: {
  kind: WorktreeKind;
  id: string;
  repo: string;
}): Promise<Worktree | undefined> {
  const worktree = worktreeAt(place);
  const isThere = (file: string) => lstat(file).then(Boolean, () => false);
  if (!(await isThere(path.join(worktree.root, 'complete')))) return undefined;
  const narrow = narrowed(worktree);
  return (await isThere(narrow.openObjects)) ? narrow : worktree;
}

/** Nothing of an agent's has been in it yet. */
async function takeClosedOut(worktree: Worktree, { paths }: ClosedFiles): Promise<void> {
  await mkdir(path.join(worktree.openObjects, 'pack'), { recursive: true, mode: 0o700 });
  const list = path.join(worktree.root, 'closed');
  await writeFile(list, paths.map((each) => `${each}\0`).join(''), { mode: 0o600 });
  await inBox(worktree, {
    argv: ['sh', '-c', takeOut],
    readOnly: [[list, '/closed']],
    readWrite: [[worktree.openObjects, '/open']],
    what: 'The files that policy closes could not be taken out',
  });
}

/**
 * Makes a worktree hold exactly the files of `commit` again. Ignored files (dependencies, build results) stay; all other
 * changes and the worktree's own git history go.
 */
export async function syncWorktree(worktree: Worktree, commit: string): Promise<void> {
  assertObjectId(commit);
  await inBox(worktree, {
    argv: ['sh', '-c', moveTo, 'sh', commit],
    what: 'The files of the commit could not be written',
  });
}

type Work = { argv: string[]; readOnly?: readonly Mount[]; readWrite?: readonly Mount[]; what: string };

/** Git of ours on a worktree, with the project's own objects. */
async function inBox(worktree: Worktree, { argv, readOnly = [], readWrite = [], what }: Work): Promise<void> {
  const options: SandboxOptions = {
    work: { path: worktree.workDir, writable: true },
    readOnly: [objectsMount(worktree), ...readOnly],
    readWrite: [[worktree.gitDir, '/gitdir'], [path.join(worktree.root, 'index'), '/index'], ...readWrite],
    timeoutMs: checkoutTimeoutMs,
  };
  const result = await runInSandbox(options, argv, { maxOutputBytes: 1024 * 1024 });
  if (result.code !== 0) throw worktreeError(what, { exit: result, stderr: result.stderr.toString('utf8') });
}

/** A box that did not do what it was started for; what it said is for the log, not for people. */
export function worktreeError(
  what: string,
  found: { exit: { code: number | null; reason?: string }; stderr: string; cause?: unknown },
): Error {
  const said = found.stderr.trim().slice(-2000);
  return new Error(`${what} (${found.exit.reason ?? `exit ${found.exit.code}`}): ${said}`, { cause: found.cause });
}

/** Removes a worktree. It is out of the way at once; deleting many files goes on behind. Removing it again is fine. */
export async function removeWorktree(place: { kind: WorktreeKind; id: string }): Promise<void> {
  const trash = path.join(env().dataDir, 'worktrees', 'trash');
  const grave = path.join(trash, `${place.id}-${randomUUID()}`);
  await mkdir(trash, { recursive: true, mode: 0o700 });
  const moved = await rename(worktreeRoot(place.kind, place.id), grave).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
  if (moved) await deleteFolder(grave);
}

/** Deletes what earlier processes did not get to delete. */
export async function emptyWorktreeTrash(): Promise<void> {
  await deleteFolder(path.join(env().dataDir, 'worktrees', 'trash'));
}

async function deleteFolder(folder: string): Promise<void> {
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await remove();
  } catch {
    // Folders without permissions hold their contents against an ordinary user. Inside a box chmod meets nothing else.
    await runInSandbox({ work: { path: folder, writable: true } }, ['chmod', '-R', 'u+rwX', '/work'], {
      maxOutputBytes: 65_536,
    });
    await remove();
  }
}
