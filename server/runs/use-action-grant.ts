import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import { lockHeldRun } from './append-run-event.ts';
import type { RunClaim } from './run-claim.ts';

/** How long a lifted denial waits for the agent to try again. */
export const grantLife = sql.raw(`interval '1 hour'`);

/**
 * Whether a person allowed this action once after it had been denied, to this agent in this session; the allowance is used up.
 * @throws RunLostError
 */
export async function useActionGrant(ctx: Context, claim: RunClaim, subject: string): Promise<boolean> {
  const { actionGrant } = schema;
  return withTransaction(ctx, async (tx) => {
    const { id, sessionId, teamId, agent } = await lockHeldRun(tx, claim);
    const ours = and(
      eq(actionGrant.sessionId, sessionId),
      eq(actionGrant.teamId, teamId),
      eq(actionGrant.agent, agent),
      eq(actionGrant.subject, subject),
      isNull(actionGrant.usedAt),
      gt(actionGrant.createdAt, sql`now() - ${grantLife}`),
    );
    const [grant] = await tx.db.select({ id: actionGrant.id }).from(actionGrant).where(ours).limit(1).for('update');
    if (!grant) return false;
    await tx.db
      .update(actionGrant)
      .set({ usedAt: sql`now()`, usedByRunId: id })
      .where(and(eq(actionGrant.id, grant.id), eq(actionGrant.teamId, teamId)));
    return true;
  });
}
