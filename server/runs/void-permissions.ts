import { and, eq, isNull, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';

/** Closes the unanswered questions of a run that ended or is to start again: nobody waits for the answer any more. */
export async function voidPermissions(tx: Context, runId: string): Promise<void> {
  await tx.db
    .update(schema.runPermission)
    .set({
      decision: 'deny',
      scope: 'once',
      reason: 'The run ended before anyone answered.',
      decidedBy: 'system',
      decidedAt: sql`now()`,
    })
    .where(and(eq(schema.runPermission.runId, runId), isNull(schema.runPermission.decision)));
}
