import { appendAudit } from '../audit/append.ts';
import { authorizeSession, type SessionAccess } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { checkpointNow } from '../workspace/checkpoint.ts';
import { isAncestor, mergeBase, repoPath, updateRef } from '../workspace/git.ts';
import { fetchBranch } from '../workspace/git-remote.ts';
import { askRoom, bringBranchIn, branchTip, sessionNow } from './merge-branch.ts';
import { beginMerge, endMerge, findMergeHead } from './merge-head.ts';
import { requireActiveSession } from './require-active-session.ts';
import { maxUpstreamBytes, upstreamRemote } from './upstream-remote.ts';

export type FetchedUpstream = {
  /** `merging`: the next commit joins both histories. */
  state: 'up_to_date' | 'merged' | 'merging';
  commit: string;
  paths: string[];
  /** Files to look at before committing: both versions stand between marks in them, or the session's was kept. */
  conflicts: string[];
};

/**
 * Fetches the session's branch from the project's upstream and merges it into the session, in the room, where people
 * resolve what both changed. The branch itself moves at once when it only lags behind, else with the next commit.
 */
export async function fetchUpstream(ctx: Context, input: { sessionId: string }): Promise<FetchedUpstream> {
  const access = await authorizeSession(ctx, input.sessionId, 'edit');
  requireActiveSession(access.session);
  const repo = repoPath(access.project.id);
  const { branch } = access.session;
  const commit = await fetchBranch({
    ...(await upstreamRemote(ctx, access.project)),
    repo,
    branch,
    intoRef: `refs/ensemble/upstream/${branch}`,
    maxBytes: maxUpstreamBytes,
  });
  const tip = await branchTip(access);
  if (await isAncestor(repo, commit, tip)) {
    return { ...(await bringBranchIn(ctx, access, tip)), state: 'up_to_date' };
  }
  if (await isAncestor(repo, tip, commit)) {
    await moveBranch(ctx, access, { from: tip, to: commit });
    return { ...(await bringBranchIn(ctx, access, commit)), state: 'merged' };
  }
  return mergeApart(ctx, access, { tip, theirs: commit });
}

async function moveBranch(ctx: Context, access: SessionAccess, move: { from: string; to: string }): Promise<void> {
  const { project, session, teamId } = access;
  await withTransaction(ctx, async (tx) => {
    await appendAudit(tx, {
      teamId,
      action: 'branch.fetch',
      resource: { type: 'session', id: session.id },
      detail: {
        projectId: project.id,
        branch: session.branch,
        before: { commit: move.from },
        after: { commit: move.to },
      },
    });
    const ref = `refs/heads/${session.branch}`;
    if (!(await updateRef(repoPath(project.id), ref, { to: move.to, expected: move.from }))) {
      throw new AppError('conflict', `Someone committed to ${session.branch} just now. Fetch again.`);
    }
  });
}

/** Both histories went on: theirs comes into the session, and the next commit has both as parents. */
async function mergeApart(
  ctx: Context,
  access: SessionAccess,
  { tip, theirs }: { tip: string; theirs: string },
): Promise<FetchedUpstream> {
  if ((await findMergeHead(access)) === theirs) return { state: 'merging', commit: theirs, paths: [], conflicts: [] };
  const base = await mergeBase(repoPath(access.project.id), tip, theirs);
  if (base === undefined) {
    throw new AppError('conflict', 'The branch and the upstream’s have no common history, so they cannot be merged.');
  }
  const ours = await bringBranchIn(ctx, access, tip);
  const session = await sessionNow(ctx, access.session);
  await checkpointNow(ctx, session, { cause: { type: 'merge', branch: `${session.branch} of the upstream` } });
  await beginMerge(access, theirs);
  try {
    const brought = await askRoom(ctx, session, {
      command: { kind: 'apply_tree', base, result: theirs, cause: 'merge', onConflict: 'mark' },
      change: { action: 'session.merge', before: tip, after: theirs },
    });
    const both = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];
    return {
      state: 'merging',
      commit: theirs,
      paths: both(ours.paths, brought.paths),
      conflicts: both(ours.conflicts, brought.conflicts),
    };
  } catch (error) {
    if (error instanceof AppError && error.code !== 'pending') await endMerge(access, theirs);
    throw error;
  }
}
