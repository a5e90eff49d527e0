import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession, type ProjectRow, type SessionAccess } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { repoPath } from '../workspace/git.ts';
import { pushBranch as pushToRemote } from '../workspace/git-remote.ts';
import { branchTip } from './merge-branch.ts';
import { requireActiveSession } from './require-active-session.ts';
import { upstreamRemote } from './upstream-remote.ts';

/** Whether commits are pushed without being asked. */
export const pushesByItself = (project: ProjectRow): boolean =>
  project.upstreamUrl !== null && project.credentialSealed !== null;

/**
 * Pushes the session's branch to the project's upstream, never by force.
 * @throws AppError with the other server's reason; `conflict` offers to fetch and merge when the branch has moved there
 */
export async function pushBranch(ctx: Context, input: { sessionId: string }): Promise<{ commit: string }> {
  const access = await authorizeSession(ctx, input.sessionId, 'edit');
  requireActiveSession(access.session);
  const commit = await branchTip(access);
  await pushCommit(ctx, access, commit);
  return { commit };
}

/** For callers that have authorized. */
export async function pushCommit(ctx: Context, access: SessionAccess, commit: string): Promise<void> {
  const { project, session } = access;
  try {
    const remote = await upstreamRemote(ctx, project);
    await pushToRemote({ ...remote, repo: repoPath(project.id), commit, branch: session.branch });
  } catch (error) {
    if (!isAppError(error)) throw error;
    await recordPush(ctx, access, { commit, state: 'refused', error: error.message });
    throw explained(error, session.branch);
  }
  await recordPush(ctx, access, { commit, state: 'pushed', error: null });
}

function explained(error: AppError, branch: string): AppError {
  if (error.code !== 'conflict') return error;
  const details = { ...error.details, branch, offer: 'fetch_upstream' };
  return new AppError('conflict', error.message, { cause: error, details });
}

type Push = { commit: string; state: 'pushed' | 'refused'; error: string | null };

async function recordPush(ctx: Context, access: SessionAccess, { commit, state, error }: Push): Promise<void> {
  const { session, teamId } = access;
  const { sessionCommit } = schema;
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .update(sessionCommit)
      .set({ pushState: state, pushError: error })
      .where(
        and(
          eq(sessionCommit.commit, commit),
          eq(sessionCommit.sessionId, session.id),
          eq(sessionCommit.teamId, teamId),
        ),
      );
    await appendAudit(tx, {
      teamId,
      action: state === 'pushed' ? 'branch.push' : 'branch.push_refused',
      resource: { type: 'commit', id: commit },
      detail: { sessionId: session.id, projectId: access.project.id, branch: session.branch, error },
    });
  });
}
