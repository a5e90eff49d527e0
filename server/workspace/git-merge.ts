import { assertObjectId, git, gitError } from './git.ts';
import { commitTree, treeOf } from './git-objects.ts';

/** Fixed, so that the same merge makes the same objects however often it is computed. */
const nobody = { name: 'Ensemble', email: 'ensemble@localhost', at: new Date(0) };

/**
 * Merges two commits or trees over a base that the caller chooses (their common history is not looked at).
 * @returns the merged tree, with conflict marks in the files named by `conflicts`
 */
export async function mergeTrees(
  repo: string,
  sides: { base: string; ours: string; theirs: string },
): Promise<{ tree: string; conflicts: string[] }> {
  for (const oid of [sides.base, sides.ours, sides.theirs]) assertObjectId(oid);
  const [baseTree, ourTree, theirTree] = await Promise.all([
    treeOf(repo, sides.base),
    treeOf(repo, sides.ours),
    treeOf(repo, sides.theirs),
  ]);
  // git 2.39 takes the base from history alone, so it gets a history that says what we mean.
  const base = await commitTree(repo, { tree: baseTree, parents: [], message: 'base', author: nobody });
  const [ours, theirs] = await Promise.all([
    commitTree(repo, { tree: ourTree, parents: [base], message: 'ours', author: nobody }),
    commitTree(repo, { tree: theirTree, parents: [base], message: 'theirs', author: nobody }),
  ]);
  const args = ['--write-tree', '-z', '--name-only', '--no-messages', ours, theirs];
  const result = await git('merge-tree', args, { repo });
  if (result.code > 1) throw gitError('merge-tree', result);
  const [tree = '', ...conflicts] = result.stdout
    .toString('utf8')
    .split('\0')
    .filter((field) => field !== '');
  assertObjectId(tree);
  return { tree, conflicts: [...new Set(conflicts)] };
}
