import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';
import { session } from './project.ts';

/** A denied action that a person allowed once: the same agent may do the same thing in the session one time. */
export const actionGrant = pgTable(
  'action_grant',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    agent: text('agent').notNull(),
    /** The digest of the action. */
    subject: text('subject').notNull(),
    /** The denial that was lifted. */
    permissionId: text('permission_id').notNull(),
    grantedBy: text('granted_by').notNull(),
    createdAt: createdAt(),
    usedAt: instant('used_at'),
    usedByRunId: text('used_by_run_id'),
  },
  (t) => [index('action_grant_session_idx').on(t.sessionId, t.subject)],
);
