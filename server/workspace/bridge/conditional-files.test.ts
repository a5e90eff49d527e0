import { appendFile, chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Worktree } from '../worktree.ts';
import { changeFileIfSame, removeEmptyFolders, type ChangeOutcome } from './conditional-files.ts';
import { keepReplacedFiles } from './replaced-files.ts';

let root: string;
let worktree: Worktree;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ensemble-files-'));
  const workDir = path.join(root, 'work');
  await mkdir(workDir);
  worktree = { kind: 'session', id: 'ses_1', repo: '', root, workDir, gitDir: '', openObjects: '' };
});
afterEach(() => rm(root, { recursive: true }));

const at = (file: string) => path.join(worktree.workDir, file);
const plain = (text: string, isExecutable = false) => ({ bytes: Buffer.from(text), isExecutable });
const textAt = (file: string) => readFile(at(file), 'utf8');

async function change(file: string, expected: string | null, next: string | null): Promise<ChangeOutcome> {
  const outcome = await changeFileIfSame(worktree, {
    path: file,
    expected: expected === null ? null : plain(expected),
    next: next === null ? null : plain(next),
  });
  if (outcome.state === 'changed') await outcome.replaced?.close();
  return outcome;
}

it('[CB101] makes, replaces and removes a file that is as expected', async () => {
  expect(await change('a/b.txt', null, 'one')).toEqual({ state: 'changed' });
  expect(await change('a/b.txt', 'one', 'two')).toMatchObject({ state: 'changed' });
  expect(await textAt('a/b.txt')).toBe('two');
  expect(await change('a/b.txt', 'two', null)).toMatchObject({ state: 'changed' });
  await removeEmptyFolders(worktree, 'a/b.txt');
  expect(await readdir(worktree.workDir)).toEqual([]);
  expect(await readdir(path.join(root, 'drafts'))).toEqual([]);
});

it('[CB101] leaves what is not as expected, and says what it is', async () => {
  await writeFile(at('a.txt'), 'theirs');
  await chmod(at('a.txt'), 0o755);
  const found = plain('theirs', true);
  expect(await change('a.txt', 'one', 'two')).toEqual({ state: 'other', found });
  expect(await change('a.txt', 'theirs', 'two')).toEqual({ state: 'other', found });
  expect(await change('a.txt', null, 'two')).toEqual({ state: 'other', found });
  expect(await change('gone.txt', 'one', 'two')).toEqual({ state: 'other' });
  expect(await textAt('a.txt')).toBe('theirs');
  const next = plain('script', true);
  await changeFileIfSame(worktree, { path: 'a.txt', expected: found, next });
  expect((await stat(at('a.txt'))).mode & 0o777).toBe(0o755);
});

it('[CB107] neither reads nor writes through links, nor into what is no plain file', async () => {
  await mkdir(path.join(root, 'outside'));
  await writeFile(path.join(root, 'outside/a.txt'), 'one');
  await symlink(path.join(root, 'outside'), at('d'));
  await symlink(path.join(root, 'outside/a.txt'), at('a.txt'));
  await mkdir(at('folder/inner'), { recursive: true });
  for (const file of ['d/a.txt', 'a.txt', 'folder', 'folder/inner', '.git/config', '../outside/a.txt']) {
    for (const expected of ['one', null]) expect(await change(file, expected, 'two')).toMatchObject({ state: 'other' });
    expect(await change(file, 'one', null)).toMatchObject({ state: 'other' });
  }
  expect(await readFile(path.join(root, 'outside/a.txt'), 'utf8')).toBe('one');
  expect(await readdir(path.join(root, 'outside'))).toEqual(['a.txt']);
});

it('[CB101] what is written late into a replaced file is found, once; an emptied file only when it stays so', async () => {
  let nowMs = 0;
  const replaced = keepReplacedFiles(() => nowMs);
  await writeFile(at('log.txt'), 'one\n');
  const outcome = await changeFileIfSame(worktree, { path: 'log.txt', expected: plain('one\n'), next: plain('new\n') });
  if (outcome.state !== 'changed' || !outcome.replaced) throw new Error('a replaced file was expected');
  replaced.keep({ path: 'log.txt', file: outcome.replaced, bytes: Buffer.from('one\n'), mode: '100644' });
  expect(await replaced.takeLateWrites()).toEqual([]);
  const old = `/proc/self/fd/${outcome.replaced.fd}`;
  await appendFile(old, 'late\n');
  expect(await replaced.takeLateWrites()).toEqual([
    { path: 'log.txt', mode: '100644', before: Buffer.from('one\n'), after: Buffer.from('one\nlate\n') },
  ]);
  expect(await replaced.takeLateWrites()).toEqual([]);
  await writeFile(old, '');
  expect(await replaced.takeLateWrites()).toEqual([]);
  expect(await replaced.takeLateWrites()).toMatchObject([{ after: Buffer.from('') }]);
  nowMs = 31_000;
  await replaced.takeLateWrites();
  await appendFile(at('log.txt'), 'x');
  await expect(outcome.replaced.stat()).rejects.toThrow();
});
