import { and, asc, eq, inArray, notInArray, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { mayStill } from '../auth/may-still.ts';
import { withTransaction, type Context } from '../context.ts';
import { statesBefore } from '../core/run-state.ts';
import { hasItsTurn, isOpenSession, isWithinLimits, lockTeamRuns } from './claimable.ts';
import { recordEnd } from './finish-run.ts';
import { askerLostRight, type RunRow } from './run-claim.ts';

/**
 * Takes a queued run for a worker, when it is the first of its session's queue, no other run of the session is at work, and
 * neither its team nor its asker has as many at work as they may. Runs of the agents in `leave` are not taken. Of several workers that try at once one wins. A run whose asker may not prompt any more ends as cancelled.
 * @returns the run as claimed, or undefined when there is nothing to take
 */
export async function claimRun(
  ctx: Context,
  { runId, workerId, leave = [] }: { runId: string; workerId: string; leave?: readonly string[] },
): Promise<RunRow | undefined> {
  try {
    return await withTransaction(ctx, async (tx) => {
      const claimed = await takeRun(tx, { runId, workerId, leave });
      if (!claimed) return undefined;
      const { id, teamId, attempt, askedBy, sessionId } = claimed;
      if (!(await mayStill(tx, { personId: askedBy, sessionId, right: 'prompt' }))) {
        await withdraw(tx, claimed);
        return undefined;
      }
      await appendAudit(tx, {
        teamId,
        action: 'run.claim',
        resource: { type: 'run', id },
        detail: { attempt, workerId },
      });
      return claimed;
    });
  } catch (error) {
    // Two queued runs of one session taken at the same moment: the index lets one of them through.
    if (isOneActiveViolation(error)) return undefined;
    throw error;
  }
}

type Taking = { runId: string; workerId: string; leave: readonly string[] };

async function takeRun(tx: Context, { runId, workerId, leave }: Taking) {
  const { run, session } = schema;
  const [wanted] = await tx.db.select({ teamId: run.teamId }).from(run).where(eq(run.id, runId));
  if (!wanted) return undefined;
  await lockTeamRuns(tx, wanted.teamId);
  const [claimed] = await tx.db
    .update(run)
    .set({
      state: 'running',
      workerId,
      attempt: sql`${run.attempt} + 1`,
      heartbeatAt: sql`now()`,
      startedAt: sql`coalesce(${run.startedAt}, now())`,
    })
    .where(
      and(
        eq(run.id, runId),
        inArray(run.state, statesBefore('claim')),
        notInArray(run.agent, [...leave]),
        hasItsTurn(tx),
        isWithinLimits(),
        inArray(run.sessionId, tx.db.select({ id: session.id }).from(session).where(isOpenSession())),
      ),
    )
    .returning();
  return claimed;
}

async function withdraw(tx: Context, claimed: RunRow): Promise<void> {
  const end = { state: 'cancelled', error: askerLostRight } as const;
  await tx.db
    .update(schema.run)
    .set({ ...end, workerId: null, attempt: claimed.attempt - 1, finishedAt: sql`now()` })
    .where(eq(schema.run.id, claimed.id));
  await recordEnd(tx, claimed, end);
}

function isOneActiveViolation(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('constraint' in cause && cause.constraint === 'run_one_active_key') return true;
  }
  return false;
}

/**
 * The first queued run of each session in which none is at work, longest waiting first: what a worker takes when a
 * notification was missed.
 */
export async function findClaimableRuns(ctx: Context, limit: number, leave: readonly string[] = []): Promise<string[]> {
  const { run, session } = schema;
  const rows = await ctx.db
    .select({ id: run.id })
    .from(run)
    .innerJoin(session, and(eq(session.id, run.sessionId), isOpenSession()))
    .where(and(eq(run.state, 'queued'), notInArray(run.agent, [...leave]), hasItsTurn(ctx), isWithinLimits()))
    .orderBy(asc(run.createdAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** The first queued run of the session a run belongs to: the one a job for any run of the session is about. */
export async function firstQueuedRun(ctx: Context, runId: string): Promise<string | undefined> {
  const { run } = schema;
  const sessionOf = ctx.db.select({ id: run.sessionId }).from(run).where(eq(run.id, runId));
  const [row] = await ctx.db
    .select({ id: run.id })
    .from(run)
    .where(and(inArray(run.sessionId, sessionOf), eq(run.state, 'queued')))
    .orderBy(asc(run.position))
    .limit(1);
  return row?.id;
}
