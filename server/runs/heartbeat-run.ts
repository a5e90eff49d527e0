import { sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { sessionIsDeleted } from '../auth/session-is-deleted.ts';
import type { Context } from '../context.ts';
import { heldRun, type RunClaim } from './run-claim.ts';

export const heartbeatIntervalMs = 2_000;

/** A worker's sign of life for a run. `lost`: the run is no longer this worker's, so it has to stop at once. */
export type Heartbeat = 'alive' | 'cancel_requested' | 'lost';

export async function heartbeatRun(ctx: Context, claim: RunClaim): Promise<Heartbeat> {
  const [row] = await ctx.db
    .update(schema.run)
    .set({ heartbeatAt: sql`now()` })
    .where(heldRun(claim, 'fail'))
    .returning({
      cancelRequestedAt: schema.run.cancelRequestedAt,
      isWithdrawn: sessionIsDeleted(schema.run.sessionId),
    });
  if (!row) return 'lost';
  return row.cancelRequestedAt || row.isWithdrawn ? 'cancel_requested' : 'alive';
}
