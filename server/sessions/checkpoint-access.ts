import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeSession, requirePerson, type SessionAccess } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { causeInWords } from '../core/checkpoint.ts';
import type { SessionRight } from '../core/permissions.ts';
import type { CheckpointRow } from '../workspace/checkpoint.ts';

export type CheckpointAccess = SessionAccess & { checkpoint: CheckpointRow };

const noSuchCheckpoint = () =>
  new AppError(
    'not_found',
    'There is no such checkpoint, or you have no access to it. Automatic ones are thinned as they age.',
  );

/** @throws not_found when the actor may not see the checkpoint's session, forbidden when the right is missing */
export async function authorizeCheckpoint(
  ctx: Context,
  checkpointId: string,
  right: SessionRight,
): Promise<CheckpointAccess> {
  requirePerson(ctx);
  const { sessionCheckpoint } = schema;
  const [checkpoint] = await ctx.db.select().from(sessionCheckpoint).where(eq(sessionCheckpoint.id, checkpointId));
  if (!checkpoint) throw noSuchCheckpoint();
  const access = await authorizeSession(ctx, checkpoint.sessionId, right).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? noSuchCheckpoint() : error;
  });
  return { ...access, checkpoint };
}

/** What a restore of it is called. Undoing a restore goes to the state before it, which does not nest. */
export function restoreTitle({ name, cause }: Pick<CheckpointRow, 'name' | 'cause'>): string {
  if (name !== null || cause.type !== 'restore') return checkpointTitle({ name, cause });
  return cause.to.startsWith(undoing) ? cause.to : `${undoing}${cause.to}`;
}

const undoing = 'the state before ';

/** What a checkpoint is called in a list: its name, or why it was made. */
export function checkpointTitle({ name, cause }: Pick<CheckpointRow, 'name' | 'cause'>): string {
  return name ?? causeInWords(cause);
}
