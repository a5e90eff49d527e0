import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { queueNextRun } from '../runs/queue-next-run.ts';

export const reorderQueueInput = z.object({ sessionId: z.string(), runIds: z.array(z.string()).min(1).max(1000) });

/**
 * Puts the queued runs of a session into this order.
 * @throws AppError `conflict` when the list is not exactly the queue as it is now
 */
export async function reorderQueue(ctx: Context, given: z.infer<typeof reorderQueueInput>): Promise<void> {
  const { teamId, actor } = await authorizeSession(ctx, given.sessionId, 'prompt');
  const { sessionId, runIds } = reorderQueueInput.parse(given);
  const { run } = schema;
  await withTransaction(ctx, async (tx) => {
    const queued = await tx.db
      .select({ id: run.id, position: run.position })
      .from(run)
      .where(and(eq(run.sessionId, sessionId), eq(run.teamId, teamId), eq(run.state, 'queued')))
      .orderBy(asc(run.position))
      .for('update');
    const same = queued.length === runIds.length && queued.every(({ id }) => runIds.includes(id));
    if (!same || new Set(runIds).size !== runIds.length)
      throw new AppError('conflict', 'The queue has changed meanwhile. Look at it again, then order it.');
    for (const [index, { position }] of queued.entries()) {
      const id = runIds[index] ?? '';
      await tx.db.update(run).set({ position }).where(eq(run.id, id));
    }
    await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: actorRef(actor),
      body: { type: 'queue_ordered', runIds },
    });
    await appendAudit(tx, {
      teamId,
      action: 'queue.reorder',
      resource: { type: 'session', id: sessionId },
      detail: { before: queued.map(({ id }) => id), after: runIds },
    });
    await queueNextRun(tx, sessionId);
  });
}
