import { and, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { AppError } from '../../core/errors.ts';
import { isEndedRun } from '../../core/run-state.ts';
import { appendSessionEvent } from '../event-log.ts';
import { authorizeRun } from '../queries.ts';
import type { RunRow } from '../run-claim.ts';
import { archived } from './begin-thread.ts';

export const restoreThreadInput = z.object({ runId: z.string() });

/**
 * Puts the files of a conversation back to where they were after one of its turns: its next turn begins with them. What came
 * after stays in its suggestions and in what the agent remembers; going back to a later turn brings it back.
 * @throws AppError `conflict` while the turn, or another one of the conversation, is at work
 */
export async function restoreThread(
  ctx: Context,
  given: z.infer<typeof restoreThreadInput>,
): Promise<{ threadId: string; agent: string }> {
  const { runId } = restoreThreadInput.parse(given);
  const { run, session, teamId, actor } = await authorizeRun(ctx, runId, 'prompt');
  const { threadId, agent } = run;
  if (session.archivedAt) throw archived();
  if (!isEndedRun(run.state) || run.startCommit === null)
    throw new AppError('conflict', 'This turn left no files to go back to. Choose one that worked and has ended.');
  if (threadId === null)
    throw new AppError('unsupported', 'This turn is of no conversation, so there is nothing to go back in.');
  await withTransaction(ctx, async (tx) => {
    const { agentThread } = schema;
    const isOne = and(eq(agentThread.id, threadId), eq(agentThread.teamId, teamId));
    await tx.db.select({ id: agentThread.id }).from(agentThread).where(isOne).for('update');
    await requireIdle(tx, { threadId, teamId });
    await tx.db
      .update(agentThread)
      .set({ restoredToRunId: runId, restoredAt: sql`now()` })
      .where(isOne);
    await appendSessionEvent(tx.db, {
      sessionId: session.id,
      teamId,
      actor: actorRef(actor),
      body: { type: 'agent_thread_restored', threadId, agent, toRunId: runId },
    });
    await appendAudit(tx, {
      teamId,
      action: 'agent_thread.restore',
      resource: { type: 'agent_thread', id: threadId },
      detail: { sessionId: session.id, agent, runId },
    });
  });
  return { threadId, agent };
}

async function requireIdle(tx: Context, { threadId, teamId }: { threadId: string; teamId: string }): Promise<void> {
  const { run } = schema;
  const [busy] = await tx.db
    .select({ id: run.id })
    .from(run)
    .where(and(eq(run.threadId, threadId), eq(run.teamId, teamId), inArray(run.state, ['running', 'waiting'])));
  if (busy)
    throw new AppError(
      'conflict',
      'A turn of this conversation is at work. Stop it or wait for its end, then go back.',
    );
}

/** Of the turns before, newest first, those whose files count: what somebody went back behind does not. */
export async function turnsInForce(ctx: Context, run: RunRow, earlier: readonly RunRow[]): Promise<RunRow[]> {
  const { agentThread } = schema;
  if (run.threadId === null) return [...earlier];
  const [thread] = await ctx.db
    .select({ toRunId: agentThread.restoredToRunId, at: agentThread.restoredAt })
    .from(agentThread)
    .where(and(eq(agentThread.id, run.threadId), eq(agentThread.teamId, run.teamId)));
  const { toRunId, at } = thread ?? {};
  const from = earlier.findIndex(({ id }) => id === toRunId);
  if (!at || from < 0) return [...earlier];
  return earlier.filter(({ startedAt }, index) => index >= from || (startedAt !== null && startedAt > at));
}
