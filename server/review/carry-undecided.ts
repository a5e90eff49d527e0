import type { Context } from '../context.ts';
import {
  commitTree,
  diffCommits,
  readTree,
  treeOf,
  writeTreeChanges,
  type TreeChange,
} from '../workspace/git-objects.ts';
import { mergeTrees } from '../workspace/git-merge.ts';
import { undecidedTree, type TurnChange } from './undecided-tree.ts';

export type Carried = {
  /** The session's text with what was undecided; the text itself when there was nothing. */
  commit: string;
  /** How many files differ from the text. */
  files: number;
  /** Files that people changed in the same lines: they are as people have them. */
  conflicts: string[];
};

const ensemble = { name: 'Ensemble', email: 'ensemble@localhost' };

/**
 * What a conversation's turn begins with: the session's text and, merged into it, what the turn before left and nobody has
 * decided on. Where people changed the same lines their file stays as it is, and is named. See
 * docs/decisions/turns-build-on-undecided-work.md.
 */
export async function carryUndecided(
  ctx: Context,
  repo: string,
  { text, turn }: { text: string; turn: TurnChange },
): Promise<Carried> {
  const theirs = await undecidedTree(ctx, repo, turn);
  const merged = await mergeTrees(repo, { base: turn.baseCommit, ours: text, theirs });
  const tree = merged.conflicts.length === 0 ? merged.tree : await withPeoples(repo, { merged, text, theirs });
  if (tree === (await treeOf(repo, text))) return { commit: text, files: 0, conflicts: merged.conflicts };
  const message = `What ${turn.runId} left undecided`;
  const author = { ...ensemble, at: ctx.now() };
  const commit = await commitTree(repo, { tree, parents: [text], message, author });
  return { commit, files: (await diffCommits(repo, text, commit)).length, conflicts: merged.conflicts };
}

type Conflicted = { merged: { tree: string; conflicts: readonly string[] }; text: string; theirs: string };

/** The merged tree without marks: files in conflict are people's, and what git put beside them is not there. */
async function withPeoples(repo: string, { merged, text, theirs }: Conflicted): Promise<string> {
  const [ours, others, all] = await Promise.all([
    readTree(repo, text),
    readTree(repo, theirs),
    readTree(repo, merged.tree),
  ]);
  const own = new Map(ours.map((entry) => [entry.path, entry]));
  const known = new Set([...own.keys(), ...others.map(({ path }) => path)]);
  const beside = all.flatMap(({ path }) => (known.has(path) ? [] : [path]));
  const changes = [...new Set([...merged.conflicts, ...beside])].map((path): TreeChange => {
    const entry = own.get(path);
    const mode = entry && (['100644', '100755', '120000'] as const).find((candidate) => candidate === entry.mode);
    return entry && mode ? { path, mode, oid: entry.oid } : { path, remove: true };
  });
  return writeTreeChanges(repo, merged.tree, changes);
}
