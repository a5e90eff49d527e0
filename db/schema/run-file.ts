import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { session } from './project.ts';
import { run } from './run.ts';

/**
 * A file as a run that is at work has it now, beside the text it began with (docs/spec/conversation.md). Masked like the
 * transcript. When the run ends its suggestion takes the place of these rows.
 */
export const runFile = pgTable(
  'run_file',
  {
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    path: text('path').notNull(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    /** Null: there was no such file. */
    baseText: text('base_text'),
    /** Null: there is none any more. */
    text: text('text'),
    /** Why neither text is kept, when it is not. */
    omitted: text('omitted').$type<'binary' | 'too_large'>(),
    /** The last line that was edited, from 1. */
    line: integer('line').notNull(),
    changedAt: instant('changed_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.runId, t.path] }), index('run_file_session_idx').on(t.sessionId)],
);
