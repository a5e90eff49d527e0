import { bigint, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';
import { session } from './project.ts';
import { run } from './run.ts';

export type KeptFilesState = 'kept' | 'asked' | 'working' | 'put_back' | 'failed';

/**
 * The files of a run as they were before one of its agent's actions (docs/spec/guard.md): an archive on the worker's machine, and who
 * asked to have it put back.
 */
export const keptFiles = pgTable(
  'kept_files',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    /** The action, as people see it. */
    title: text('title').notNull(),
    toolCallId: text('tool_call_id'),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    /** Where the session's log was; what comes after in the run is later than the action. */
    eventSeq: bigint('event_seq', { mode: 'number' }).notNull(),
    state: text('state').$type<KeptFilesState>().notNull().default('kept'),
    askedBy: text('asked_by'),
    askedAt: instant('asked_at'),
    /** Why they could not be put back. */
    error: text('error'),
    createdAt: createdAt(),
  },
  (t) => [index('kept_files_run_idx').on(t.runId), index('kept_files_session_idx').on(t.sessionId)],
);
