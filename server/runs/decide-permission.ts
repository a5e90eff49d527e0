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
import type { RunRow } from './run-claim.ts';

export const decidePermissionInput = z.object({
  /** Checked when it is given. */
  runId: z.string().optional(),
  permissionId: z.string(),
  decision: z.enum(['allow', 'deny']),
  scope: z.enum(['once', 'run']).default('once'),
  reason: z.string().trim().max(2_000, 'A reason has at most 2,000 characters.').optional(),
});

/**
 * Answers an agent's question. The first answer counts.
 * @throws AppError `conflict` when somebody answered already or the run does not wait for it any more
 */
export async function decidePermission(ctx: Context, given: z.input<typeof decidePermissionInput>): Promise<void> {
  const { permissionId, decision, scope, reason, ...input } = decidePermissionInput.parse(given);
  const { run, actor } = await authorizeQuestion(ctx, { permissionId, runId: input.runId });
  const { id: runId, teamId, sessionId } = run;
  await withTransaction(ctx, async (tx) => {
    const [current] = await tx.db.select().from(schema.run).where(eq(schema.run.id, runId)).for('update');
    const { runPermission } = schema;
    const [decided] = await tx.db
      .update(runPermission)
      .set({ decision, scope, reason: reason ?? null, decidedBy: actor.personId, decidedAt: sql`now()` })
      .where(and(eq(runPermission.id, permissionId), eq(runPermission.runId, runId), isNull(runPermission.decision)))
      .returning({ request: runPermission.request });
    if (!decided) {
      throw new AppError(
        'conflict',
        'This question has been answered, or its run has ended. Look at the conversation again.',
      );
    }
    if (current?.state !== 'waiting') throw new AppError('conflict', 'The run does not wait for this answer any more.');
    await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: actorRef(actor),
      body: {
        type: 'permission_decided',
        runId,
        permissionId,
        decision,
        scope,
        ...(reason !== undefined && { reason }),
      },
    });
    await appendAudit(tx, {
      teamId,
      action: 'permission.decide',
      resource: { type: 'run', id: runId },
      detail: { permissionId, decision, scope, reason: reason ?? null, request: told(decided.request) },
    });
    await resumeWhenAnswered(tx, run);
    await notify(tx.db, 'run_permission', permissionId);
  });
}

/** What the audit log says of what was asked: never the text of a change. */
function told(request: Record<string, unknown>) {
  const { title, rules } = readPermissionRequest(request);
  return { title, rules: rules.map(({ id }) => id) };
}

/** The run that asked decides who may answer. */
async function authorizeQuestion(ctx: Context, asked: { permissionId: string; runId: string | undefined }) {
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
