import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  assertObjectId,
  assertRefName,
  defaultBranch,
  deleteRef,
  git,
  initBareRepo,
  isAncestor,
  listBranches,
  log,
  mergeBase,
  repoPath,
  resolveCommit,
  setDefaultBranch,
  updateRef,
} from './git.ts';
import {
  commitTree,
  diffCommits,
  emptyTree,
  readBlob,
  readBlobs,
  readTree,
  treeOf,
  writeBlob,
  writeTreeChanges,
  type TreeChange,
} from './git-objects.ts';
import { mergeTrees } from './git-merge.ts';

let folder: string;
let repo: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-git-'));
  repo = path.join(folder, 'repo.git');
  await initBareRepo(repo);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const author = { name: 'Ada', email: 'ada@example.com', at: new Date('2026-01-02T03:04:05Z') };

/** A commit with these texts over a base. */
async function commit(texts: Record<string, string | null>, parent?: string): Promise<string> {
  const changes: TreeChange[] = [];
  for (const [file, text] of Object.entries(texts)) {
    if (text === null) changes.push({ path: file, remove: true });
    else changes.push({ path: file, mode: '100644', oid: await writeBlob(repo, Buffer.from(text)) });
  }
  const tree = await writeTreeChanges(repo, parent ?? emptyTree, changes);
  return commitTree(repo, { tree, parents: parent ? [parent] : [], message: 'change', author });
}

async function textAt(commitOrTree: string, file: string): Promise<string | undefined> {
  const entry = (await readTree(repo, commitOrTree)).find((each) => each.path === file);
  return entry && Buffer.from(await readBlob(repo, entry.oid, 1e6)).toString('utf8');
}

describe('refs', () => {
  it('moves a ref only from where it is expected to be', async () => {
    const [a, b] = [await commit({ x: '1' }), await commit({ x: '2' })];
    expect(await updateRef(repo, 'refs/heads/main', { to: a, expected: null })).toBe(true);
    expect(await updateRef(repo, 'refs/heads/main', { to: b, expected: null })).toBe(false);
    expect(await updateRef(repo, 'refs/heads/main', { to: b, expected: b })).toBe(false);
    expect(await updateRef(repo, 'refs/heads/absent', { to: b, expected: a })).toBe(false);
    expect(await resolveCommit(repo, 'main')).toBe(a);
    expect(await updateRef(repo, 'refs/heads/main', { to: b, expected: a })).toBe(true);
    expect(await resolveCommit(repo, 'main')).toBe(b);
    expect(await deleteRef(repo, 'refs/heads/main', a)).toBe(false);
    expect(await deleteRef(repo, 'refs/heads/main', b)).toBe(true);
    expect(await deleteRef(repo, 'refs/heads/main', b)).toBe(false);
  });

  it('lets one of two writers win', async () => {
    const [a, b, c] = [await commit({ x: '1' }), await commit({ x: '2' }), await commit({ x: '3' })];
    await updateRef(repo, 'refs/heads/main', { to: a, expected: null });
    const won = await Promise.all([b, c].map((to) => updateRef(repo, 'refs/heads/main', { to, expected: a })));
    expect(won.filter(Boolean)).toHaveLength(1);
  });

  it('refuses to move a ref to an object that is not there', async () => {
    await expect(updateRef(repo, 'refs/heads/main', { to: '1'.repeat(40), expected: null })).rejects.toThrow(
      /update-ref/,
    );
  });

  it.each([
    '--help',
    '-h',
    '--all',
    'refs/heads/--exec=x',
    '',
    'a b',
    'HEAD@{999}',
    ':/x',
    'no-such',
    '\0',
    'a'.repeat(5000),
  ])('resolves nothing for %j', async (name) => {
    await updateRef(repo, 'refs/heads/main', { to: await commit({ x: '1' }), expected: null });
    expect(await resolveCommit(repo, name)).toBeUndefined();
  });

  it('works with a branch that looks like an option', async () => {
    const a = await commit({ x: '1' });
    expect(await updateRef(repo, 'refs/heads/--upload-pack=x', { to: a, expected: null })).toBe(true);
    expect((await listBranches(repo)).map(({ name }) => name)).toEqual(['--upload-pack=x']);
    expect(await resolveCommit(repo, 'refs/heads/--upload-pack=x')).toBe(a);
  });

  it.each([
    'main',
    'refs/heads/',
    'refs/heads/a..b',
    'refs/heads/a b',
    'refs/heads/a\nb',
    'refs/heads/.a',
    'refs/heads/a.lock',
    'refs/heads/a//b',
    'refs/heads/a@{b',
    'refs/../x',
    'refs/heads/a~1',
    'refs/heads/x.',
  ])('refuses the ref name %j', (ref) =>
    expect(() => assertRefName(ref)).toThrow(expect.objectContaining({ code: 'invalid' })),
  );

  it.each(['refs/heads/main', 'refs/ensemble/runs/run_1', 'refs/heads/feature/ä-1', 'refs/heads/-x'])(
    'accepts the ref name %j',
    (ref) => {
      expect(() => assertRefName(ref)).not.toThrow();
    },
  );

  it('takes nothing but a full id for an object id', () => {
    for (const wrong of ['HEAD', '--all', 'abc', `${'a'.repeat(40)}^`, `${'a'.repeat(40)}\n`, 'A'.repeat(40)]) {
      expect(() => assertObjectId(wrong)).toThrow('Not an object id');
    }
    expect(() => repoPath('../x')).toThrow('Not a project id');
  });

  it('knows the default branch before and after the first commit', async () => {
    expect(await defaultBranch(repo)).toBe('main');
    await setDefaultBranch(repo, 'trunk');
    expect(await defaultBranch(repo)).toBe('trunk');
  });
});

