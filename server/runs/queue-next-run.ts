import { and, asc, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { enqueue } from '../jobs/queue.ts';

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
