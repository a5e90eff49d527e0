import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import type { SessionEventBody } from '../core/session-event.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from './event-log.ts';
import { heldRun, runActor, type RunClaim } from './run-claim.ts';

/** The claim was lost: another attempt began, or the run has ended. The worker stops what it does. */
export class RunLostError extends Error {
  override name = 'RunLostError';
}

/**
 * Appends what a run did to its session's log, as the run.
 * @throws RunLostError when the claim does not hold the run any more
 */
export async function appendRunEvent(ctx: Context, claim: RunClaim, body: SessionEventBody): Promise<number> {
  return withTransaction(ctx, async (tx) => {
    const run = await lockHeldRun(tx, claim);
    return appendSessionEvent(tx.db, {
      sessionId: run.sessionId,
      teamId: run.teamId,
      actor: runActor(run),
      body,
    });
  });
}

/**
 * Records from which commit a run works and with which files its agent begins, and says in the log that it started.
 * @throws RunLostError
 */
export async function recordRunStart(
  ctx: Context,
  claim: RunClaim,
  { baseCommit, startCommit }: { baseCommit: string; startCommit: string },
): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const [run] = await tx.db
      .update(schema.run)
      .set({ baseCommit, startCommit })
      .where(heldRun(claim, 'fail'))
      .returning();
    if (!run) throw new RunLostError(`run ${claim.runId} is not held any more`);
    await tx.db.delete(schema.runFile).where(eq(schema.runFile.runId, run.id));
    await appendSessionEvent(tx.db, {
      sessionId: run.sessionId,
      teamId: run.teamId,
      actor: runActor(run),
      body: { type: 'run_started', runId: run.id, attempt: claim.attempt, baseCommit },
    });
  });
}

/**
 * Records the agent's own name for the conversation, by which a later turn, or another attempt, finds it again.
 * @throws RunLostError
 */
export async function recordAgentSession(ctx: Context, claim: RunClaim, agentSessionId: string): Promise<void> {
  const [run] = await ctx.db.update(schema.run).set({ agentSessionId }).where(heldRun(claim, 'fail')).returning();
  if (!run) throw new RunLostError(`run ${claim.runId} is not held any more`);
}

/** Keeps a text too long for the log. @returns the id that the entry carries */
export async function storeRunText(
  ctx: Context,
  run: { teamId: string; sessionId: string },
  content: string,
): Promise<string> {
  const id = newId('blb');
  await ctx.db.insert(schema.eventBlob).values({ id, teamId: run.teamId, sessionId: run.sessionId, content });
  return id;
}

/** The run's row, kept from changing hands until the transaction ends. @throws RunLostError */
export async function lockHeldRun(tx: Context, claim: RunClaim) {
  const [run] = await tx.db.select().from(schema.run).where(heldRun(claim, 'fail')).for('update');
  if (!run) throw new RunLostError(`run ${claim.runId} is not held any more`);
  return run;
}