describe('history', () => {
  it('lists commits with their people and instants', async () => {
    const a = await commit({ x: '1' });
    const tree = await treeOf(repo, a);
    const b = await commitTree(repo, {
      tree,
      parents: [a],
      message: 'Subject line\n\nBody with\ttabs\nand lines\n',
      author: { name: 'A <x>\nB', email: 'a@b', at: new Date(1000) },
      committer: { name: '<>', email: '', at: new Date(2000) },
    });
    const [last, first] = await log(repo, b, { limit: 10 });
    expect(last).toEqual({
      commit: b,
      parents: [a],
      subject: 'Subject line',
      body: 'Body with\ttabs\nand lines',
      author: { name: 'A  x  B', email: 'a@b', at: new Date(1000) },
      committer: { name: 'Unknown', email: 'unknown@localhost', at: new Date(2000) },
    });
    expect(first?.commit).toBe(a);
    expect((await log(repo, b, { limit: 1, skip: 1 })).map((each) => each.commit)).toEqual([a]);
    expect(await log(repo, b, { limit: 5, before: new Date(500) })).toEqual([]);
  });

  it('knows what comes before what', async () => {
    const a = await commit({ x: '1' });
    const [b, c] = [await commit({ x: '2' }, a), await commit({ x: '3' }, a)];
    expect(await isAncestor(repo, a, b)).toBe(true);
    expect(await isAncestor(repo, b, c)).toBe(false);
    expect(await mergeBase(repo, b, c)).toBe(a);
    expect(await mergeBase(repo, b, await commit({ y: '1' }))).toBeUndefined();
  });
});

