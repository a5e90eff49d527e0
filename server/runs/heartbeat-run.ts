import { sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { mayStill } from '../auth/may-still.ts';
import { sessionIsDeleted } from '../auth/session-is-deleted.ts';
import type { Context } from '../context.ts';
import { heldRun, type RunClaim } from './run-claim.ts';

export const heartbeatIntervalMs = 2_000;

/**
 * A worker's sign of life for a run. `withdrawn`: its asker may not prompt any more. `archived`: nobody prompts in its
 * session any more. `lost`: the run is no longer this worker's, so it has to stop at once.
 */
export type Heartbeat = 'alive' | 'cancel_requested' | 'withdrawn' | 'archived' | 'lost';

export async function heartbeatRun(ctx: Context, claim: RunClaim): Promise<Heartbeat> {
  const [row] = await ctx.db
    .update(schema.run)
    .set({ heartbeatAt: sql`now()` })
    .where(heldRun(claim, 'fail'))
    .returning({
      cancelRequestedAt: schema.run.cancelRequestedAt,
      isDeleted: sessionIsDeleted(schema.run.sessionId),
      isArchived: sql<boolean>`exists (select 1 from session s where s.id = ${schema.run.sessionId} and s.archived_at is not null)`,
      personId: schema.run.askedBy,
      sessionId: schema.run.sessionId,
    });
  if (!row) return 'lost';
  if (row.cancelRequestedAt || row.isDeleted) return 'cancel_requested';
  if (row.isArchived) return 'archived';
  return (await mayStill(ctx, { ...row, right: 'prompt' })) ? 'alive' : 'withdrawn';
}
