import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchFolders, type FolderWatch } from './folder-watch.ts';

let root: string;
let outside: string;
let events: number;
let watch: FolderWatch;
const ignored = vi.fn(async () => new Set(['node_modules/', 'new/dist/']));

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ensemble-watch-'));
  outside = await mkdtemp(path.join(tmpdir(), 'ensemble-outside-'));
  events = 0;
  ignored.mockClear();
  for (const folder of ['src/deep', 'node_modules/a', '.git/objects'])
    await mkdir(path.join(root, folder), { recursive: true });
  watch = watchFolders(root, () => (events += 1));
  await watch.refresh(ignored);
});
afterEach(async () => {
  watch.stop();
  await rm(root, { recursive: true });
  await rm(outside, { recursive: true });
});

/** Until a change has been noticed, which this makes. */
async function noticed(change: () => Promise<unknown>): Promise<void> {
  const before = events;
  await change();
  await vi.waitUntil(() => events > before, { timeout: 5_000, interval: 5 });
}

/** That a change is not noticed shows when one after it is. */
async function unnoticed(change: () => Promise<unknown>): Promise<void> {
  await noticed(() => writeFile(path.join(root, 'src/before'), String(events)));
  await watch.refresh(ignored);
  const before = events;
  await change();
  expect(events).toBe(before);
}

const write = (file: string) => writeFile(path.join(root, file), String(Math.random()));

it('[CB106] watches each folder, and neither ignored ones nor git’s own', async () => {
  expect(watch.folders()).toBe(3);
  expect(watch.isComplete()).toBe(true);
  await noticed(() => write('src/deep/a'));
  await unnoticed(async () => {
    await write('node_modules/a/x');
    await write('.git/objects/x');
  });
});

it('[CB106] follows folders that come, go, move and come again under the same name', async () => {
  await noticed(() => mkdir(path.join(root, 'new/dist'), { recursive: true }));
  await watch.refresh(ignored);
  expect(watch.folders()).toBe(4);
  await noticed(() => write('new/file'));
  await noticed(() => rename(path.join(root, 'src/deep'), path.join(root, 'moved')));
  await watch.refresh(ignored);
  await noticed(() => write('moved/file'));
  for (let n = 0; n < 5; n++) {
    await noticed(async () => {
      await rm(path.join(root, 'moved'), { recursive: true });
      await mkdir(path.join(root, 'moved/inner'), { recursive: true });
    });
    await watch.refresh(ignored);
    await noticed(() => write('moved/inner/file'));
    await watch.refresh(ignored);
    expect(watch.folders()).toBe(5);
  }
});

it('[CB107] does not follow links out of the folder', async () => {
  await mkdir(path.join(outside, 'theirs'));
  await noticed(() => symlink(outside, path.join(root, 'src/link')));
  await watch.refresh(ignored);
  expect(watch.folders()).toBe(3);
  await rename(path.join(root, 'src/deep'), path.join(root, 'src/was'));
  await symlink(outside, path.join(root, 'src/deep'));
  await vi.waitUntil(() => events > 1, { timeout: 5_000 });
  await watch.refresh(ignored);
  await unnoticed(() => writeFile(path.join(outside, 'theirs/file'), 'x'));
});

it('[CB106] asks what is ignored only when there is a new folder', async () => {
  ignored.mockClear();
  await noticed(() => write('src/file'));
  await watch.refresh(ignored);
  expect(ignored).not.toHaveBeenCalled();
});
