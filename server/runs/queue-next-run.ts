import { and, asc, eq, ne } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { enqueue } from '../jobs/queue.ts';
import { hasItsTurn, isOpenSession, isWithinLimits } from './claimable.ts';

/** Wakes a worker for the first queued run of a session, when there is one. Call in the transaction that made room. */
export async function queueNextRun(tx: Context, sessionId: string): Promise<void> {
  const [next] = await tx.db
    .select({ id: schema.run.id })
    .from(schema.run)
    .where(and(eq(schema.run.sessionId, sessionId), eq(schema.run.state, 'queued')))
    .orderBy(asc(schema.run.position))
    .limit(1);
  if (next) await enqueue(tx, 'run', { payload: { runId: next.id } });
}

/** The same for a run of another session that waits because its team, or its asker, had as many at work as they may. */
export async function queueNextOfTeam(tx: Context, ended: { teamId: string; sessionId: string }): Promise<void> {
  const { run, session } = schema;
  const [next] = await tx.db
    .select({ id: run.id })
    .from(run)
    .innerJoin(session, and(eq(session.id, run.sessionId), isOpenSession()))
    .where(
      and(
        eq(run.teamId, ended.teamId),
        ne(run.sessionId, ended.sessionId),
        eq(run.state, 'queued'),
        hasItsTurn(tx),
        isWithinLimits(),
      ),
    )
    .orderBy(asc(run.createdAt))
    .limit(1);
  if (next) await enqueue(tx, 'run', { payload: { runId: next.id } });
}
