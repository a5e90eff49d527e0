import { and, count, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeParticipant, type ParticipantAccess } from '../../auth/authorize-participant.ts';
import { withTransaction, type Context } from '../../context.ts';
import { anchorSchema } from '../../core/stored-anchor.ts';
import { AppError } from '../../core/errors.ts';
import { newId } from '../../platform/ids.ts';
import { requireCommentAttempt, requireLiveSession } from './authorize-thread.ts';
import { commentBody, writeComment } from './write-comment.ts';

/** Of one session, the resolved ones included. */
const mostThreads = 1_000;

export const startThreadInput = z.object({
  sessionId: z.string(),
  fileId: z.string(),
  anchor: anchorSchema,
  body: commentBody,
});

/**
 * Opens a thread about a range of a file that is in the room. Rules: docs/spec/comments.md.
 * @throws AppError not_found when the file is not in the room; conflict when the session is archived or full
 */
export async function startThread(
  ctx: Context,
  given: z.input<typeof startThreadInput>,
): Promise<{ threadId: string; commentId: string }> {
  const { sessionId, fileId, anchor, body } = startThreadInput.parse(given);
  const access = await authorizeParticipant(ctx, sessionId, 'comment');
  requireLiveSession(access.session);
  await requireCommentAttempt(ctx, access.actor.personId);
  return withTransaction(ctx, async (tx) => {
    await requireRoomForThread(tx, access);
    const path = await livePath(tx, { sessionId, fileId, teamId: access.teamId });
    const threadId = newId('thr');
    await tx.db.insert(schema.commentThread).values({
      id: threadId,
      teamId: access.teamId,
      sessionId,
      fileId,
      path,
      anchor,
      createdBy: access.actor.personId,
      lastPosition: 1,
    });
    const thread = { id: threadId, path, line: anchor.startLine };
    const { commentId, mentions } = await writeComment(tx, access, { thread, position: 1, body });
    await appendAudit(tx, {
      teamId: access.teamId,
      action: 'comment.start',
      resource: { type: 'session', id: sessionId },
      detail: { threadId, commentId, path, line: anchor.startLine, mentions },
    });
    return { threadId, commentId };
  });
}

async function requireRoomForThread(tx: Context, { session, teamId }: ParticipantAccess): Promise<void> {
  const { commentThread } = schema;
  const [row] = await tx.db
    .select({ threads: count() })
    .from(commentThread)
    .where(and(eq(commentThread.sessionId, session.id), eq(commentThread.teamId, teamId)));
  if ((row?.threads ?? 0) >= mostThreads)
    throw new AppError(
      'conflict',
      `This session has ${mostThreads} threads, which is the most it may have. Go on in one of them, or in a new session.`,
    );
}

/** @throws not_found when no live file of the session's room has this id */
export async function livePath(
  ctx: Context,
  file: { sessionId: string; fileId: string; teamId: string },
): Promise<string> {
  const { roomFile } = schema;
  const [row] = await ctx.db
    .select({ path: roomFile.path })
    .from(roomFile)
    .where(
      and(
        eq(roomFile.fileId, file.fileId),
        eq(roomFile.sessionId, file.sessionId),
        eq(roomFile.teamId, file.teamId),
        isNull(roomFile.removedAt),
      ),
    );
  if (!row)
    throw new AppError(
      'not_found',
      'The file is not open in this session. Someone may have deleted it. Open it again.',
    );
  return row.path;
}
