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
import { voteToAllow } from '../runs/permission-votes.ts';
import { authorizeRun } from '../runs/queries.ts';
import { retryWords } from '../runs/threads/words-of-people.ts';
import { preparePrompt } from './prepare-prompt.ts';
import { placePrompt } from './send-prompt.ts';

export const retryDeniedInput = z.object({ permissionId: z.string() });

/** `missing` more people have to allow it as well before the agent is prompted. */
export type RetryOutcome = { runId: string } | { missing: number };

/**
 * Allows once what an agent was denied, by the guard, a person, or since nobody answered, and prompts the agent to try it
 * again in the name of whoever allows it. What policy, the house or the mode of a run denied stays denied. Where the question would have
 * needed somebody else, or several people, so does this.
 * @throws AppError `conflict` when it was not denied, or was allowed in this way already; `forbidden` for a denial by policy
 */
export async function retryDenied(ctx: Context, given: z.input<typeof retryDeniedInput>): Promise<RetryOutcome> {
  const { permissionId } = retryDeniedInput.parse(given);
  const { row, access } = await authorizeDenial(ctx, permissionId);
  const { run, teamId, actor } = access;
  const { title, subject } = requireLiftable(row);
  const { agent, mode, model, threadId } = run;
  const fields = { text: `${retryWords} ${title}`, agent, mode };
  const goesOn = { ...(model && { model }), ...(threadId && { agentThreadId: threadId }) };
  const prompt = await preparePrompt(ctx, { access, fields: { ...fields, ...goesOn } });
  return withTransaction(ctx, async (tx) => {
    const { actionGrant } = schema;
    await lockDenial(tx, { permissionId, teamId });
    if (row.needs) {
      const vote = { permissionId, needs: row.needs, run, access, scope: 'once', after: row.decidedAt } as const;
      const { missing } = await voteToAllow(tx, vote);
      if (missing > 0) return await recordVote(tx, { permissionId, title, access, missing });
    }
    const sent = await placePrompt(tx, prompt);
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

type PermissionRow = typeof schema.runPermission.$inferSelect;

/** @throws AppError */
function requireLiftable(row: PermissionRow): { title: string; subject: string } {
  const { title, subject, by } = readPermissionRequest(row.request);
  if (by !== undefined && by !== 'guard' && by !== 'opinion')
    throw new AppError(
      'forbidden',
      'This was denied by policy, by a rule of the house or by the mode of the run, which nobody can lift here.',
    );
  if (row.decision !== 'deny' || subject === undefined)
    throw new AppError('conflict', 'This was not denied, so there is nothing to try again.');
  return { title, subject };
}

/** Of two who lift it at once the second sees the first. @throws AppError `conflict` when it was lifted before */
async function lockDenial(
  tx: Context,
  { permissionId, teamId }: { permissionId: string; teamId: string },
): Promise<void> {
  const { actionGrant, runPermission } = schema;
  await tx.db
    .select({ id: runPermission.id })
    .from(runPermission)
    .where(and(eq(runPermission.id, permissionId), eq(runPermission.teamId, teamId)))
    .for('update');
  const [before] = await tx.db
    .select({ id: actionGrant.id })
    .from(actionGrant)
    .where(and(eq(actionGrant.permissionId, permissionId), eq(actionGrant.teamId, teamId)));
  if (before) throw new AppError('conflict', 'Somebody allowed this already. Look at the conversation again.');
}

/** One of several people has allowed it. */
async function recordVote(
  tx: Context,
  vote: { permissionId: string; title: string; access: Access; missing: number },
): Promise<RetryOutcome> {
  const { permissionId, title, access, missing } = vote;
  const { run, teamId, actor } = access;
  const body = { type: 'permission_voted', runId: run.id, permissionId, scope: 'once' } as const;
  await appendSessionEvent(tx.db, { sessionId: run.sessionId, teamId, actor: actorRef(actor), body });
  await appendAudit(tx, {
    teamId,
    action: 'permission.vote',
    resource: { type: 'run', id: run.id },
    detail: { permissionId, missing, title },
  });
  return { missing };
}

type Access = Awaited<ReturnType<typeof authorizeDenial>>['access'];

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
