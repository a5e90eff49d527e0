import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { assertObjectId, git, gitError, gitOk, type Person } from './git.ts';
import { assertTreePath } from './tree-path.ts';

/** The tree without entries, known to git without being stored. */
export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export type TreeEntry = {
  /** Bytes that are not UTF-8 show as U+FFFD: such a file can be listed, not addressed by its path. */
  path: string;
  mode: '100644' | '100755' | '120000' | '160000' | (string & {});
  type: 'blob' | 'commit';
  oid: string;
  /** Undefined for a submodule, whose commit is elsewhere. */
  sizeBytes: number | undefined;
};

/** Every file, link and submodule of a commit or tree, in git's order. */
export async function readTree(repo: string, commitOrTree: string): Promise<TreeEntry[]> {
  assertObjectId(commitOrTree);
  const out = await gitOk('ls-tree', ['-r', '-z', '-l', '--full-tree', commitOrTree], { repo });
  return records(out).map((record) => {
    const tab = record.indexOf('\t');
    const [mode = '', type = '', oid = '', size = ''] = record.slice(0, tab).split(/ +/);
    return {
      path: record.slice(tab + 1),
      mode,
      type: type === 'commit' ? 'commit' : 'blob',
      oid,
      sizeBytes: size === '-' ? undefined : Number(size),
    };
  });
}

/** The paths of the same, without a look at what they hold. */
export async function listTreePaths(repo: string, commitOrTree: string): Promise<string[]> {
  assertObjectId(commitOrTree);
  return records(await gitOk('ls-tree', ['-r', '-z', '--name-only', '--full-tree', commitOrTree], { repo }));
}

/** The tree of a commit (or the tree itself). */
export async function treeOf(repo: string, commitOrTree: string): Promise<string> {
  assertObjectId(commitOrTree);
  return (await gitOk('rev-parse', ['--verify', '--quiet', `${commitOrTree}^{tree}`], { repo }))
    .toString('latin1')
    .trim();
}

/**
 * The bytes of one file.
 * @throws AppError `not_found` when there is no such blob, `too_large` when it is larger than `maxBytes`
 */
export async function readBlob(repo: string, oid: string, maxBytes: number): Promise<Uint8Array> {
  const blob = (await readBlobs(repo, [oid], { maxBytesEach: maxBytes })).get(oid);
  if (!blob) throw new AppError('not_found', 'The repository has no such file contents.');
  if (!blob.bytes)
    throw new AppError('too_large', `The file has ${blob.sizeBytes} bytes; at most ${maxBytes} can be read here.`);
  return blob.bytes;
}

/**
 * Many files with two processes. Ids that name no blob are absent from the result; `bytes` is absent when the file is
 * larger than `maxBytesEach`.
 */
export async function readBlobs(
  repo: string,
  oids: readonly string[],
  limits: { maxBytesEach: number },
): Promise<Map<string, { sizeBytes: number; bytes?: Uint8Array }>> {
  for (const oid of oids) assertObjectId(oid);
  const found = new Map<string, { sizeBytes: number; bytes?: Uint8Array }>();
  if (oids.length === 0) return found;
  const sizes = await gitOk('cat-file', ['--batch-check', '--buffer'], { repo, input: `${oids.join('\n')}\n` });
  for (const line of sizes.toString('latin1').split('\n')) {
    const [oid = '', type, size] = line.split(' ');
    if (type === 'blob') found.set(oid, { sizeBytes: Number(size) });
  }
  const wanted = [...found].filter(([, blob]) => blob.sizeBytes <= limits.maxBytesEach).map(([oid]) => oid);
  if (wanted.length === 0) return found;
  const contents = await gitOk('cat-file', ['--batch', '--buffer'], {
    repo,
    input: `${wanted.join('\n')}\n`,
    maxOutputBytes: Number.MAX_SAFE_INTEGER, // bounded by the sizes that were looked at
  });
  let offset = 0;
  for (const oid of wanted) {
    const sizeBytes = found.get(oid)?.sizeBytes ?? 0;
    const begin = contents.indexOf(0x0a, offset) + 1;
    found.set(oid, { sizeBytes, bytes: contents.subarray(begin, begin + sizeBytes) });
    offset = begin + sizeBytes + 1;
  }
  return found;
}

/** Stores bytes as they are, without any conversion, and gives their id. */
export async function writeBlob(repo: string, bytes: Uint8Array): Promise<string> {
  return (await gitOk('hash-object', ['-w', '-t', 'blob', '--stdin'], { repo, input: bytes }))
    .toString('latin1')
    .trim();
}

export type TreeChange =
  | { path: string; mode: '100644' | '100755' | '120000'; oid: string }
  | { path: string; remove: true };

