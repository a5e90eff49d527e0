import { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { lockEventLog } from '../runs/event-log.ts';
import { queueNextRun } from '../runs/queue-next-run.ts';
import { lockQueue, setQueueOrder } from '../runs/queue-order.ts';

export const reorderQueueInput = z.object({ sessionId: z.string(), runIds: z.array(z.string()).min(1).max(1000) });

/**
 * Puts the queued runs of a session into this order.
 * @throws AppError `conflict` when the list is not exactly the queue as it is now
 */
export async function reorderQueue(ctx: Context, given: z.infer<typeof reorderQueueInput>): Promise<void> {
  const { teamId, actor } = await authorizeSession(ctx, given.sessionId, 'prompt');
  const { sessionId, runIds } = reorderQueueInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    await lockEventLog(tx.db, sessionId);
    const queued = await lockQueue(tx, { sessionId, teamId });
    const same = queued.length === runIds.length && queued.every(({ id }) => runIds.includes(id));
    if (!same || new Set(runIds).size !== runIds.length)
      throw new AppError('conflict', 'The queue has changed meanwhile. Look at it again, then order it.');
    await setQueueOrder(tx, { sessionId, teamId, actor: actorRef(actor), queued, runIds });
    await appendAudit(tx, {
      teamId,
      action: 'queue.reorder',
      resource: { type: 'session', id: sessionId },
      detail: { before: queued.map(({ id }) => id), after: runIds },
    });
    await queueNextRun(tx, sessionId);
  });
}