describe('trees and files', () => {
  it('keeps bytes as they are: line ends, NUL, not UTF-8', async () => {
    const bytes = Buffer.from([0x0d, 0x0a, 0x00, 0xff, 0xfe, 0x0d]);
    const oid = await writeBlob(repo, bytes);
    expect(Buffer.from(await readBlob(repo, oid, 100))).toEqual(bytes);
  });

  it('holds a file to the size the caller allows', async () => {
    const oid = await writeBlob(repo, Buffer.alloc(1000));
    await expect(readBlob(repo, oid, 999)).rejects.toMatchObject({ code: 'too_large' });
    await expect(readBlob(repo, '1'.repeat(40), 999)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('reads many files at once, empty and repeated ones too', async () => {
    const oids = await Promise.all(
      ['', 'a\n', 'b'.repeat(5000), 'x\ny'].map((text) => writeBlob(repo, Buffer.from(text))),
    );
    const found = await readBlobs(
      repo,
      [...oids, oids[1] ?? '', '1'.repeat(40), await treeOf(repo, await commit({ x: '' }))],
      { maxBytesEach: 100 },
    );
    expect(oids.map((oid) => found.get(oid)?.bytes?.toString())).toEqual(['', 'a\n', undefined, 'x\ny']);
    expect(found.get(oids[2] ?? '')).toEqual({ sizeBytes: 5000 });
    expect(found.size).toBe(4);
  });

  it('changes, adds and removes files, and swaps files and folders', async () => {
    const a = await commit({ '-rf': '1', 'd/x': '2', 'd/y': '3', '--help': '4' });
    const b = await commit({ d: 'now a file', '-rf/inner': '5', '--help': null }, a);
    expect((await readTree(repo, b)).map((entry) => entry.path)).toEqual(['-rf/inner', 'd']);
    expect(await diffCommits(repo, a, b)).toMatchObject([
      { path: '--help', status: 'deleted' },
      { path: '-rf', status: 'deleted' },
      { path: '-rf/inner', status: 'added' },
      { path: 'd', status: 'added' },
      { path: 'd/x', status: 'deleted' },
      { path: 'd/y', status: 'deleted' },
    ]);
  });

  it.each(['.git/config', 'a/../../b', '/abs', 'a\nb', '.GIT/x', 'git~1/x', 'x\0y'])(
    'writes no tree with the path %j',
    async (file) => {
      const oid = await writeBlob(repo, Buffer.from('x'));
      await expect(writeTreeChanges(repo, emptyTree, [{ path: file, mode: '100644', oid }])).rejects.toMatchObject({
        code: 'invalid',
      });
      await expect(writeTreeChanges(repo, emptyTree, [{ path: file, remove: true }])).rejects.toMatchObject({
        code: 'invalid',
      });
    },
  );

  it('lists names with line feeds, quotes and other alphabets as they are', async () => {
    const oid = await writeBlob(repo, Buffer.from('x'));
    const made = await git('read-tree', [emptyTree], { repo, env: { GIT_INDEX_FILE: path.join(folder, 'i') } });
    expect(made.code).toBe(0);
    const names = ['a\nb', 'q"uo\\te', 'ünï', ' '];
    const options = { repo, env: { GIT_INDEX_FILE: path.join(folder, 'i') } };
    await git('update-index', ['-z', '--index-info'], {
      ...options,
      input: names.map((name) => `100644 ${oid}\t${name}\0`).join(''),
    });
    const tree = (await git('write-tree', [], options)).stdout.toString().trim();
    expect((await readTree(repo, tree)).map((entry) => entry.path).toSorted()).toEqual(names.toSorted());
    expect((await diffCommits(repo, emptyTree, tree)).map((each) => each.path).toSorted()).toEqual(names.toSorted());
  });

  it('tells a change of kind from a change of text', async () => {
    const a = await commit({ x: 'target' });
    const oid = await writeBlob(repo, Buffer.from('target'));
    const b = await writeTreeChanges(repo, a, [{ path: 'x', mode: '120000', oid }]);
    expect(await diffCommits(repo, a, b)).toMatchObject([
      { path: 'x', status: 'typechange', oldMode: '100644', newMode: '120000' },
    ]);
    const c = await writeTreeChanges(repo, a, [{ path: 'x', mode: '100755', oid }]);
    expect(await diffCommits(repo, a, c)).toMatchObject([{ status: 'modified', oldMode: '100644', newMode: '100755' }]);
  });

  it('leaves no index behind', async () => {
    await commit({ x: '1' });
    expect(await readdir(repo)).not.toContain('index');
  });
});

describe('merging', () => {
  it('merges trees over the given base, whatever their history is', async () => {
    const base = await commit({ x: 'a\nb\nc\nd\ne\n', y: '1' });
    const ours = await commit({ x: 'A\nb\nc\nd\ne\n' }, base);
    const theirs = await writeTreeChanges(repo, await commit({ x: 'a\nb\nc\nd\nE\n', y: null, z: 'new' }, base), []);
    const merged = await mergeTrees(repo, { base, ours, theirs });
    expect(merged.conflicts).toEqual([]);
    expect(await textAt(merged.tree, 'x')).toBe('A\nb\nc\nd\nE\n');
    expect((await readTree(repo, merged.tree)).map((entry) => entry.path)).toEqual(['x', 'z']);
    expect(await mergeTrees(repo, { base, ours, theirs })).toEqual(merged);
  });

  it('names the files in conflict', async () => {
    const base = await commit({ x: 'a\n', '-y': 'a\n', z: 'a\n' });
    const ours = await commit({ x: 'b\n', '-y': 'b\n' }, base);
    const theirs = await commit({ x: 'c\n', '-y': null, z: 'c\n' }, base);
    const merged = await mergeTrees(repo, { base, ours, theirs });
    expect(merged.conflicts.toSorted()).toEqual(['-y', 'x']);
    expect(await textAt(merged.tree, 'z')).toBe('c\n');
  });
});

it('a cancelled git ends at once and says so', async () => {
  const cancel = new AbortController();
  const waiting = git('cat-file', ['--batch'], { repo, signal: cancel.signal, input: new PassThrough() });
  cancel.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'conflict' });
});
