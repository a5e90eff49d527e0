import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import type { PersonActor } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { isEndedRun, statesBefore } from '../core/run-state.ts';
import { notify } from '../platform/notify.ts';
import { appendSessionEvent, lockEventLog } from './event-log.ts';
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
  const waiting = run.state === 'queued' ? await cancelWaiting(ctx, { run, by: actor }) : undefined;
  if (waiting) return waiting;
  return withTransaction(ctx, async (tx) => {
    const [current] = await tx.db.select().from(schema.run).where(eq(schema.run.id, run.id)).for('update');
    return current ? cancelRun(tx, { run: current, by: actor }) : { state: 'cancelled' };
  });
}

type Stopped = { state: RunRow['state'] };
type Stop = { run: RunRow; by: PersonActor };

/** Stops a run that still waits; nothing is done to one that a worker takes at this moment. */
function cancelWaiting(ctx: Context, { run, by }: Stop): Promise<Stopped | undefined> {
  const { id, state, teamId } = schema.run;
  return withTransaction(ctx, async (tx) => {
    await lockEventLog(tx.db, run.sessionId);
    const [row] = await tx.db
      .select()
      .from(schema.run)
      .where(and(eq(id, run.id), eq(teamId, run.teamId), eq(state, 'queued')))
      .for('update', { skipLocked: true });
    return row && cancelRun(tx, { run: row, by });
  });
}

/**
 * Stops a run whose row the caller's transaction has locked.
 * @throws AppError `conflict` when the run has ended otherwise
 */
export async function cancelRun(tx: Context, { run, by }: Stop): Promise<Stopped> {
  if (run.state === 'cancelled' || run.cancelRequestedAt) return { state: run.state };
  if (isEndedRun(run.state))
    throw new AppError('conflict', `This run has ended (${run.state}), so there is nothing to stop.`);
  const queued = run.state === 'queued';
  await tx.db
    .update(schema.run)
    .set({
      cancelRequestedAt: sql`now()`,
      cancelRequestedBy: by.personId,
      ...(queued && { state: 'cancelled' as const, finishedAt: sql`now()` }),
    })
    .where(
      and(
        eq(schema.run.id, run.id),
        inArray(schema.run.state, statesBefore('cancel')),
        isNull(schema.run.cancelRequestedAt),
      ),
    );
  const { id: runId, teamId, sessionId } = run;
  await appendSessionEvent(tx.db, {
    sessionId,
    teamId,
    actor: actorRef(by),
    body: { type: 'run_cancel_requested', runId },
  });
  await appendAudit(tx, {
    teamId,
    action: 'run.cancel',
    resource: { type: 'run', id: runId },
    detail: { sessionId, stateBefore: run.state },
  });
  if (queued) await recordEnd(tx, run, { state: 'cancelled' });
  else await notify(tx.db, 'run_cancel', runId);
  return { state: queued ? 'cancelled' : run.state };
}
