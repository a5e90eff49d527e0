import { eq } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import { minutesMs, requireAttempt } from '../../auth/rate-limit.ts';
import { type SessionRow } from '../../auth/authorize.ts';
import { authorizeParticipant, type ParticipantAccess } from '../../auth/authorize-participant.ts';
import type { Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import type { SessionRight } from '../../core/permissions.ts';

export type ThreadRow = typeof schema.commentThread.$inferSelect;
export type CommentRow = typeof schema.comment.$inferSelect;
export type ThreadAccess = ParticipantAccess & { thread: ThreadRow };
export type CommentAccess = ParticipantAccess & { comment: CommentRow };

const noSuch = (what: string, cause?: unknown) =>
  new AppError('not_found', `There is no such ${what}, or you have no access to it.`, { cause });

async function authorizeIn(
  ctx: Context,
  at: { sessionId: string | undefined; what: string; right: SessionRight },
): Promise<ParticipantAccess> {
  return authorizeParticipant(ctx, at.sessionId ?? '', at.right).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? noSuch(at.what, error) : error;
  });
}

/** @throws not_found when the actor may not see the thread's session, forbidden when the right is missing */
export async function authorizeThread(ctx: Context, threadId: string, right: SessionRight): Promise<ThreadAccess> {
  const [thread] = await ctx.db.select().from(schema.commentThread).where(eq(schema.commentThread.id, threadId));
  const access = await authorizeIn(ctx, { sessionId: thread?.sessionId, what: 'thread', right });
  if (!thread || thread.teamId !== access.teamId) throw noSuch('thread');
  return { ...access, thread };
}

/** @throws not_found when it was deleted or the actor may not see its session, forbidden when the right is missing */
export async function authorizeComment(ctx: Context, commentId: string, right: SessionRight): Promise<CommentAccess> {
  const [comment] = await ctx.db.select().from(schema.comment).where(eq(schema.comment.id, commentId));
  const access = await authorizeIn(ctx, { sessionId: comment?.sessionId, what: 'comment', right });
  if (!comment || comment.teamId !== access.teamId || comment.deletedAt) throw noSuch('comment');
  return { ...access, comment };
}

/** @throws conflict when the session is archived */
export function requireLiveSession(session: SessionRow): void {
  if (session.archivedAt)
    throw new AppError('conflict', 'The session is archived, so nothing in it changes. Bring it back first.');
}

/** What one person may write in a minute, in all sessions together. @throws rate_limited */
export async function requireCommentAttempt(ctx: Context, personId: string): Promise<void> {
  await requireAttempt(ctx, { key: `comment:${personId}`, attempts: 60, windowMs: minutesMs(1) });
}
