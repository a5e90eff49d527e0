import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReachLook } from './reach-look.ts';

let folder: string;
let workDir: string;
let repo: string;
let commit: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-reach-'));
  workDir = path.join(folder, 'work');
  repo = path.join(workDir, '.git');
  await mkdir(path.join(workDir, 'src'), { recursive: true });
  await writeFile(path.join(workDir, 'src/a.ts'), 'a\nb\n');
  await writeFile(path.join(workDir, 'src/b.ts'), 'c');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', workDir, '-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
      encoding: 'utf8',
    }).trim();
  git('init', '-q');
  git('add', '.');
  git('commit', '-qm', 'One');
  commit = git('rev-parse', 'HEAD');
  await writeFile(path.join(workDir, 'src/b.ts'), 'd');
  await writeFile(path.join(workDir, 'new.bin'), 'x\0\n\n');
  await mkdir(path.join(workDir, 'node_modules'));
  await writeFile(path.join(workDir, 'node_modules/x.js'), 'x\n');
  await mkdir(path.join(folder, 'other'));
  await writeFile(path.join(folder, 'other/secret'), 'secret\n');
  await symlink(path.join(folder, 'other'), path.join(workDir, 'linked'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const look = () => createReachLook({ repo, workDir, commit });
const everything = { how: 'deletes' as const, paths: [{ parts: [], below: 'all' as const }] };

test('[GU43] what builds make is not looked into, and then there is more', async () => {
  const { files, isCut } = await look().files({ ...everything, among: 'all' });
  expect({ files: files.toSorted(), isCut }).toEqual({
    files: ['linked', 'new.bin', 'src/a.ts', 'src/b.ts'],
    isCut: true,
  });
  const paths = [{ parts: ['node_modules'], below: 'all' as const }];
  expect(await look().files({ how: 'deletes', among: 'all', paths })).toEqual({
    files: ['node_modules/x.js'],
    isCut: false,
  });
});

test('[GU43] links are not followed, and files that are no text have no lines', async () => {
  const paths = [{ parts: ['linked', 'secret'], below: 'itself' as const }];
  expect(await look().files({ how: 'deletes', among: 'all', paths })).toEqual({ files: [], isCut: false });
  expect(await look().lines(['linked', 'linked/secret', 'new.bin', 'src/a.ts', 'src/b.ts'])).toBe(3);
});

test('[GU43] what is not committed and what is not tracked is found by the commit’s own list', async () => {
  expect(await look().files({ ...everything, among: 'uncommitted' })).toEqual({ files: ['src/b.ts'], isCut: false });
  const { files } = await look().files({ ...everything, among: 'untracked' });
  expect(files.toSorted()).toEqual(['linked', 'new.bin']);
});

test('[GU43] a file too large to be counted leaves the lines out', async () => {
  await writeFile(path.join(workDir, 'large.txt'), Buffer.alloc(1024 * 1024 + 1, 10));
  expect(await look().lines(['large.txt', 'src/a.ts'])).toBeUndefined();
});
