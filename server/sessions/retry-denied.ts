import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { readPermissionRequest } from '../runs/permission-request.ts';
import { authorizeRun } from '../runs/queries.ts';
import { preparePrompt } from './prepare-prompt.ts';
import { placePrompt } from './send-prompt.ts';

export const retryDeniedInput = z.object({ permissionId: z.string() });

/**
 * Allows once what an agent was denied, by the guard, a person, or since nobody answered, and prompts the agent to try it
 * again in the name of whoever allows it. What policy or the mode of a run denied stays denied.
 * @throws AppError `conflict` when it was not denied, or was allowed in this way already; `forbidden` for a denial by policy
 */
export async function retryDenied(ctx: Context, given: z.input<typeof retryDeniedInput>): Promise<{ runId: string }> {
  const { permissionId } = retryDeniedInput.parse(given);
  const { row, access } = await authorizeDenial(ctx, permissionId);
  const { run, teamId, actor } = access;
  const { title, subject, by } = readPermissionRequest(row.request);
  if (by === 'policy' || by === 'mode')
    throw new AppError('forbidden', 'This was denied by policy or by the mode of the run, which nobody can lift here.');
  if (row.decision !== 'deny' || subject === undefined)
    throw new AppError('conflict', 'This was not denied, so there is nothing to try again.');
  const { agent, mode, model, threadId } = run;
  const text = `Try again what was denied; it is allowed once now: ${title}`;
  const fields = { text, agent, mode, ...(model && { model }), ...(threadId && { agentThreadId: threadId }) };
  const prompt = await preparePrompt(ctx, { access, fields });
  return withTransaction(ctx, async (tx) => {
    const { actionGrant } = schema;
    // The session's log is held from here on, so of two at once the second sees the first.
    const sent = await placePrompt(tx, prompt);
    const [before] = await tx.db
      .select({ id: actionGrant.id })
      .from(actionGrant)
      .where(and(eq(actionGrant.permissionId, permissionId), eq(actionGrant.teamId, teamId)));
    if (before) throw new AppError('conflict', 'Somebody allowed this already. Look at the conversation again.');
    const { sessionId } = run;
    await tx.db
      .insert(actionGrant)
      .values({ id: newId('agr'), teamId, sessionId, agent, subject, permissionId, grantedBy: actor.personId });
    await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: actorRef(actor),
      body: { type: 'denial_lifted', permissionId, runId: sent.runId },
    });
    await appendAudit(tx, {
      teamId,
      action: 'permission.lift',
      resource: { type: 'run', id: run.id },
      detail: { permissionId, title, runId: sent.runId },
    });
    return sent;
  });
}

async function authorizeDenial(ctx: Context, permissionId: string) {
  const { runPermission } = schema;
  const missing = () => new AppError('not_found', 'There is no such denial, or you have no access to it.');
  const [row] = await ctx.db.select().from(runPermission).where(eq(runPermission.id, permissionId));
  if (!row) throw missing();
  const access = await authorizeRun(ctx, row.runId, 'approve').catch((error: unknown) => {
    throw isAppError(error) && error.code === 'not_found' ? missing() : error;
  });
  return { row, access };
}
