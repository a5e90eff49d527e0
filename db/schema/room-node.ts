import { pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';
import { session } from './project.ts';

/** A web process that is alive, and where the others reach it. */
export const webNode = pgTable('web_node', {
  nodeId: text('node_id').primaryKey(),
  address: text('address').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

/** A room whose stored document cannot be opened. What is stored stays as it is. */
export const roomQuarantine = pgTable('room_quarantine', {
  sessionId: text('session_id')
    .primaryKey()
    .references(() => session.id, { onDelete: 'cascade' }),
  teamId: text('team_id').notNull(),
  reason: text('reason').notNull(),
  foundAt: instant('found_at').notNull().defaultNow(),
});
