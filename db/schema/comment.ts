import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { StoredAnchor } from '../../server/core/stored-anchor.ts';
import { createdAt, id, instant } from './columns.ts';
import { session } from './project.ts';

/** A conversation about a range of a file's text (docs/spec/comments.md). */
export const commentThread = pgTable(
  'comment_thread',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    /** The file in the room that the anchor belongs to. When it is gone, `path` tells where to look. */
    fileId: text('file_id').notNull(),
    path: text('path').notNull(),
    anchor: jsonb('anchor').$type<StoredAnchor>().notNull(),
    /** Rises when the anchor is set anew; who sets it names the one that was seen. */
    anchorVersion: integer('anchor_version').notNull().default(1),
    state: text('state').$type<'open' | 'resolved'>().notNull().default('open'),
    resolvedBy: text('resolved_by'),
    resolvedAt: instant('resolved_at'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    /** The place of the newest comment in the thread. */
    lastPosition: integer('last_position').notNull(),
    lastCommentAt: instant('last_comment_at').notNull().defaultNow(),
  },
  (t) => [index('comment_thread_session_idx').on(t.sessionId)],
);

export const comment = pgTable(
  'comment',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    threadId: text('thread_id')
      .notNull()
      .references(() => commentThread.id, { onDelete: 'cascade' }),
    /** 1 opens the thread. */
    position: integer('position').notNull(),
    authorId: text('author_id').notNull(),
    authorName: text('author_name').notNull(),
    /** Markdown; empty once deleted. */
    body: text('body').notNull(),
    createdAt: createdAt(),
    editedAt: instant('edited_at'),
    deletedAt: instant('deleted_at'),
    deletedBy: text('deleted_by'),
  },
  (t) => [uniqueIndex('comment_thread_position_key').on(t.threadId, t.position)],
);

/** Whom a comment names. It waits for them until they read up to it. */
export const commentMention = pgTable(
  'comment_mention',
  {
    commentId: text('comment_id')
      .notNull()
      .references(() => comment.id, { onDelete: 'cascade' }),
    personId: text('person_id').notNull(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
  },
  (t) => [
    primaryKey({ columns: [t.commentId, t.personId] }),
    index('comment_mention_person_idx').on(t.personId, t.sessionId),
  ],
);

/** Up to which comment a person has read a thread. */
export const commentRead = pgTable(
  'comment_read',
  {
    threadId: text('thread_id')
      .notNull()
      .references(() => commentThread.id, { onDelete: 'cascade' }),
    personId: text('person_id').notNull(),
    teamId: text('team_id').notNull(),
    position: integer('position').notNull(),
  },
  (t) => [primaryKey({ columns: [t.threadId, t.personId] })],
);
