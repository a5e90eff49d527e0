import type { Context } from '../../context.ts';
import type { Person } from '../git.ts';
import { commitTree, writeTreeChanges, type TreeChange, type TreeDifference } from '../git-objects.ts';
import type { TaskRow } from '../task-end.ts';
import type { Worktree } from '../worktree.ts';
import { rememberVersions, type RecentVersions } from './recent-versions.ts';

/** Where a bridge works, and for whom. */
export type BridgePlace = {
  /** Whoever ran the command: what comes from disk is theirs. */
  ctx: Context;
  task: TaskRow;
  author: Person | undefined;
  worktree: Worktree;
  /** The command is being stopped: nobody waits for a room any more. */
  signal: AbortSignal;
  /** Says something to people in the command's output. */
  note: (text: string) => void;
};

/** The ref that keeps a command's versions of files that did not fit. */
export const taskRef = (taskId: string): string => `refs/ensemble/tasks/${taskId}`;

/** A file whose changes on disk do not fit what people have made of it. */
export type Conflict = {
  /** From what both sides had to what the command left. */
  difference: TreeDifference;
  reason: string | undefined;
  /** The text of the session that it was last tried against. */
  triedAgainst: string | undefined;
  isDue: boolean;
};

/** What a bridge knows of its two sides. */
export type Known = {
  /** The commit up to which the session has everything that is on disk, apart from `conflicts`. */
  base: string;
  conflicts: Map<string, Conflict>;
  /** Where the command's versions of them lie, and which of them the log has told of. */
  keptCommit: string | undefined;
  toldConflicts: string;
  /** Files that were just emptied: most programs empty a file before they write it anew. */
  emptied: Set<string>;
  /** Changes that are not taken over, by path, as people were told. */
  refused: Map<string, string>;
  /** What programs may have read before the bridge wrote something newer. */
  recent: RecentVersions;
  /** Every path that was taken over. */
  paths: Set<string>;
};

export function knowAt(base: string): Known {
  return {
    base,
    conflicts: new Map(),
    keptCommit: undefined,
    toldConflicts: '',
    emptied: new Set(),
    refused: new Map(),
    recent: rememberVersions(),
    paths: new Set(),
  };
}

const absent = /^0+$/;

/** A side of a difference as a change of a tree. */
export function sideOf(difference: TreeDifference, side: 'old' | 'new'): TreeChange {
  const { path } = difference;
  const [mode, oid] =
    side === 'old' ? [difference.oldMode, difference.oldOid] : [difference.newMode, difference.newOid];
  if (absent.test(mode)) return { path, remove: true };
  const known = (['100644', '100755', '120000'] as const).find((one) => one === mode);
  if (!known) throw new Error(`${path} is no file, so it is not brought from one side to the other`);
  return { path, mode: known, oid };
}

/** The files of `over` with these changes, as a commit on it. */
export async function commitOn(place: BridgePlace, over: string, changes: readonly TreeChange[]): Promise<string> {
  return commitOf(place, over, await writeTreeChanges(place.worktree.repo, over, changes));
}

export async function commitOf(place: BridgePlace, parent: string, tree: string): Promise<string> {
  const author = place.author ?? { name: 'Ensemble', email: 'ensemble@localhost', at: place.ctx.now() };
  return commitTree(place.worktree.repo, { tree, parents: [parent], message: `Run ${place.task.name}`, author });
}
