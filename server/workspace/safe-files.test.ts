import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWorktreeFile, writeWorktreeFile } from './safe-files.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-files-'));
  root = path.join(folder, 'work');
  await mkdir(path.join(root, 'd'), { recursive: true });
  await mkdir(path.join(folder, 'other'));
  await writeFile(path.join(folder, 'other', 'secret'), 'secret');
  await writeFile(path.join(root, 'plain'), 'plain');
  await writeFile(path.join(root, 'd', 'deep'), 'deep');
  await symlink(path.join(folder, 'other', 'secret'), path.join(root, 'link'));
  await symlink(path.join(folder, 'other'), path.join(root, 'linked'));
  await symlink('plain', path.join(root, 'inner-link'));
  execFileSync('mkfifo', [path.join(root, 'pipe')]);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const text = async (file: string) => Buffer.from(await readWorktreeFile(root, file, 1000)).toString('utf8');

describe('reading', () => {
  it('gives the bytes of plain files', async () => {
    expect(await text('plain')).toBe('plain');
    expect(await text('d/deep')).toBe('deep');
  });

  it.each(['link', 'linked/secret', 'inner-link', 'pipe', 'd', 'plain/x'])('refuses %s', async (file) => {
    await expect(text(file)).rejects.toMatchObject({ code: 'invalid' });
  });

  it.each(['../other/secret', 'd/../../other/secret', '/etc/passwd', '.git', '.git/config', 'd/.GIT/x', 'a\nb', ''])(
    'does not even look for %j',
    async (file) => {
      await expect(text(file)).rejects.toMatchObject({ code: 'invalid' });
    },
  );

  it('refuses a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path.join(root, 'socket'), resolve));
    await expect(text('socket')).rejects.toMatchObject({ code: 'invalid' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('says when a file is absent or too large', async () => {
    await expect(text('absent')).rejects.toMatchObject({ code: 'not_found' });
    await expect(text('absent/x')).rejects.toMatchObject({ code: 'not_found' });
    await expect(readWorktreeFile(root, 'plain', 4)).rejects.toMatchObject({ code: 'too_large' });
    execFileSync('truncate', ['-s', '500G', path.join(root, 'sparse')]);
    await expect(text('sparse')).rejects.toMatchObject({ code: 'too_large' });
  });

  it('reads a file of many pieces whole', async () => {
    const bytes = Buffer.alloc(300_000, 'abc');
    await writeFile(path.join(root, 'big'), bytes);
    expect(Buffer.from(await readWorktreeFile(root, 'big', 300_000))).toEqual(bytes);
  });
});

describe('writing', () => {
  it('makes folders, replaces files and keeps them executable', async () => {
    await writeWorktreeFile(root, 'new/er/file', Buffer.from('1'));
    expect(await readFile(path.join(root, 'new/er/file'), 'utf8')).toBe('1');
    await chmod(path.join(root, 'plain'), 0o755);
    await writeWorktreeFile(root, 'plain', Buffer.from('2'));
    expect(await readFile(path.join(root, 'plain'), 'utf8')).toBe('2');
    expect((await stat(path.join(root, 'plain'))).mode & 0o111).not.toBe(0);
    expect((await readdir(root)).filter((name) => name.startsWith('.ensemble'))).toEqual([]);
  });

  it.each(['link', 'linked/secret', 'linked/new', 'inner-link', 'pipe', 'd', 'plain/x', '../x', '.git/config', '.git'])(
    'refuses %s',
    async (file) => {
      await expect(writeWorktreeFile(root, file, Buffer.from('x'))).rejects.toMatchObject({ code: 'invalid' });
      expect(await readdir(path.join(folder, 'other'))).toEqual(['secret']);
      expect(await readFile(path.join(folder, 'other', 'secret'), 'utf8')).toBe('secret');
      expect(await readlink(path.join(root, 'linked'))).toBe(path.join(folder, 'other'));
      expect(await readFile(path.join(root, 'plain'), 'utf8')).toBe('plain');
    },
  );
});

describe('handles', () => {
  it('closes what it opens', async () => {
    const before = readdirSync('/proc/self/fd').length;
    for (let i = 0; i < 20; i++) {
      await text('link').catch(() => undefined);
      await text('d/deep');
      await writeWorktreeFile(root, 'd/deep', Buffer.from('deep'));
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 5);
  });
});
