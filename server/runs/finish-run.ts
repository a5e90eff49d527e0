import { eq, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import type { RunTransition } from '../core/run-state.ts';
import { appendSessionEvent } from './event-log.ts';
import { queueNextOfTeam, queueNextRun } from './queue-next-run.ts';
import { endRunKeys } from './issue-run-key.ts';
import { heldRun, runActor, type RunClaim, type RunRow } from './run-claim.ts';
import { recordedUsage } from './recorded-usage.ts';
import { leftSteersBecomePrompts } from './steers.ts';
import { voidPermissions } from './void-permissions.ts';

export type RunOutcome = {
  state: 'succeeded' | 'failed' | 'cancelled';
  /** For people: what happened and what to do. */
  error?: string;
  resultCommit?: string;
  /** The files as its agent left them, when they are others than it began with. */
  endCommit?: string;
};

/** Runs in the transaction that ends the run, before the end stands in the log; makes its suggestion, say. */
export type BeforeFinish = (tx: Context, run: RunRow) => Promise<{ suggestionId: string } | undefined>;

const transitionTo = { succeeded: 'succeed', failed: 'fail', cancelled: 'cancel' } as const satisfies Record<
  RunOutcome['state'],
  RunTransition
>;

/**
 * Ends a run and wakes a worker for the session's next one.
 * @returns false when the claim does not hold the run any more: nothing was changed then
 */
export async function finishRun(
  ctx: Context,
  finish: { claim: RunClaim; outcome: RunOutcome; before?: BeforeFinish },
): Promise<boolean> {
  const { claim, outcome } = finish;
  return withTransaction(ctx, async (tx) => {
    const [run] = await tx.db
      .update(schema.run)
      .set({
        state: outcome.state,
        error: outcome.error ?? null,
        resultCommit: outcome.resultCommit ?? null,
        endCommit: outcome.endCommit ?? null,
        finishedAt: sql`now()`,
      })
      .where(heldRun(claim, transitionTo[outcome.state]))
      .returning();
    if (!run) return false;
    const made = await finish.before?.(tx, run);
    await recordEnd(tx, run, { ...outcome, ...made });
    return true;
  });
}

/** What follows the end of any run, however it came about, in the transaction that ended it. */
export async function recordEnd(
  tx: Context,
  run: RunRow,
  outcome: RunOutcome & { suggestionId?: string },
): Promise<void> {
  const { state, error, suggestionId } = outcome;
  const usage = await recordedUsage(tx, run);
  if (usage) await tx.db.update(schema.run).set({ usage }).where(eq(schema.run.id, run.id));
  await tx.db.delete(schema.runFile).where(eq(schema.runFile.runId, run.id));
  await voidPermissions(tx, run.id);
  await endRunKeys(tx, run.id);
  await appendSessionEvent(tx.db, {
    sessionId: run.sessionId,
    teamId: run.teamId,
    actor: runActor(run),
    body: {
      type: 'run_finished',
      runId: run.id,
      state,
      ...(error !== undefined && { error }),
      ...(suggestionId !== undefined && { suggestionId }),
      ...(usage !== undefined && { usage }),
    },
  });
  await appendAudit(tx, {
    teamId: run.teamId,
    action: 'run.finish',
    resource: { type: 'run', id: run.id },
    detail: { state, agent: run.agent, attempt: run.attempt, error: error ?? null, suggestionId: suggestionId ?? null },
  });
  await leftSteersBecomePrompts(tx, run);
  await queueNextRun(tx, run.sessionId);
  await queueNextOfTeam(tx, run);
}
