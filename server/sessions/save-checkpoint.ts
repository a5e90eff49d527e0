import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession, type SessionAccess } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { checkpointNow } from '../workspace/checkpoint.ts';
import { authorizeCheckpoint } from './checkpoint-access.ts';
import { requireActiveSession } from './require-active-session.ts';

const checkpointName = z
  .string()
  .trim()
  .min(1, 'A checkpoint needs a name.')
  .max(100, 'A name has at most 100 characters.');

export const saveCheckpointInput = z.object({ sessionId: z.string(), name: checkpointName });
/** Null takes the name away: the point is thinned as automatic ones are. */
export const nameCheckpointInput = z.object({ checkpointId: z.string(), name: checkpointName.nullable() });

/** Keeps the session as it is now under a name, until somebody takes the name away. @throws AppError pending */
export async function saveCheckpoint(
  ctx: Context,
  given: z.infer<typeof saveCheckpointInput>,
): Promise<{ id: string; name: string }> {
  const { sessionId, name } = saveCheckpointInput.parse(given);
  const access = await authorizeSession(ctx, sessionId, 'edit');
  requireActiveSession(access.session);
  const id = await checkpointNow(ctx, access.session, { cause: { type: 'saved' }, name });
  await tell(ctx, access, { checkpointId: id, name });
  return { id, name };
}

async function tell(
  ctx: Context,
  { session, teamId, actor }: SessionAccess,
  named: { checkpointId: string; name: string | null },
): Promise<void> {
  const body = { type: 'checkpoint_named', ...named } as const;
  await appendSessionEvent(ctx.db, { sessionId: session.id, teamId, actor: actorRef(actor), body });
}

/** Gives a checkpoint another name, or takes it away. */
export async function nameCheckpoint(ctx: Context, given: z.infer<typeof nameCheckpointInput>): Promise<void> {
  const { checkpointId, name } = nameCheckpointInput.parse(given);
  const access = await authorizeCheckpoint(ctx, checkpointId, 'edit');
  requireActiveSession(access.session);
  const { checkpoint, teamId } = access;
  if (checkpoint.name === name) return;
  const { sessionCheckpoint } = schema;
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .update(sessionCheckpoint)
      .set({ name, kind: name === null ? 'auto' : 'named' })
      .where(and(eq(sessionCheckpoint.id, checkpointId), eq(sessionCheckpoint.teamId, teamId)));
    await tell(tx, access, { checkpointId, name });
    await appendAudit(tx, {
      teamId,
      action: 'checkpoint.rename',
      resource: { type: 'checkpoint', id: checkpointId },
      detail: { sessionId: checkpoint.sessionId, before: { name: checkpoint.name }, after: { name } },
    });
  });
}