/**
 * A new tree: the base with the changes applied. A file put where a folder was replaces the folder, and the other way round.
 * @throws AppError `invalid` for a path that must not be written
 */
export async function writeTreeChanges(
  repo: string,
  baseCommitOrTree: string,
  changes: readonly TreeChange[],
): Promise<string> {
  assertObjectId(baseCommitOrTree);
  const input = changes.map((change) => {
    assertTreePath(change.path);
    if ('remove' in change) return `0 ${'0'.repeat(40)}\t${change.path}\0`;
    assertObjectId(change.oid);
    return `${change.mode} ${change.oid}\t${change.path}\0`;
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'ensemble-index-'));
  try {
    const options = { repo, env: { GIT_INDEX_FILE: path.join(folder, 'index') } };
    await gitOk('read-tree', [baseCommitOrTree], options);
    if (input.length > 0) await gitOk('update-index', ['-z', '--index-info'], { ...options, input: input.join('') });
    return (await gitOk('write-tree', [], options)).toString('latin1').trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export type NewCommit = {
  tree: string;
  parents: readonly string[];
  message: string;
  author: Person;
  committer?: Person;
};

/** Stores a commit. Names and addresses are cleaned of what git's format has no place for. */
export async function commitTree(repo: string, commit: NewCommit): Promise<string> {
  for (const oid of [commit.tree, ...commit.parents]) assertObjectId(oid);
  const committer = commit.committer ?? commit.author;
  const args = [commit.tree, ...commit.parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  const out = await gitOk('commit-tree', args, {
    repo,
    input: commit.message.replaceAll('\0', ''),
    env: {
      GIT_AUTHOR_NAME: identity(commit.author.name, 'Unknown'),
      GIT_AUTHOR_EMAIL: identity(commit.author.email, 'unknown@localhost'),
      GIT_AUTHOR_DATE: instant(commit.author.at),
      GIT_COMMITTER_NAME: identity(committer.name, 'Unknown'),
      GIT_COMMITTER_EMAIL: identity(committer.email, 'unknown@localhost'),
      GIT_COMMITTER_DATE: instant(committer.at),
    },
  });
  return out.toString('latin1').trim();
}

function identity(text: string, otherwise: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const clean = text.replace(/[\u0000-\u001f\u007f<>]/gu, ' ').trim();
  return /[\p{L}\p{N}]/u.test(clean) ? clean : otherwise;
}

function instant(at: Date): string {
  return `@${Math.floor(at.getTime() / 1000)} +0000`;
}

export type TreeDifference = {
  path: string;
  status: 'added' | 'modified' | 'deleted' | 'typechange';
  oldMode: string;
  newMode: string;
  oldOid: string;
  newOid: string;
};

const statuses: Readonly<Record<string, TreeDifference['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  T: 'typechange',
};

/** What differs from commit or tree `a` to `b`. A rename shows as a deletion and an addition. Absent sides have zeros. */
export async function diffCommits(repo: string, a: string, b: string): Promise<TreeDifference[]> {
  assertObjectId(a);
  assertObjectId(b);
  const args = [
    '-r',
    '-z',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--ignore-submodules=none',
    a,
    b,
  ];
  const result = await git('diff-tree', args, { repo });
  if (result.code !== 0) throw gitError('diff-tree', result);
  const fields = records(result.stdout);
  const differences: TreeDifference[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [oldMode = '', newMode = '', oldOid = '', newOid = '', letter = ''] = (fields[i] ?? '').slice(1).split(' ');
    const status = statuses[letter.charAt(0)];
    if (!status) throw new Error(`git diff-tree printed an unknown status: ${letter}`);
    differences.push({ path: fields[i + 1] ?? '', status, oldMode, newMode, oldOid, newOid });
  }
  return differences;
}

/** Files of `a` that are in `b` under another name with the same or similar contents. */
export async function findRenames(repo: string, a: string, b: string): Promise<{ from: string; to: string }[]> {
  assertObjectId(a);
  assertObjectId(b);
  const limits = ['-M50%', '-l1000', '--diff-filter=R'];
  const args = ['-r', '-z', '--raw', '--no-abbrev', ...limits, '--no-ext-diff', '--no-textconv', a, b];
  const fields = records(await gitOk('diff-tree', args, { repo }));
  const renames: { from: string; to: string }[] = [];
  for (let i = 0; i + 2 < fields.length; i += 3) renames.push({ from: fields[i + 1] ?? '', to: fields[i + 2] ?? '' });
  return renames;
}

function records(out: Buffer): string[] {
  const list = out.toString('utf8').split('\0');
  list.pop();
  return list;
}
