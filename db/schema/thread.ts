import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';
import { session } from './project.ts';

/** A conversation of a session with one agent: the turns (runs) that remember each other (docs/spec/agents.md). */
export const agentThread = pgTable(
  'agent_thread',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    agent: text('agent').notNull(),
    /** The run after which it left another thread; null for one that began from nothing. */
    forkedFromRunId: text('forked_from_run_id'),
    /** The turn to whose files somebody put it back, and when: turns that began before that and came after it count no more. */
    restoredToRunId: text('restored_to_run_id'),
    restoredAt: instant('restored_at'),
    /** Whose conversation it is; whoever may prompt can hand it over. */
    heldBy: text('held_by').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('agent_thread_session_idx').on(t.sessionId, t.agent)],
);

/** Where a person's prompts to an agent go in a session: the thread they began, joined or were handed last. */
export const agentThreadChoice = pgTable(
  'agent_thread_choice',
  {
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    personId: text('person_id').notNull(),
    agent: text('agent').notNull(),
    threadId: text('thread_id')
      .notNull()
      .references(() => agentThread.id, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.sessionId, t.personId, t.agent] })],
);
