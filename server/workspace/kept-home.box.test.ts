import { lstat, mkdir, mkdtemp, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { hasHome, keepHome, removeHomes, removeHomesBefore, restoreHome } from './kept-home.ts';

const folder = () => mkdtemp(path.join(tmpdir(), 'ensemble-home-'));

async function keptHome() {
  const home = await folder();
  await mkdir(path.join(home, 'sessions'));
  await writeFile(path.join(home, 'sessions', 'one.jsonl'), 'said');
  await mkdir(path.join(home, '.cache'));
  await writeFile(path.join(home, '.cache', 'big'), 'made again');
  await symlink('/etc/passwd', path.join(home, 'link'));
  const of = { sessionId: newId('ses'), runId: newId('run') };
  await keepHome(home, of);
  return of;
}

test('[AG78] a home is kept for its owner alone, comes back as it was, and no link in it is followed', async () => {
  const of = await keptHome();
  const file = path.join(env().dataDir, 'homes', of.sessionId, `${of.runId}.tgz`);
  expect((await lstat(file)).mode & 0o777).toBe(0o600);
  expect((await lstat(file)).size).toBeLessThan(1_000);
  const home = await folder();
  await restoreHome(of, home);
  expect(await readFile(path.join(home, 'sessions', 'one.jsonl'), 'utf8')).toBe('said');
  expect(await readlink(path.join(home, 'link'))).toBe('/etc/passwd');
  expect(await lstat(path.join(home, '.cache')).catch(() => 'left out')).toBe('left out');
});

test('[AG78] kept homes are forgotten when they are old, and with their session', async () => {
  const [old, other] = [await keptHome(), await keptHome()];
  await removeHomesBefore(new Date(Date.now() - 60_000));
  expect(await hasHome(old)).toBe(true);
  await removeHomes(old.sessionId);
  expect([await hasHome(old), await hasHome(other)]).toEqual([false, true]);
  await removeHomesBefore(new Date(Date.now() + 60_000));
  expect(await hasHome(other)).toBe(false);
});

test('[AG78] a name that leads elsewhere is no name of a home', async () => {
  await expect(hasHome({ sessionId: '../../etc', runId: 'run_1' })).rejects.toThrow('Not the id');
});
