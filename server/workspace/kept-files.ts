import { createWriteStream } from 'node:fs';
import { link, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../core/errors.ts';
import { buildFolders } from '../core/guard/path-scope.ts';
import type { RestoredFiles } from '../core/undo-words.ts';
import { env } from '../platform/env.ts';
import { runInSandbox, spawnInSandbox } from './sandbox.ts';
import { cleanRepository, objectsMount, worktreeError, type Worktree } from './worktree.ts';

/**
 * The files of a run as they were before one of its agent's actions: everything in its worktree and in its own git folder, byte by byte
 * with modes, times and links, but for ignored folders that a build makes again. An agent wrote what is in them, so they are packed and
 * unpacked in boxes and never looked into. They outlive the worktree; without them an action can not be undone any more, and nothing else.
 */
export type KeptOf = { runId: string; keptId: string };

/** The state of the files, told from any other by names, modes, sizes, times and inodes. */
type Fingerprint = string;

const maxArchiveBytes = 1024 ** 3;
/** All archives of one run; the oldest go first. */
const maxRunBytes = 2 * 1024 ** 3;
const timeoutMs = 120_000;

const rootFolder = () => path.join(env().dataDir, 'kept');

function folderOf(runId: string): string {
  if (!/^[a-z]+_[0-9a-z]+$/.test(runId)) throw new Error('Not the id of a run');
  return path.join(rootFolder(), runId);
}

function archiveOf({ runId, keptId }: KeptOf): string {
  if (!/^[a-z]+_[0-9a-z]+$/.test(keptId)) throw new Error('Not the id of kept files');
  return path.join(folderOf(runId), `${keptId}.tar`);
}

/** Gives what cannot be read the modes again that it had, folders after what is in them. */
const setModes = `
set_modes() {
  mapfile -d '' -t modes < /tmp/list/modes
  for ((at = \${#modes[@]} - 1; at >= 0; at--)); do chmod "\${modes[at]%% *}" "\${modes[at]#* }"; done
}
`;

/**
 * Prints the archive, unless the files are as `$1` says. In it are also lists, each name ending with a zero byte: of what is left out, of what
 * cannot be read, which is made readable for as long as it takes, and of what policy had taken out of the worktree.
 */
const keepScript = `set -e
${cleanRepository}${setModes}
mkdir /tmp/list
unreadable='( -type d ! -perm -u=rx -o -type f ! -perm -u=r )'
find /work /gitdir $unreadable -printf '%m %p\\0' -exec chmod u+rwX {} ';' > /tmp/list/modes
trap set_modes EXIT
git ls-files -z -t | sed -z -n 's/^S //p' > /tmp/list/closed
cd /work
git ls-files -z -o -i --exclude-standard --directory | { grep -zE "(^|/)($2)/$" || true; } > /tmp/list/left
tr '\\n' '?' < /tmp/list/left | tr '\\0' '\\n' | sed 's|/$||; s|^|work/|' > /tmp/unpacked
set -- "$1" -false
while IFS= read -r -d '' dir; do
  name=\${dir%/}
  set -- "$@" -o -path "/work/\${name//[\\\\*?\\[]/?}"
done < /tmp/list/left
state=$(find /work /gitdir \\( "\${@:2}" \\) -prune -o -printf '%p %y %m %s %T@ %C@ %i %l\\0' | sha256sum)
printf 'state %s\\n' "\${state%% *}" >&2
if [ "\${state%% *}" = "$1" ]; then exit 0; fi
tar --format=posix --anchored --no-wildcards --exclude-from=/tmp/unpacked -cf - -C /tmp/list left modes closed -C / work gitdir
`;

export type Kept = { fingerprint: Fingerprint; sizeBytes: number };

/**
 * Keeps the files of a worktree. When nothing changed since `last` was kept, its archive serves for both.
 * @throws AppError `unavailable` in words when they cannot be kept; nothing is left of the attempt then
 */
export async function keepFiles(
  worktree: Worktree,
  of: KeptOf,
  { last, signal }: { last?: { keptId: string; fingerprint: Fingerprint } | undefined; signal?: AbortSignal },
): Promise<Kept> {
  const file = archiveOf(of);
  const unfinished = `${file}.new`;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const before = last && { ...last, file: archiveOf({ ...of, keptId: last.keptId }) };
  const known = before && (await sizeOf(before.file)) > 0 ? before : undefined;
  try {
    const fingerprint = await pack(worktree, { unfinished, known: known?.fingerprint ?? '', signal });
    if (fingerprint === known?.fingerprint) await link(known.file, file);
    else await rename(unfinished, file);
    await dropOldest(of.runId);
    return { fingerprint, sizeBytes: await sizeOf(file) };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('unavailable', 'The files of the run could not be kept.', { cause });
  } finally {
    await rm(unfinished, { force: true });
  }
}

type Packing = { unfinished: string; known: Fingerprint; signal: AbortSignal | undefined };

async function pack(worktree: Worktree, { unfinished, known, signal }: Packing): Promise<Fingerprint> {
  const box = spawnInSandbox(
    {
      work: { path: worktree.workDir, writable: true },
      readWrite: [[worktree.gitDir, '/gitdir']],
      readOnly: [objectsMount(worktree), [path.join(worktree.root, 'index'), '/index']],
      env: { GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' },
      timeoutMs,
      ...(signal && { signal }),
    },
    ['bash', '-c', keepScript, 'bash', known, buildNames],
  );
  box.stdin.end();
  let said = '';
  box.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString('latin1')).slice(-20_000)));
  try {
    await pipeline(box.stdout, atMost(maxArchiveBytes), createWriteStream(unfinished, { mode: 0o600 }));
  } catch (error) {
    box.kill();
    throw error;
  }
  const exit = await box.exited;
  const fingerprint = /^state ([0-9a-f]{64})$/m.exec(said)?.[1];
  // 1: something changed while it was read. The agent waits, so this is what it had left running.
  if (fingerprint === undefined || (exit.code !== 0 && exit.code !== 1))
    throw worktreeError('The files could not be kept', { exit, stderr: said });
  return fingerprint;
}

