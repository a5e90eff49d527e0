import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initBareRepo, updateRef } from './git.ts';
import { commitTree, emptyTree, readBlob, readTree, writeBlob, writeTreeChanges } from './git-objects.ts';
import { countLoose, repackRepository } from './repack-repository.ts';

let folder: string;
let repo: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ensemble-repack-'));
  repo = path.join(folder, 'repo.git');
  await initBareRepo(repo);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function commitOf(text: string): Promise<string> {
  const oid = await writeBlob(repo, Buffer.from(text));
  const tree = await writeTreeChanges(repo, emptyTree, [{ path: 'a.txt', mode: '100644', oid }]);
  const author = { name: 'Ada', email: 'ada@example.com', at: new Date(0) };
  return commitTree(repo, { tree, parents: [], message: text, author });
}

test('loose objects go into a pack, and what no ref names stays readable', async () => {
  const named = await commitOf('named');
  const unnamed = await commitOf('unnamed');
  await updateRef(repo, 'refs/heads/main', { to: named, expected: null });
  const before = await countLoose(repo);
  expect(await repackRepository(repo, before + 1)).toBe(false);
  expect(await countLoose(repo)).toBe(before);
  expect(await repackRepository(repo, before)).toBe(true);
  expect(await countLoose(repo)).toBeLessThan(before);
  for (const commit of [named, unnamed]) {
    const [entry] = await readTree(repo, commit);
    const text = await readBlob(repo, entry?.oid ?? '', 100);
    expect(Buffer.from(text).toString()).toBe(commit === named ? 'named' : 'unnamed');
  }
});
