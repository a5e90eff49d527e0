import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { maxRunAttempts, statesBefore } from '../core/run-state.ts';
import { enqueue } from '../jobs/queue.ts';
import { recordEnd, type RunOutcome } from './finish-run.ts';
import { endRunKeys } from './issue-run-key.ts';
import type { RunRow } from './run-claim.ts';
import { voidPermissions } from './void-permissions.ts';

/** A run whose worker gave no sign of life for this long is taken away from it; with a worker's next look it is within 15 s. */
export const lostAfterSeconds = 10;

/** A run that was taken away from its worker, and the attempt that was lost. */
export type LostRun = { runId: string; attempt: number };

/**
 * Takes runs away from workers that died: each goes back to the queue, or ends when that happened too often or somebody
 * had asked to stop it. Any worker may call this at any time.
 */
export async function recoverRuns(ctx: Context): Promise<LostRun[]> {
  const { run } = schema;
  const lost = await ctx.db.select({ id: run.id }).from(run).where(isLost());
  const recovered: LostRun[] = [];
  for (const { id } of lost) {
    const attempt = await recoverRun(ctx, id);
    if (attempt !== undefined) recovered.push({ runId: id, attempt });
  }
  return recovered;
}

const isLost = () =>
  and(
    inArray(schema.run.state, statesBefore('lose')),
    lt(schema.run.heartbeatAt, sql`now() - make_interval(secs => ${lostAfterSeconds})`),
  );

/** The attempt that was lost; undefined when another worker was faster, or the run's own woke up. */
async function recoverRun(ctx: Context, runId: string): Promise<number | undefined> {
  return withTransaction(ctx, async (tx) => {
    const [run] = await tx.db
      .select()
      .from(schema.run)
      .where(and(eq(schema.run.id, runId), isLost()))
      .for('update', { skipLocked: true });
    if (!run) return undefined;
    const end = endOfLost(run);
    await (end ? endLost(tx, run, end) : requeueLost(tx, run));
    return run.attempt;
  });
}

function endOfLost(run: RunRow): RunOutcome | undefined {
  if (run.cancelRequestedAt) return { state: 'cancelled' };
  if (run.attempt < maxRunAttempts) return undefined;
  return { state: 'failed', error: 'The worker ended twice while this run was working. Send the prompt again.' };
}

async function endLost(tx: Context, run: RunRow, outcome: RunOutcome): Promise<void> {
  await tx.db
    .update(schema.run)
    .set({ state: outcome.state, error: outcome.error ?? null, workerId: null, finishedAt: sql`now()` })
    .where(eq(schema.run.id, run.id));
  await recordEnd(tx, run, outcome);
}

async function requeueLost(tx: Context, run: RunRow): Promise<void> {
  await tx.db
    .update(schema.run)
    .set({ state: 'queued', workerId: null, heartbeatAt: null })
    .where(eq(schema.run.id, run.id));
  await voidPermissions(tx, run.id);
  await endRunKeys(tx, run.id);
  await appendAudit(tx, {
    teamId: run.teamId,
    action: 'run.requeue',
    resource: { type: 'run', id: run.id },
    detail: { workerId: run.workerId, attempt: run.attempt },
  });
  await enqueue(tx, 'run', { payload: { runId: run.id } });
}
