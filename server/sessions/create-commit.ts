import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession, type SessionAccess } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { excerpt } from '../core/checkpoint.ts';
import { withTrailers } from '../core/commit-message.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { recordCheckpoint } from '../workspace/checkpoint.ts';
import { repoPath, updateRef } from '../workspace/git.ts';
import { commitTree, treeOf } from '../workspace/git-objects.ts';
import { readContributions, readThrough, type CommitProvenance } from './commit-contributions.ts';
import { askRoom, branchTip } from './merge-branch.ts';
import { endMerge, findMergeHead } from './merge-head.ts';
import { pushCommit, pushesByItself } from './push-branch.ts';
import { requireActiveSession } from './require-active-session.ts';
import { stateToCommit, type StateToCommit } from './session-state-commit.ts';

export const createCommitInput = z.object({
  sessionId: z.string(),
  message: z.string().trim().min(1, 'A commit needs a message.').max(20_000),
});

export type CreatedCommit = {
  commit: string;
  branch: string;
  message: string;
  provenance: CommitProvenance;
  pushState: 'none' | 'pushed' | 'refused';
  /** Why the other server refused, and what to do. */
  pushError: string | undefined;
};

/**
 * Commits the session's state to its branch, by the person who asks, with everyone else who typed or prompted in the
 * trailers, and pushes it when the project has an upstream and a credential. A refused push does not undo the commit.
 * Rules: docs/spec/review.md, "Commits".
 * @throws AppError `conflict` when nothing changed, others changed the same places on the branch, or marks of a merge remain
 */
export async function createCommit(ctx: Context, given: z.infer<typeof createCommitInput>): Promise<CreatedCommit> {
  const input = createCommitInput.parse(given);
  const access = await authorizeSession(ctx, input.sessionId, 'edit');
  requireActiveSession(access.session);
  const through = await readThrough(ctx, access.session);
  const state = await stateToCommit(ctx, access);
  const mergeHead = await findMergeHead(access);
  if (state.changes.length === 0 && mergeHead === undefined) {
    throw new AppError('conflict', 'Nothing has changed since the last commit, so there is nothing to commit.');
  }
  await recordCheckpoint(ctx, {
    session: access.session,
    projectId: access.project.id,
    commit: state.state,
    updateId: through.updateId,
    cause: { type: 'commit', message: excerpt(input.message) },
  });
  const { people, runs, coAuthors, assistants } = await readContributions(ctx, access.session);
  const message = withTrailers(input.message, { author: access.actor, people: coAuthors, assistants });
  const provenance = { people, runs, through };
  const commit = await writeCommit(ctx, access, { state, mergeHead, message, provenance });
  await askRoom(ctx, access.session, { command: { kind: 'set_base', commit } });
  if (mergeHead !== undefined) await endMerge(access, mergeHead);
  const push = await pushAfterCommit(ctx, access, commit);
  await recordCommitted(ctx, access, { commit, message, pushed: push.pushState === 'pushed' });
  return { commit, branch: access.session.branch, message, provenance, ...push };
}

type NewCommit = { state: StateToCommit; mergeHead: string | undefined; message: string; provenance: CommitProvenance };

async function writeCommit(ctx: Context, access: SessionAccess, made: NewCommit): Promise<string> {
  const { session, project, actor, teamId } = access;
  const { tip } = made.state;
  const repo = repoPath(project.id);
  const commit = await commitTree(repo, {
    tree: await treeOf(repo, made.state.state),
    parents: made.mergeHead === undefined ? [tip] : [tip, made.mergeHead],
    message: made.message,
    author: { name: actor.name, email: actor.email, at: ctx.now() },
  });
  await withTransaction(ctx, async (tx) => {
    await tx.db.insert(schema.sessionCommit).values({
      id: newId('cmt'),
      teamId,
      sessionId: session.id,
      commit,
      parentCommit: tip,
      message: made.message,
      createdBy: actor.personId,
      provenance: made.provenance,
    });
    await appendAudit(tx, {
      teamId,
      action: 'commit.create',
      resource: { type: 'commit', id: commit },
      detail: {
        sessionId: session.id,
        projectId: project.id,
        branch: session.branch,
        before: { commit: tip },
        after: { commit },
        people: made.provenance.people.map((person) => person.id),
        runs: made.provenance.runs.map((run) => run.runId),
      },
    });
    // Last, so that what cannot be recorded is not committed.
    if (!(await updateRef(repo, `refs/heads/${session.branch}`, { to: commit, expected: tip }))) {
      throw new AppError(
        'conflict',
        `Someone committed to ${session.branch} just now. Commit again to add yours on top.`,
        {
          details: { branch: session.branch, tip: await branchTip(access), reason: 'branch_moved' },
        },
      );
    }
  });
  return commit;
}

type PushOutcome = Pick<CreatedCommit, 'pushState' | 'pushError'>;

async function pushAfterCommit(ctx: Context, access: SessionAccess, commit: string): Promise<PushOutcome> {
  if (!pushesByItself(access.project)) return { pushState: 'none', pushError: undefined };
  try {
    await pushCommit(ctx, access, commit);
    return { pushState: 'pushed', pushError: undefined };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { pushState: 'refused', pushError: error.message };
  }
}

async function recordCommitted(
  ctx: Context,
  { session, teamId, actor }: SessionAccess,
  committed: { commit: string; message: string; pushed: boolean },
): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const body = { type: 'committed', ...committed } as const;
    await appendSessionEvent(tx.db, { sessionId: session.id, teamId, actor: actorRef(actor), body });
  });
}
