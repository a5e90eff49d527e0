import { bigint, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { ActorRef } from '../../server/core/actor.ts';
import type { CheckpointCause, CheckpointKind } from '../../server/core/checkpoint.ts';
import { createdAt, id } from './columns.ts';
import { session } from './project.ts';

/** A point in a session's life: its whole state as a commit, kept by refs/ensemble/checkpoints/<id> (docs/spec/collab.md). */
export const sessionCheckpoint = pgTable(
  'session_checkpoint',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<CheckpointKind>().notNull(),
    /** What a person called it; automatic points have none. */
    name: text('name'),
    /** Why it was made. */
    cause: jsonb('cause').$type<CheckpointCause>().notNull(),
    commit: text('commit').notNull(),
    /** Git's id of the whole state: neighbours with the same one are one point. */
    tree: text('tree').notNull(),
    /** Where the session's log and the room's log were. */
    eventSeq: bigint('event_seq', { mode: 'number' }).notNull(),
    updateId: bigint('update_id', { mode: 'number' }).notNull(),
    /** Whose act it was made at. */
    actor: jsonb('actor').$type<ActorRef>().notNull(),
    /** The difference from the point before it. */
    changedFiles: integer('changed_files').notNull(),
    addedLines: integer('added_lines').notNull(),
    removedLines: integer('removed_lines').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('session_checkpoint_session_idx').on(t.sessionId, t.createdAt)],
);
