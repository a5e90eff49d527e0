import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { systemContext, withTransaction } from '../context.ts';
import { appendSessionEvent } from './event-log.ts';
import { runActor } from './run-claim.ts';

export type DeniedCall = { runId: string; teamId: string; model: string; why: 'policy' | 'content'; message: string };

/** Shows in the session of a run that a model call of it was not made. The refusal itself is recorded elsewhere. */
export async function tellDeniedCall({ runId, teamId, ...denied }: DeniedCall): Promise<void> {
  await withTransaction(systemContext('gateway'), async (tx) => {
    const [run] = await tx.db
      .select()
      .from(schema.run)
      .where(and(eq(schema.run.id, runId), eq(schema.run.teamId, teamId)));
    if (!run) return;
    await appendSessionEvent(tx.db, {
      sessionId: run.sessionId,
      teamId,
      actor: runActor(run),
      body: { type: 'model_call_denied', runId, ...denied },
    });
  });
}
