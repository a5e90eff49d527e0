import { and, eq, isNull, notExists, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import { appendSessionEvent } from './event-log.ts';
import { heldRun, runActor, type RunClaim } from './run-claim.ts';

/** Ends a question without an answer, as a no for this reason; the run goes on when no other is open. */
export async function withdrawPermission(
  ctx: Context,
  claim: RunClaim,
  { permissionId, reason }: { permissionId: string; reason: string },
): Promise<void> {
  const { run, runPermission } = schema;
  await withTransaction(ctx, async (tx) => {
    const [held] = await tx.db.select().from(run).where(heldRun(claim, 'fail')).for('update');
    if (!held) return;
    const withdrawn = await tx.db
      .update(runPermission)
      .set({ decision: 'deny', scope: 'once', reason, decidedBy: 'system', decidedAt: sql`now()` })
      .where(and(eq(runPermission.id, permissionId), isNull(runPermission.decision)))
      .returning({ id: runPermission.id });
    if (withdrawn.length === 0) return;
    const open = tx.db
      .select({ one: sql`1` })
      .from(runPermission)
      .where(and(eq(runPermission.runId, held.id), isNull(runPermission.decision)));
    await tx.db
      .update(run)
      .set({ state: 'running' })
      .where(and(heldRun(claim, 'answer'), notExists(open)));
    await appendSessionEvent(tx.db, {
      sessionId: held.sessionId,
      teamId: held.teamId,
      actor: runActor(held),
      body: { type: 'permission_decided', runId: held.id, permissionId, decision: 'deny', scope: 'once', reason },
    });
  });
}
