import { and, asc, eq, inArray, isNull, lt, notExists, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { mayStill } from '../auth/may-still.ts';
import { withTransaction, type Context } from '../context.ts';
import { statesBefore } from '../core/run-state.ts';
import { recordEnd } from './finish-run.ts';
import { askerLostRight, type RunRow } from './run-claim.ts';

/**
 * Takes a queued run for a worker, when it is the first of its session's queue and no other run of the session is at
 * work. Of several workers that try at once one wins. A run whose asker may not prompt any more ends as cancelled.
 * @returns the run as claimed, or undefined when there is nothing to take
 */
export async function claimRun(
  ctx: Context,
  { runId, workerId }: { runId: string; workerId: string },
): Promise<RunRow | undefined> {
  try {
    return await withTransaction(ctx, async (tx) => {
      const claimed = await takeRun(tx, { runId, workerId });
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

async function takeRun(tx: Context, { runId, workerId }: { runId: string; workerId: string }) {
  const { run, session } = schema;
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
        hasItsTurn(tx),
        inArray(run.sessionId, tx.db.select({ id: session.id }).from(session).where(isOpen())),
      ),
    )
    .returning();
  return claimed;
}

/** In an archived session, runs stay queued until it is brought back. */
const isOpen = () => and(isNull(schema.session.deletedAt), isNull(schema.session.archivedAt));

async function withdraw(tx: Context, claimed: RunRow): Promise<void> {
  const end = { state: 'cancelled', error: askerLostRight } as const;
  await tx.db
    .update(schema.run)
    .set({ ...end, workerId: null, attempt: claimed.attempt - 1, finishedAt: sql`now()` })
    .where(eq(schema.run.id, claimed.id));
  await recordEnd(tx, claimed, end);
}

/** No run of the session is at work, and none is queued before this one. */
function hasItsTurn(ctx: Context) {
  const { run } = schema;
  const other = alias(run, 'other');
  return notExists(
    ctx.db
      .select({ one: sql`1` })
      .from(other)
      .where(
        and(
          eq(other.sessionId, run.sessionId),
          or(
            inArray(other.state, ['running', 'waiting']),
            and(eq(other.state, 'queued'), lt(other.position, run.position)),
          ),
        ),
      ),
  );
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
export async function findClaimableRuns(ctx: Context, limit: number): Promise<string[]> {
  const { run, session } = schema;
  const rows = await ctx.db
    .select({ id: run.id })
    .from(run)
    .innerJoin(session, and(eq(session.id, run.sessionId), isOpen()))
    .where(and(eq(run.state, 'queued'), hasItsTurn(ctx)))
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
