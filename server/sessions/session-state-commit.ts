import type { SessionAccess } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { maxTextBytes } from '../core/file-text.ts';
import { repoPath } from '../workspace/git.ts';
import { mergeTrees } from '../workspace/git-merge.ts';
import { diffCommits, readBlobs, type TreeDifference } from '../workspace/git-objects.ts';
import { askRoom, bringBranchIn, branchTip, sessionNow } from './merge-branch.ts';

export type StateToCommit = { tip: string; state: string; changes: TreeDifference[] };

/**
 * The session's whole state as a commit, on top of the newest commit of its branch. What others committed meanwhile is
 * merged into the session first when that goes without a conflict.
 * @throws AppError `conflict` naming the files that both changed, or that still have conflict marks
 */
export async function stateToCommit(ctx: Context, access: SessionAccess): Promise<StateToCommit> {
  const repo = repoPath(access.project.id);
  const tip = await branchTip(access);
  let { commit: state } = await askRoom(ctx, access.session, { command: { kind: 'materialize' } });
  const session = await sessionNow(ctx, access.session);
  if (tip !== session.baseCommit) {
    const { conflicts } = await mergeTrees(repo, { base: session.baseCommit, ours: state, theirs: tip });
    if (conflicts.length > 0) throw branchMoved(session.branch, tip, conflicts);
    const merged = await bringBranchIn(ctx, { ...access, session }, tip);
    if (merged.conflicts.length > 0) throw branchMoved(session.branch, tip, merged.conflicts);
    ({ commit: state } = await askRoom(ctx, session, { command: { kind: 'materialize' } }));
  }
  const changes = await diffCommits(repo, tip, state);
  const marked = await filesWithMarks(repo, changes);
  if (marked.length === 0) return { tip, state, changes };
  throw new AppError(
    'conflict',
    `There are unresolved places of a merge in ${listed(marked)}. Resolve them and remove the marks, then commit.`,
    { details: { files: marked, reason: 'marks' } },
  );
}

function branchMoved(branch: string, tip: string, files: readonly string[]): AppError {
  return new AppError(
    'conflict',
    `Others committed to ${branch} and changed the same places of ${listed(files)}. Merge the branch into the session, resolve the marked places, then commit.`,
    { details: { files, branch, tip, reason: 'branch_moved', offer: 'merge_branch' } },
  );
}

const namedFiles = 5;

function listed(files: readonly string[]): string {
  const more = files.length - namedFiles;
  return files.slice(0, namedFiles).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** The mark that merges of this application begin a conflict with; other texts may hold marks of their own. */
const ownMark = /^<{7} this session\r?$/m;

async function filesWithMarks(repo: string, changes: readonly TreeDifference[]): Promise<string[]> {
  const files = changes.filter((change) => change.newMode.startsWith('100'));
  const blobs = await readBlobs(
    repo,
    files.map((file) => file.newOid),
    { maxBytesEach: maxTextBytes },
  );
  const decoder = new TextDecoder();
  const isMarked = (oid: string) => {
    const bytes = blobs.get(oid)?.bytes;
    return bytes !== undefined && ownMark.test(decoder.decode(bytes));
  };
  return files.filter((file) => isMarked(file.newOid)).map((file) => file.path);
}
