import { sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import type { Denier } from '../core/session-event.ts';
import { newId } from '../platform/ids.ts';
import { lockHeldRun } from './append-run-event.ts';
import { seenBody, type PermissionQuestion } from './ask-permission.ts';
import { appendSessionEvent } from './event-log.ts';
import { runActor, type RunClaim } from './run-claim.ts';

export type Denial = PermissionQuestion & {
  /** What said no; people may lift the guard's word alone, and a model's beside it. */
  by: Denier;
};

/**
 * Writes down that an agent was denied something without a question: agents may show nothing of it themselves.
 * @throws RunLostError
 */
export async function recordDenial(ctx: Context, claim: RunClaim, denial: Denial): Promise<void> {
  const { toolCallId = null, expiresAt: _never, needs = null, ...request } = denial;
  const { reason, by } = denial;
  const id = newId('prm');
  await withTransaction(ctx, async (tx) => {
    const run = await lockHeldRun(tx, claim);
    const { teamId, sessionId, id: runId } = run;
    await tx.db.insert(schema.runPermission).values({
      id,
      teamId,
      sessionId,
      runId,
      toolCallId,
      request,
      needs,
      decision: 'deny',
      scope: 'once',
      reason,
      decidedBy: 'system',
      decidedAt: sql`now()`,
    });
    await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: runActor(run),
      body: { type: 'action_denied', runId, permissionId: id, ...seenBody(denial), by },
    });
    await appendAudit(tx, {
      teamId,
      action: 'permission.deny',
      resource: { type: 'run', id: runId },
      detail: { permissionId: id, by, title: denial.title, rules: denial.rules.map((rule) => rule.id) },
    });
  });
}
