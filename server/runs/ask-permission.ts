import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import type { ActionRule, AgentAction } from '../core/agent-action.ts';
import type { ApprovalNeeds } from '../core/guard/approval.ts';
import type { SecondOpinion } from '../core/guard/second-opinion.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from './event-log.ts';
import { RunLostError } from './append-run-event.ts';
import { heldRun, runActor, type RunClaim } from './run-claim.ts';

export type PermissionQuestion = {
  toolCallId?: string;
  title: string;
  /** What is asked, as people see it. */
  action: AgentAction;
  /** A digest of what is asked; a later allowance is for the same one. */
  subject: string;
  reason: string;
  rules: readonly ActionRule[];
  saferWay?: string;
  /** Who may allow it, where that is more than the right to approve. */
  needs?: ApprovalNeeds;
  opinion?: SecondOpinion;
  expiresAt?: Date;
};

export type PermissionDecision = {
  decision: 'allow' | 'deny';
  scope: 'once' | 'run';
  reason?: string;
  /** Who decided; undefined when it was no person. */
  byName?: string;
};

/**
 * Puts an agent's question before the people of the session; the run waits from then on.
 * @returns the question's id
 * @throws RunLostError
 */
export async function askRunPermission(ctx: Context, claim: RunClaim, question: PermissionQuestion): Promise<string> {
  const permissionId = newId('prm');
  const { toolCallId = null, expiresAt, needs = null, ...request } = question;
  await withTransaction(ctx, async (tx) => {
    const [run] = await tx.db.update(schema.run).set({ state: 'waiting' }).where(heldRun(claim, 'ask')).returning();
    if (!run) throw new RunLostError(`run ${claim.runId} is not held any more`);
    const { teamId, sessionId, id: runId } = run;
    await tx.db.insert(schema.runPermission).values({
      id: permissionId,
      teamId,
      sessionId,
      runId,
      toolCallId,
      request,
      needs,
    });
    await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: runActor(run),
      body: {
        type: 'permission_requested',
        runId,
        permissionId,
        ...seenBody(question),
        ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
      },
    });
  });
  return permissionId;
}

/** The part of an entry about a judged action that both a question and a denial have. */
export function seenBody(question: PermissionQuestion) {
  const { toolCallId, title, action, reason, rules, saferWay, needs, opinion } = question;
  return {
    ...(toolCallId !== undefined && { toolCallId }),
    title,
    action,
    reason,
    rules: [...rules],
    ...(saferWay !== undefined && { saferWay }),
    ...(needs && { needs }),
    ...(opinion && { opinion }),
  };
}

/** What was decided on a question, or undefined while nobody has answered. */
export async function findDecision(ctx: Context, permissionId: string): Promise<PermissionDecision | undefined> {
  const { person, runPermission } = schema;
  const [row] = await ctx.db
    .select({
      decision: runPermission.decision,
      scope: runPermission.scope,
      reason: runPermission.reason,
      byName: person.name,
    })
    .from(runPermission)
    .leftJoin(person, eq(person.id, runPermission.decidedBy))
    .where(eq(runPermission.id, permissionId));
  if (!row?.decision) return undefined;
  const { decision, scope, reason, byName } = row;
  return { decision, scope: scope ?? 'once', ...(reason && { reason }), ...(byName !== null && { byName }) };
}
