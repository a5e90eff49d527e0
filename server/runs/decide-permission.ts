import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { notify } from '../platform/notify.ts';
import { appendSessionEvent } from './event-log.ts';
import { authorizeRun } from './queries.ts';
import { readPermissionRequest } from './permission-request.ts';
import { voteToAllow } from './permission-votes.ts';
import type { RunRow } from './run-claim.ts';

export const decidePermissionInput = z.object({
  /** Checked when it is given. */
  runId: z.string().optional(),
  permissionId: z.string(),
  decision: z.enum(['allow', 'deny']),
  scope: z.enum(['once', 'run']).default('once'),
  reason: z.string().trim().max(2_000, 'A reason has at most 2,000 characters.').optional(),
});

/** What came of an answer: `missing` more people have to allow it as well before it is decided. */
export type AnswerOutcome = { decided: true } | { decided: false; missing: number };

/**
 * Answers an agent's question. The first answer counts; where several people are needed, one no decides, and the last yes that is needed.
 * @throws AppError `conflict` when somebody answered already or the run does not wait for it any more, `forbidden` when somebody else has to allow it
 */
export async function decidePermission(
  ctx: Context,
  given: z.input<typeof decidePermissionInput>,
): Promise<AnswerOutcome> {
  const input = decidePermissionInput.parse(given);
  const access = await authorizeQuestion(ctx, input);
  const { run } = access;
  return withTransaction(ctx, async (tx) => {
    const asked = await lockQuestion(tx, run, input.permissionId);
    if (input.decision === 'allow' && asked.needs) {
      const { needs } = asked;
      const { missing, scope } = await voteToAllow(tx, { ...input, needs, run, access });
      if (missing > 0) return await recordVote(tx, { access, input, asked, missing });
      await decided(tx, { access, asked, input: { ...input, scope } });
    } else await decided(tx, { access, asked, input });
    return { decided: true };
  });
}

type Answer = z.output<typeof decidePermissionInput>;
type PermissionRow = typeof schema.runPermission.$inferSelect;
type Access = Awaited<ReturnType<typeof authorizeQuestion>>;
type Answered = { access: Access; asked: PermissionRow; input: Answer };

/** The question, still open, kept from being answered by anybody else until the transaction ends. */
async function lockQuestion(tx: Context, { id: runId, teamId }: RunRow, permissionId: string): Promise<PermissionRow> {
  const { run, runPermission } = schema;
  const [current] = await tx.db
    .select({ state: run.state })
    .from(run)
    .where(and(eq(run.id, runId), eq(run.teamId, teamId)))
    .for('update');
  const [asked] = await tx.db
    .select()
    .from(runPermission)
    .where(
      and(
        eq(runPermission.id, permissionId),
        eq(runPermission.runId, runId),
        eq(runPermission.teamId, teamId),
        isNull(runPermission.decision),
      ),
    )
    .for('update');
  if (!asked)
    throw new AppError(
      'conflict',
      'This question has been answered, or its run has ended. Look at the conversation again.',
    );
  if (current?.state !== 'waiting') throw new AppError('conflict', 'The run does not wait for this answer any more.');
  return asked;
}

/** One of several people has allowed it. */
async function recordVote(
  tx: Context,
  { access, asked, input, missing }: Answered & { missing: number },
): Promise<AnswerOutcome> {
  const { run, teamId, actor } = access;
  const { permissionId, scope } = input;
  const body = { type: 'permission_voted', runId: run.id, permissionId, scope } as const;
  await appendSessionEvent(tx.db, { sessionId: run.sessionId, teamId, actor: actorRef(actor), body });
  await appendAudit(tx, {
    teamId,
    action: 'permission.vote',
    resource: { type: 'run', id: run.id },
    detail: { permissionId, scope, missing, request: told(asked.request) },
  });
  return { decided: false, missing };
}

async function decided(tx: Context, { access, asked, input }: Answered): Promise<void> {
  const { run, teamId, actor } = access;
  const { permissionId, decision, scope, reason } = input;
  const { runPermission } = schema;
  const [changed] = await tx.db
    .update(runPermission)
    .set({ decision, scope, reason: reason ?? null, decidedBy: actor.personId, decidedAt: sql`now()` })
    .where(and(eq(runPermission.id, permissionId), eq(runPermission.teamId, teamId), isNull(runPermission.decision)))
    .returning({ id: runPermission.id });
  if (!changed) throw new Error(`the locked question ${permissionId} was answered`);
  const given = { decision, scope, ...(reason !== undefined && { reason }) };
  await appendSessionEvent(tx.db, {
    sessionId: run.sessionId,
    teamId,
    actor: actorRef(actor),
    body: { type: 'permission_decided', runId: run.id, permissionId, ...given },
  });
  await appendAudit(tx, {
    teamId,
    action: 'permission.decide',
    resource: { type: 'run', id: run.id },
    detail: { permissionId, decision, scope, reason: reason ?? null, request: told(asked.request) },
  });
  await resumeWhenAnswered(tx, run);
  await notify(tx.db, 'run_permission', permissionId);
}

/** What the audit log says of what was asked: never the text of a change. */
function told(request: Record<string, unknown>) {
  const { title, rules } = readPermissionRequest(request);
  return { title, rules: rules.map(({ id }) => id) };
}

/** The run that asked decides who may answer. */
async function authorizeQuestion(ctx: Context, asked: { permissionId: string; runId?: string | undefined }) {
  const { runPermission } = schema;
  const [row] = await ctx.db
    .select({ runId: runPermission.runId })
    .from(runPermission)
    .where(eq(runPermission.id, asked.permissionId));
  if (!row || (asked.runId !== undefined && asked.runId !== row.runId)) throw noSuchQuestion();
  return authorizeRun(ctx, row.runId, 'approve').catch((error: unknown) => {
    throw isAppError(error) && error.code === 'not_found' ? noSuchQuestion() : error;
  });
}

const noSuchQuestion = () => new AppError('not_found', 'There is no such question, or you have no access to it.');

/** The run goes on when no question is open any more. */
async function resumeWhenAnswered(tx: Context, { id: runId, teamId }: RunRow): Promise<void> {
  const { run, runPermission } = schema;
  const open = await tx.db
    .select({ id: runPermission.id })
    .from(runPermission)
    .where(and(eq(runPermission.runId, runId), eq(runPermission.teamId, teamId), isNull(runPermission.decision)))
    .limit(1);
  if (open.length > 0) return;
  await tx.db
    .update(run)
    .set({ state: 'running' })
    .where(and(eq(run.id, runId), eq(run.state, 'waiting')));
}
