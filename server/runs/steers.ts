import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import { addPrompt } from './add-prompt.ts';
import { lockHeldRun } from './append-run-event.ts';
import { appendSessionEvent } from './event-log.ts';
import { runActor, type RunClaim, type RunRow } from './run-claim.ts';

/** What somebody said into a turn, as its agent is told. */
export type Steer = { id: string; text: string; authorName: string };

type SteerRow = typeof schema.runSteer.$inferSelect;
const { runSteer } = schema;

/** The next thing that was said into the turn and that its agent has not been told; from now on it is being told. */
export async function takeSteer(ctx: Context, claim: RunClaim): Promise<Steer | undefined> {
  return withTransaction(ctx, async (tx) => {
    await lockHeldRun(tx, claim);
    const [steer] = await tx.db
      .select()
      .from(runSteer)
      .where(and(eq(runSteer.runId, claim.runId), eq(runSteer.state, 'waiting')))
      .orderBy(asc(runSteer.seq))
      .limit(1)
      .for('update');
    if (!steer) return undefined;
    await tx.db
      .update(runSteer)
      .set({ state: 'telling', attempt: claim.attempt })
      .where(and(eq(runSteer.id, steer.id), eq(runSteer.state, 'waiting')));
    return steer;
  });
}

/** The agent has been told, for sure. */
export async function settleTakenSteer(ctx: Context, claim: RunClaim, steerId: string): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    const run = await lockHeldRun(tx, claim);
    await markTaken(tx, run, [steerId]);
  });
}

/** The turn could not take it: it waits again, for the end of the turn. */
export async function returnSteer(ctx: Context, claim: RunClaim, steerId: string): Promise<void> {
  await withTransaction(ctx, async (tx) => {
    await lockHeldRun(tx, claim);
    await tx.db
      .update(runSteer)
      .set({ state: 'waiting', attempt: null })
      .where(and(eq(runSteer.id, steerId), eq(runSteer.state, 'telling')));
  });
}

export type ToldSteer = Steer & {
  /** The agent said that it took it; otherwise its worker ended before it could say so. */
  wasTaken: boolean;
};

/**
 * What an earlier start of this turn was told, or was being told when its worker ended: an agent that does not remember it has
 * to hear it with its prompt. From now on it counts as taken.
 */
export async function steersToldBefore(ctx: Context, claim: RunClaim): Promise<ToldSteer[]> {
  return withTransaction(ctx, async (tx) => {
    const run = await lockHeldRun(tx, claim);
    const told = await tx.db
      .select()
      .from(runSteer)
      .where(and(eq(runSteer.runId, run.id), inArray(runSteer.state, ['telling', 'taken'])))
      .orderBy(asc(runSteer.seq));
    await markTaken(
      tx,
      run,
      told.flatMap(({ id, state }) => (state === 'telling' ? [id] : [])),
    );
    return told.map((steer) => ({ ...steer, wasTaken: steer.state === 'taken' }));
  });
}

async function markTaken(tx: Context, run: RunRow, steerIds: readonly string[]): Promise<void> {
  for (const steerId of steerIds) {
    const taken = await tx.db
      .update(runSteer)
      .set({ state: 'taken', settledAt: sql`now()` })
      .where(and(eq(runSteer.id, steerId), eq(runSteer.state, 'telling')))
      .returning({ id: runSteer.id });
    if (taken.length === 0) continue;
    const { sessionId, teamId, id: runId } = run;
    const body = { type: 'steer_settled', runId, steerId, outcome: 'taken' } as const;
    await appendSessionEvent(tx.db, { sessionId, teamId, actor: runActor(run), body });
  }
}

/** What was said into a turn that has ended, and that its agent was not told, is what comes next. */
export async function leftSteersBecomePrompts(tx: Context, run: RunRow): Promise<void> {
  const left = await tx.db
    .select()
    .from(runSteer)
    .where(and(eq(runSteer.runId, run.id), inArray(runSteer.state, ['waiting', 'telling'])))
    .orderBy(asc(runSteer.seq))
    .for('update');
  for (const steer of left) await steerBecomesPrompt(tx, { run, steer });
}

/** Its author's own prompt to the same agent, before what waits in the queue. */
export async function steerBecomesPrompt(
  tx: Context,
  { run, steer }: { run: RunRow; steer: Pick<SteerRow, 'id' | 'text' | 'authorId' | 'authorName'> },
): Promise<void> {
  const { sessionId, teamId, agent, mode, model, threadId, id: runId } = run;
  const author = { kind: 'person', id: steer.authorId, name: steer.authorName } as const;
  const asked = { agent, mode, threadId, ...(model !== null && { model }) };
  const next = await addPrompt(tx, { sessionId, teamId, author, text: steer.text, ...asked, steerId: steer.id });
  await tx.db
    .update(runSteer)
    .set({ state: 'next', nextRunId: next.runId, settledAt: sql`now()` })
    .where(eq(runSteer.id, steer.id));
  const body = { type: 'steer_settled', runId, steerId: steer.id, outcome: 'next', nextRunId: next.runId } as const;
  await appendSessionEvent(tx.db, { sessionId, teamId, actor: runActor(run), body });
}
