import { resolveCommit } from './git.ts';
import { readBlob, readTree } from './git-objects.ts';

/** The text of a file at a ref, HEAD unless another is given. @throws Error when there is none */
export async function readTestFile(repo: string, path: string, ref = 'HEAD'): Promise<string> {
  const commit = await resolveCommit(repo, ref);
  if (commit === undefined) throw new Error(`no ${ref} in ${repo}`);
  const entry = (await readTree(repo, commit)).find((candidate) => candidate.path === path);
  if (!entry) throw new Error(`no ${path} at ${ref}`);
  return Buffer.from(await readBlob(repo, entry.oid, 1_000_000)).toString('utf8');
}
