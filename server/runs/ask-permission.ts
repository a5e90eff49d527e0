import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from './event-log.ts';
import { RunLostError } from './append-run-event.ts';
import { heldRun, runActor, type RunClaim } from './run-claim.ts';

export type PermissionQuestion = {
  toolCallId?: string;
  title: string;
  kind: string;
  paths: readonly string[];
  reason: string;
};

export type PermissionDecision = { decision: 'allow' | 'deny'; scope: 'once' | 'run' };

/**
 * Puts an agent's question before the people of the session; the run waits from then on.
 * @returns the question's id
 * @throws RunLostError
 */
export async function askRunPermission(ctx: Context, claim: RunClaim, question: PermissionQuestion): Promise<string> {
  const permissionId = newId('prm');
  const { toolCallId, title, kind, paths, reason } = question;
  await withTransaction(ctx, async (tx) => {
    const [run] = await tx.db.update(schema.run).set({ state: 'waiting' }).where(heldRun(claim, 'ask')).returning();
    if (!run) throw new RunLostError(`run ${claim.runId} is not held any more`);
    const { teamId, sessionId, id: runId } = run;
    const call = toolCallId === undefined ? {} : { toolCallId };
    await tx.db.insert(schema.runPermission).values({
      id: permissionId,
      teamId,
      sessionId,
      runId,
      toolCallId: toolCallId ?? null,
      request: { title, kind, paths: [...paths], reason },
    });
    await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: runActor(run),
      body: { type: 'permission_requested', runId, permissionId, ...call, title, reason },
    });
  });
  return permissionId;
}

/** What was decided on a question, or undefined while nobody has answered. */
export async function findDecision(ctx: Context, permissionId: string): Promise<PermissionDecision | undefined> {
  const [row] = await ctx.db
    .select({ decision: schema.runPermission.decision, scope: schema.runPermission.scope })
    .from(schema.runPermission)
    .where(eq(schema.runPermission.id, permissionId));
  return row?.decision ? { decision: row.decision, scope: row.scope ?? 'once' } : undefined;
}
