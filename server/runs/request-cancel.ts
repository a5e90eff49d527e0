import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { isEndedRun, statesBefore } from '../core/run-state.ts';
import { notify } from '../platform/notify.ts';
import { appendSessionEvent } from './event-log.ts';
import { recordEnd } from './finish-run.ts';
import { authorizeRun } from './queries.ts';
import type { RunRow } from './run-claim.ts';

export const requestCancelInput = z.object({ runId: z.string() });

/**
 * Stops a run: one that is queued is cancelled at once, one at work within a second. Asking again changes nothing.
 * @returns the state after the call
 * @throws AppError `conflict` when the run has ended otherwise
 */
export async function requestCancel(
  ctx: Context,
  given: z.infer<typeof requestCancelInput>,
): Promise<{ state: RunRow['state'] }> {
  const { runId } = requestCancelInput.parse(given);
  const { run, actor } = await authorizeRun(ctx, runId, 'prompt');
  return withTransaction(ctx, async (tx) => {
    const [current] = await tx.db.select().from(schema.run).where(eq(schema.run.id, run.id)).for('update');
    if (!current || current.state === 'cancelled' || current.cancelRequestedAt)
      return { state: current?.state ?? 'cancelled' };
    if (isEndedRun(current.state))
      throw new AppError('conflict', `This run has ended (${current.state}), so there is nothing to stop.`);
    const queued = current.state === 'queued';
    await tx.db
      .update(schema.run)
      .set({
        cancelRequestedAt: sql`now()`,
        cancelRequestedBy: actor.personId,
        ...(queued && { state: 'cancelled' as const, finishedAt: sql`now()` }),
      })
      .where(
        and(
          eq(schema.run.id, run.id),
          inArray(schema.run.state, statesBefore('cancel')),
          isNull(schema.run.cancelRequestedAt),
        ),
      );
    const { teamId, sessionId } = current;
    await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: actorRef(actor),
      body: { type: 'run_cancel_requested', runId },
    });
    await appendAudit(tx, {
      teamId,
      action: 'run.cancel',
      resource: { type: 'run', id: runId },
      detail: { sessionId, stateBefore: current.state },
    });
    if (queued) await recordEnd(tx, current, { state: 'cancelled' });
    else await notify(tx.db, 'run_cancel', runId);
    return { state: queued ? 'cancelled' : current.state };
  });
}
