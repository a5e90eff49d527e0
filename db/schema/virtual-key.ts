import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';
import { session } from './project.ts';
import { run } from './run.ts';

/**
 * The key by which one attempt of a run calls models, for whoever asked for the run. Only its hash is stored. It works
 * while that attempt is at work, and only on the run's own socket (docs/spec/gateway.md).
 */
export const virtualKey = pgTable(
  'virtual_key',
  {
    id: id(),
    keyHash: text('key_hash').notNull().unique(),
    teamId: text('team_id').notNull(),
    projectId: text('project_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    attempt: integer('attempt').notNull(),
    /** `guard`: not the agent's, but the guard's own, for its second opinion. */
    purpose: text('purpose').$type<'agent' | 'guard'>().notNull().default('agent'),
    personId: text('person_id').notNull(),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (t) => [index('virtual_key_run_idx').on(t.runId)],
);
