import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { systemContext, withTransaction } from '../context.ts';
import type { SessionEventBody } from '../core/session-event.ts';
import { appendSessionEvent } from './event-log.ts';
import { runActor } from './run-claim.ts';

type OfCall = { runId: string; teamId: string; model: string };
export type DeniedCall = OfCall & { why: 'policy' | 'content'; message: string };

/** Shows in the session of a run that a model call of it was not made. The refusal itself is recorded elsewhere. */
export async function tellDeniedCall({ teamId, ...denied }: DeniedCall): Promise<void> {
  await tell(teamId, { type: 'model_call_denied', ...denied });
}

/** Shows in the session of a run that data of these classes went to a model as it is. */
export async function tellSentOpenly({ teamId, ...sent }: OfCall & { classes: string[] }): Promise<void> {
  await tell(teamId, { type: 'data_sent', ...sent });
}

async function tell(teamId: string, body: SessionEventBody & { runId: string }): Promise<void> {
  await withTransaction(systemContext('gateway'), async (tx) => {
    const [run] = await tx.db
      .select()
      .from(schema.run)
      .where(and(eq(schema.run.id, body.runId), eq(schema.run.teamId, teamId)));
    if (run) await appendSessionEvent(tx.db, { sessionId: run.sessionId, teamId, actor: runActor(run), body });
  });
}