const buildNames = [...buildFolders].map((name) => name.replaceAll('.', '\\.')).join('|');

function atMost(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= maxBytes) done(null, chunk);
      else done(new AppError('too_large', 'The files of the run are larger than 1 GB, too much to be kept.'));
    },
  });
}

/** So many files that became other ones are named. */
const mostNamed = 5;

/** What was left out stays where it is; everything else goes, and what was kept comes back. It may be done again when it was cut off. It says which files became other ones. */
const putBackScript = `set -e
${cleanRepository}${setModes}chmod -R u+rwX /work /gitdir
mkdir /tmp/list
tar -C /tmp/list -xf /kept.tar left modes
if tar -C /tmp/list -xf /kept.tar closed 2> /dev/null; then
  git update-index -z --skip-worktree --stdin < /tmp/list/closed
  cp -p /tmp/index /index/index.new && mv -f /index/index.new /index/index
fi
aside=/work/.ensemble-aside
mkdir -p "$aside"
names() { find /work -mindepth 1 -path "$aside" -prune -o ! -type d -printf '%s %T@ %P\\0'; }
each() {
  number=0
  while IFS= read -r -d '' dir; do
    number=$((number + 1))
    "$1" "/work/\${dir%/}" "$aside/$number"
  done < /tmp/list/left
}
take_aside() { if [ -d "$1" ] && [ ! -L "$1" ]; then mv -T -- "$1" "$2"; fi; }
bring_back() { if [ -d "$2" ]; then mkdir -p -- "\${1%/*}"; mv -T -- "$2" "$1"; fi; }
each take_aside
names > /tmp/list/before
find /work -mindepth 1 -maxdepth 1 ! -path "$aside" -exec rm -rf -- {} +
find /gitdir -mindepth 1 -maxdepth 1 -exec rm -rf -- {} +
tar -C / --no-same-owner -xpf /kept.tar work gitdir
names > /tmp/list/after
each bring_back
rm -rf "$aside"
set_modes
cat /tmp/list/before /tmp/list/after | LC_ALL=C sort -z | uniq -zu | cut -z -d ' ' -f 3- | LC_ALL=C sort -zu > /tmp/list/changed
tr -cd '\\0' < /tmp/list/changed | wc -c
head -z -n ${mostNamed} /tmp/list/changed
`;

