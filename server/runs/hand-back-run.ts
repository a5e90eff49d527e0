import { sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { enqueue } from '../jobs/queue.ts';
import { endRunKeys } from './issue-run-key.ts';
import { heldRun, type RunClaim } from './run-claim.ts';
import { voidPermissions } from './void-permissions.ts';

/**
 * Gives a run back to the queue because its worker stops in order. It keeps its place, and the attempt does not count.
 * @returns false when the claim does not hold the run any more
 */
export async function handBackRun(ctx: Context, claim: RunClaim): Promise<boolean> {
  return withTransaction(ctx, async (tx) => {
    const [run] = await tx.db
      .update(schema.run)
      .set({ state: 'queued', workerId: null, heartbeatAt: null, attempt: sql`${schema.run.attempt} - 1` })
      .where(heldRun(claim, 'hand_back'))
      .returning();
    if (!run) return false;
    await voidPermissions(tx, run.id);
    await endRunKeys(tx, run.id);
    await appendAudit(tx, {
      teamId: run.teamId,
      action: 'run.hand_back',
      resource: { type: 'run', id: run.id },
      detail: { workerId: claim.workerId },
    });
    await enqueue(tx, 'run', { payload: { runId: run.id } });
    return true;
  });
}
