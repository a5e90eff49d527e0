import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { initBareRepo, updateRef } from './git.ts';
import { commitTree, emptyTree, writeBlob, writeTreeChanges, type TreeChange } from './git-objects.ts';
import { sampleSteps } from './sample-history.ts';

/** Repositories that the server makes itself, in a bare repository that does not exist yet. */

/** Asked when needed: in Next's bundle of this module there is no folder to name, and pages only import it. */
const stepsFolder = () => path.join(import.meta.dirname, 'sample', 'steps');

/** One commit on `main` with a README, by the person who makes the project. */
export async function makeEmptyRepo(
  repo: string,
  project: { name: string; author: { name: string; email: string; at: Date } },
): Promise<void> {
  await initBareRepo(repo, { defaultBranch: 'main' });
  const oid = await writeBlob(repo, Buffer.from(`# ${project.name.replaceAll(/\s+/g, ' ')}\n`));
  const tree = await writeTreeChanges(repo, emptyTree, [{ path: 'README.md', mode: '100644', oid }]);
  await commitOnMain(repo, { tree, parent: undefined, message: 'Begin\n', author: project.author });
}

/** The bundled sample with its history; the same commits every time. */
export async function makeSampleRepo(repo: string): Promise<void> {
  await initBareRepo(repo, { defaultBranch: 'main' });
  let tree = emptyTree;
  let parent: string | undefined;
  for (const step of sampleSteps) {
    tree = await writeTreeChanges(repo, tree, await writeFolder(repo, path.join(stepsFolder(), step.folder)));
    parent = await commitOnMain(repo, { tree, parent, message: step.message, author: step.author });
  }
}

async function writeFolder(repo: string, folder: string): Promise<TreeChange[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => ({
      path: path.relative(folder, file),
      mode: '100644' as const,
      oid: await writeBlob(repo, await readFile(file)),
    })),
  );
}

type MainCommit = {
  tree: string;
  parent: string | undefined;
  message: string;
  author: { name: string; email: string; at: Date };
};

export async function commitOnMain(repo: string, next: MainCommit): Promise<string> {
  const parents = next.parent === undefined ? [] : [next.parent];
  const commit = await commitTree(repo, { tree: next.tree, parents, message: next.message, author: next.author });
  await updateRef(repo, 'refs/heads/main', { to: commit, expected: next.parent ?? null });
  return commit;
}
