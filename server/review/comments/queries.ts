import { and, asc, eq, inArray, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { authorizeParticipant } from '../../auth/authorize-participant.ts';
import type { Context } from '../../context.ts';
import { anchorSchema, type StoredAnchor } from '../../core/stored-anchor.ts';
import { AppError } from '../../core/errors.ts';
import type { Mentionable } from '../../core/mention.ts';
import { authorizeThread } from './authorize-thread.ts';
import { peopleOf } from './people.ts';

export type CommentAuthor = { id: string; name: string };

/** A thread as lists and the editor's margin show it. */
export type ThreadSummary = {
  id: string;
  fileId: string;
  /** Where the file is now, or was when it went. */
  path: string;
  anchor: StoredAnchor;
  anchorVersion: number;
  state: 'open' | 'resolved';
  resolved: { by: CommentAuthor; at: Date } | null;
  /** The oldest comment that was not deleted; its text is cut. */
  opening: { author: CommentAuthor; excerpt: string; at: Date };
  commentCount: number;
  lastPosition: number;
  lastCommentAt: Date;
  /** Comments of others that the caller has not read. */
  unreadCount: number;
  /** An unread comment names the caller. */
  mentionsMe: boolean;
  /** The caller wrote in it, or is named in it. */
  isMine: boolean;
};

export type ThreadComment = {
  id: string;
  position: number;
  author: CommentAuthor;
  /** Markdown; empty when it was deleted. */
  body: string;
  mentions: string[];
  createdAt: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
};

export type Thread = ThreadSummary & {
  sessionId: string;
  /** Up to which comment the caller has read. */
  readPosition: number;
  comments: ThreadComment[];
};

/** Of the opening comment in a list. */
const openingLength = 280;

/** All threads of a session that still have a comment, the oldest first. */
export async function listThreads(ctx: Context, sessionId: string): Promise<ThreadSummary[]> {
  const { teamId, actor } = await authorizeParticipant(ctx, sessionId, 'view');
  const { rows } = await ctx.db.execute(
    threadsWhere(actor.personId, sql`t.session_id = ${sessionId} and t.team_id = ${teamId}`),
  );
  return rows.map(toSummary);
}

/** One thread with all that was written in it. @throws AppError not_found */
export async function getThread(ctx: Context, threadId: string): Promise<Thread> {
  const { teamId, actor, thread } = await authorizeThread(ctx, threadId, 'view');
  const [summaries, comments, read] = await Promise.all([
    ctx.db.execute(threadsWhere(actor.personId, sql`t.id = ${threadId} and t.team_id = ${teamId}`)),
    commentsOf(ctx, { threadId, teamId }),
    readPosition(ctx, { threadId, teamId, personId: actor.personId }),
  ]);
  const [summary] = summaries.rows.map(toSummary);
  if (!summary) throw new AppError('not_found', 'All comments of this thread were deleted.');
  return { ...summary, sessionId: thread.sessionId, readPosition: read, comments };
}

/** Everyone whom a comment in the session can mention. */
export async function listMentionable(ctx: Context, sessionId: string): Promise<Mentionable[]> {
  return peopleOf(ctx, await authorizeParticipant(ctx, sessionId, 'comment'));
}

async function commentsOf(ctx: Context, of: { threadId: string; teamId: string }): Promise<ThreadComment[]> {
  const { comment, commentMention } = schema;
  const rows = await ctx.db
    .select()
    .from(comment)
    .where(and(eq(comment.threadId, of.threadId), eq(comment.teamId, of.teamId)))
    .orderBy(asc(comment.position));
  const ids = rows.map(({ id }) => id);
  const mentions =
    ids.length === 0
      ? []
      : await ctx.db
          .select()
          .from(commentMention)
          .where(and(inArray(commentMention.commentId, ids), eq(commentMention.teamId, of.teamId)));
  return rows.map((row) => ({
    id: row.id,
    position: row.position,
    author: { id: row.authorId, name: row.authorName },
    body: row.body,
    mentions: mentions.flatMap((each) => (each.commentId === row.id ? [each.personId] : [])),
    createdAt: row.createdAt,
    editedAt: row.editedAt,
    deletedAt: row.deletedAt,
  }));
}

async function readPosition(ctx: Context, of: { threadId: string; teamId: string; personId: string }): Promise<number> {
  const { commentRead } = schema;
  const [row] = await ctx.db
    .select({ position: commentRead.position })
    .from(commentRead)
    .where(
      and(
        eq(commentRead.threadId, of.threadId),
        eq(commentRead.teamId, of.teamId),
        eq(commentRead.personId, of.personId),
      ),
    );
  return row?.position ?? 0;
}

function threadsWhere(me: string, which: SQL): SQL {
  return sql`
    select t.id, t.file_id, coalesce(f.path, t.path) as path, t.anchor, t.anchor_version, t.state, t.resolved_by,
      resolver.name as resolver_name, t.resolved_at, t.last_position, t.last_comment_at,
      o.author_id, o.author_name, left(o.body, ${openingLength}) as opening, o.created_at as opened_at,
      s.comments, s.unread, s.mentions_me, s.is_mine
    from comment_thread t
    left join room_file f on f.file_id = t.file_id and f.session_id = t.session_id
    left join person resolver on resolver.id = t.resolved_by
    left join comment_read r on r.thread_id = t.id and r.person_id = ${me}
    join lateral (
      select count(*)::int as comments,
        count(*) filter (where c.author_id <> ${me} and c.position > coalesce(r.position, 0))::int as unread,
        bool_or(m.person_id is not null and c.position > coalesce(r.position, 0)) as mentions_me,
        bool_or(c.author_id = ${me} or m.person_id is not null) as is_mine
      from comment c
      left join comment_mention m on m.comment_id = c.id and m.person_id = ${me}
      where c.thread_id = t.id and c.deleted_at is null) s on s.comments > 0
    join lateral (
      select c.author_id, c.author_name, c.body, c.created_at from comment c
      where c.thread_id = t.id and c.deleted_at is null order by c.position limit 1) o on true
    where ${which}
    order by t.created_at, t.id`;
}

const sqlRow = z.object({
  id: z.string(),
  file_id: z.string(),
  path: z.string(),
  anchor: anchorSchema,
  anchor_version: z.number(),
  state: z.enum(['open', 'resolved']),
  resolved_by: z.string().nullable(),
  resolver_name: z.string().nullable(),
  resolved_at: z.coerce.date().nullable(),
  last_position: z.number(),
  last_comment_at: z.coerce.date(),
  author_id: z.string(),
  author_name: z.string(),
  opening: z.string(),
  opened_at: z.coerce.date(),
  comments: z.number(),
  unread: z.number(),
  mentions_me: z.boolean(),
  is_mine: z.boolean(),
});

function toSummary(given: unknown): ThreadSummary {
  const row = sqlRow.parse(given);
  return {
    id: row.id,
    fileId: row.file_id,
    path: row.path,
    anchor: row.anchor,
    anchorVersion: row.anchor_version,
    state: row.state,
    resolved:
      row.resolved_by === null || row.resolved_at === null
        ? null
        : { by: { id: row.resolved_by, name: row.resolver_name ?? row.resolved_by }, at: row.resolved_at },
    opening: {
      author: { id: row.author_id, name: row.author_name },
      excerpt: row.opening,
      at: row.opened_at,
    },
    commentCount: row.comments,
    lastPosition: row.last_position,
    lastCommentAt: row.last_comment_at,
    unreadCount: row.unread,
    mentionsMe: row.mentions_me,
    isMine: row.is_mine,
  };
}