/**
 * Gives a worktree the files that were kept. @returns which became other ones by it
 * @throws AppError `not_found` when they are not on this machine (any more), `unavailable` when they could not be put back
 */
export async function putBackFiles(worktree: Worktree, of: KeptOf): Promise<RestoredFiles> {
  const file = archiveOf(of);
  if (!(await hasKeptFiles(of)))
    throw new AppError('not_found', 'The files from before this action are not kept any more.');
  const result = await runInSandbox(
    {
      work: { path: worktree.workDir, writable: true },
      readWrite: [
        [worktree.gitDir, '/gitdir'],
        [path.join(worktree.root, 'index'), '/index'],
      ],
      readOnly: [objectsMount(worktree), [file, '/kept.tar']],
      timeoutMs,
    },
    ['bash', '-c', putBackScript],
    { maxOutputBytes: 1024 * 1024 },
  );
  if (result.code === 0) return restoredFiles(result.stdout.toString());
  const cause = worktreeError('The files could not be put back', { exit: result, stderr: result.stderr.toString() });
  throw new AppError('unavailable', 'The files could not be put back. Try again.', { cause });
}

function restoredFiles(said: string): RestoredFiles {
  const [count = ''] = said.split('\n', 1);
  const names = said.slice(count.length + 1).split('\0');
  const paths = names.filter((name) => name !== '').map((name) => name.slice(0, 300).toWellFormed());
  return { count: Number(count) || 0, paths };
}

/** Whether the files are kept on this machine. */
export async function hasKeptFiles(of: KeptOf): Promise<boolean> {
  return (await sizeOf(archiveOf(of))) > 0;
}

/** Removes what was kept of a run. */
export async function removeKeptFiles(runId: string): Promise<void> {
  await rm(folderOf(runId), { recursive: true, force: true });
}

/** Removes what was kept before a moment, of all runs. */
export async function removeKeptFilesBefore(moment: Date): Promise<void> {
  for (const runId of await readdir(rootFolder()).catch(() => [])) {
    const archives = await archivesOf(runId);
    const old = archives.filter(({ keptAtMs }) => keptAtMs < moment.getTime());
    if (old.length === archives.length) await rm(path.join(rootFolder(), runId), { recursive: true, force: true });
    else for (const { file } of old) await rm(file, { force: true });
  }
}

async function dropOldest(runId: string): Promise<void> {
  let bytes = 0;
  const seen = new Set<number>();
  for (const { file, sizeBytes, inode } of await archivesOf(runId)) {
    // Archives of the same state are one file on the disk.
    if (!seen.has(inode)) bytes += sizeBytes;
    seen.add(inode);
    if (bytes > maxRunBytes) await rm(file, { force: true });
  }
}

type Archive = { file: string; sizeBytes: number; inode: number; keptAtMs: number };

/** Newest first. */
async function archivesOf(runId: string): Promise<Archive[]> {
  const folder = path.join(rootFolder(), runId);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.tar'));
  const archives = await Promise.all(
    names.map(async (name): Promise<Archive[]> => {
      const file = path.join(folder, name);
      const found = await lstat(file).catch(() => undefined);
      return found ? [{ file, sizeBytes: found.size, inode: found.ino, keptAtMs: found.ctimeMs }] : [];
    }),
  );
  return archives.flat().toSorted((a, b) => b.keptAtMs - a.keptAtMs);
}

async function sizeOf(file: string): Promise<number> {
  return (await lstat(file).catch(() => undefined))?.size ?? 0;
}
