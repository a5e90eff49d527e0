import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { initBareRepo } from './git.ts';
import { commitTree, emptyTree, writeBlob, writeTreeChanges } from './git-objects.ts';
import { hasKeptFiles, keepFiles, putBackFiles, removeKeptFilesBefore } from './kept-files.ts';
import { runInSandbox } from './sandbox.ts';
import { destructions } from './testing-destructions.ts';
import { pictureOf } from './testing-picture.ts';
import { boxFor, createWorktree, removeWorktree, type Worktree } from './worktree.ts';

let folder: string;
let worktree: Worktree;
let runId: string;

const author = { name: 'Ada', email: 'ada@example.com', at: new Date(0) };
const tracked: Record<string, string> = {
  'a.txt': 'one\n',
  'src/b.txt': 'two\r\nlines\r\n',
  'src/deep/c.bin': '\0\u0001\u0002',
  '.gitignore': 'node_modules\n*.log\n.env\n',
  '.gitattributes': '* text=auto eol=lf\n',
};

async function inside(script: string) {
  const result = await runInSandbox({ ...boxFor(worktree), timeoutMs: 30_000 }, ['bash', '-c', script], {
    maxOutputBytes: 1e6,
  });
  return { code: result.code, said: `${result.stdout.toString('utf8')}${result.stderr.toString('utf8')}` };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-kept-'));
  const repo = path.join(folder, 'repo.git');
  await initBareRepo(repo);
  const changes = [];
  for (const [name, text] of Object.entries(tracked))
    changes.push({ path: name, mode: '100644' as const, oid: await writeBlob(repo, Buffer.from(text)) });
  const tree = await writeTreeChanges(repo, emptyTree, changes);
  const commit = await commitTree(repo, { tree, parents: [], message: 'first', author });
  runId = newId('run');
  worktree = await createWorktree({ kind: 'run', id: runId, repo, commit });
  const work = worktree.workDir;
  for (const name of ['node_modules/pkg', 'empty/within', 'nested'])
    await mkdir(path.join(work, name), { recursive: true });
  const texts = {
    'name with spaces\nand a line.txt': 'odd\n',
    'untracked.txt': 'mine\n',
    'debug.log': 'ignored\n',
    '.env': 'KEY=1\n',
    'run.sh': '#!/bin/sh\n',
  };
  for (const [name, text] of Object.entries(texts)) await writeFile(path.join(work, name), text);
  await writeFile(path.join(work, 'node_modules/pkg/index.js'), 'built\n');
  await symlink('a.txt', path.join(work, 'link'));
  await symlink('/nowhere/at/all', path.join(work, 'dangling'));
  await chmod(path.join(work, 'run.sh'), 0o755);
  await chmod(path.join(work, '.env'), 0o600);
  await chmod(path.join(work, 'a.txt'), 0o444);
  await chmod(path.join(work, 'empty'), 0o750);
  const made = await inside(
    'git add a.txt && git -c user.name=A -c user.email=a@b commit -q --allow-empty -m "of the agent" && git branch kept && git tag v1 && echo staged > staged.txt && git add staged.txt && git init -q nested && cd nested && echo x > x && git add x && git -c user.name=A -c user.email=a@b commit -qm nested',
  );
  expect(made).toEqual({ code: 0, said: '' });
});
afterAll(async () => {
  await removeWorktree(worktree);
  await removeKeptFilesBefore(new Date(Date.now() + 60_000));
  await rm(folder, { recursive: true, force: true });
});

/** All that is in the worktree and in its git folder, but for what a build makes again. */
const picture = () => [
  ...pictureOf(worktree.workDir, (name) => name === 'node_modules'),
  ...pictureOf(worktree.gitDir),
];

test(
  '[GU33] whatever is destroyed in a worktree after its files were kept comes back, byte by byte',
  { timeout: 120_000 },
  async () => {
    const before = picture();
    const of = { runId, keptId: newId('kpt') };
    await keepFiles(worktree, of, {});
    const built = path.join(worktree.workDir, 'node_modules/pkg/index.js');
    for (const destruction of destructions) {
      await inside(destruction);
      const isBuilt = existsSync(built);
      expect(picture(), destruction).not.toEqual(before);
      await putBackFiles(worktree, of);
      expect(picture(), destruction).toEqual(before);
      expect(existsSync(built), destruction).toBe(isBuilt);
    }
    expect(
      (await inside('git -C nested log --format=%s && git log --format=%s -1 && git status --short')).said,
    ).toContain('nested\nof the agent\nA  staged.txt\n');
  },
);

test('[GU33] what cannot be read is kept as well, with the modes it has', { timeout: 60_000 }, async () => {
  await inside('chmod -R 000 src .env empty');
  const before = pictureOf(worktree.workDir, (name) => ['node_modules', 'src', '.env', 'empty'].includes(name));
  const modes = () => ['src', '.env', 'empty'].map((name) => lstatSync(path.join(worktree.workDir, name)).mode & 0o777);
  const of = { runId, keptId: newId('kpt') };
  await keepFiles(worktree, of, {});
  expect(modes()).toEqual([0, 0, 0]);
  await inside('chmod -R u+rwX . && rm -rf src .env empty a.txt');
  await putBackFiles(worktree, of);
  expect(modes()).toEqual([0, 0, 0]);
  expect(pictureOf(worktree.workDir, (name) => ['node_modules', 'src', '.env', 'empty'].includes(name))).toEqual(
    before,
  );
  expect((await inside('chmod -R u+rwX src && cat src/b.txt')).said).toBe('two\r\nlines\r\n');
});

test('[GU39] files that did not change since are kept by the archive there is', async () => {
  await inside('chmod -R u+rwX .');
  const first = { runId, keptId: newId('kpt') };
  const second = { runId, keptId: newId('kpt') };
  const kept = await keepFiles(worktree, first, {});
  const again = await keepFiles(worktree, second, { last: { ...kept, keptId: first.keptId } });
  expect(again.fingerprint).toBe(kept.fingerprint);
  expect(await hasKeptFiles(second)).toBe(true);
  await inside('echo more >> untracked.txt');
  const changed = await keepFiles(
    worktree,
    { runId, keptId: newId('kpt') },
    { last: { ...kept, keptId: first.keptId } },
  );
  expect(changed.fingerprint).not.toBe(kept.fingerprint);
  const archives = readdirSync(path.join(env().dataDir, 'kept', runId));
  const inodes = archives.map((name) => lstatSync(path.join(env().dataDir, 'kept', runId, name)).ino);
  expect(new Set(inodes).size).toBe(archives.length - 1);
});
