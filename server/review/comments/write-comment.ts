import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import type { ParticipantAccess } from '../../auth/authorize-participant.ts';
import type { Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { mentionsIn } from '../../core/mention.ts';
import { excerptOf } from '../../core/visible-text.ts';
import { newId } from '../../platform/ids.ts';
import { appendSessionEvent } from '../../runs/event-log.ts';
import { setRead } from './mark-thread-read.ts';
import { peopleOf } from './people.ts';

export const commentBody = z.string().trim().min(1, 'a comment needs words').max(20_000);

/** Of a comment's text in the session's log. */
const excerptLength = 140;
export const excerpt = (body: string) => excerptOf(body, excerptLength);

type NewComment = {
  thread: { id: string; path: string; line: number };
  /** 1 opens the thread. */
  position: number;
  body: string;
};

/** Inserts a comment with whom it mentions, as read by its author, and tells the session's log. */
export async function writeComment(
  tx: Context,
  access: ParticipantAccess,
  { thread, position, body }: NewComment,
): Promise<{ commentId: string; mentions: string[] }> {
  const { actor, session, teamId } = access;
  const commentId = newId('com');
  const of = { teamId, sessionId: session.id };
  await tx.db.insert(schema.comment).values({
    id: commentId,
    ...of,
    threadId: thread.id,
    position,
    authorId: actor.personId,
    authorName: actor.name,
    body,
  });
  const { mentions } = await setMentions(tx, access, { commentId, body });
  await setRead(tx, { threadId: thread.id, personId: actor.personId, teamId, position });
  await appendSessionEvent(tx.db, {
    ...of,
    actor: actorRef(actor),
    body: {
      type: 'comment_added',
      threadId: thread.id,
      commentId,
      path: thread.path,
      line: thread.line,
      excerpt: excerpt(body),
      isReply: position > 1,
    },
  });
  return { commentId, mentions };
}

/**
 * Stores whom the text names, of those who may see the session; nobody mentions themselves.
 * @returns all of them, and those whom an earlier text did not name
 */
export async function setMentions(
  tx: Context,
  access: ParticipantAccess,
  { commentId, body }: { commentId: string; body: string },
): Promise<{ mentions: string[]; added: string[] }> {
  const { commentMention } = schema;
  const { teamId, session, actor } = access;
  const people = body.includes('@') ? await peopleOf(tx, access) : [];
  const mentions = mentionsIn(body, people).filter((id) => id !== actor.personId);
  const before = await tx.db
    .delete(commentMention)
    .where(and(eq(commentMention.commentId, commentId), eq(commentMention.teamId, teamId)))
    .returning({ personId: commentMention.personId });
  if (mentions.length > 0)
    await tx.db
      .insert(commentMention)
      .values(mentions.map((personId) => ({ commentId, personId, teamId, sessionId: session.id })));
  return { mentions, added: mentions.filter((id) => !before.some(({ personId }) => personId === id)) };
}

/** The log keeps no words that their author took back. */
export async function rewriteExcerpt(
  tx: Context,
  { sessionId, commentId, text }: { sessionId: string; commentId: string; text: string },
): Promise<void> {
  const { sessionEvent } = schema;
  await tx.db
    .update(sessionEvent)
    .set({ body: sql`${sessionEvent.body} || jsonb_build_object('excerpt', ${text}::text)` })
    .where(
      and(
        eq(sessionEvent.sessionId, sessionId),
        sql`${sessionEvent.type} in ('comment_added', 'comment_edited')`,
        sql`${sessionEvent.body}->>'commentId' = ${commentId}`,
      ),
    );
}
