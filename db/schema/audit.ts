import { index, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/**
 * Who did what (ARCHITECTURE, decision 11). Append-only: the application's role may insert and select, a trigger
 * refuses the rest. Partitioned by month on `at`. `team_id` is empty for the installation's own entries.
 */
export const auditEntry = pgTable(
  'audit_entry',
  {
    id: text('id').notNull(),
    at: instant('at').notNull(),
    teamId: text('team_id'),
    actorKind: text('actor_kind').$type<'person' | 'run' | 'system'>().notNull(),
    actorId: text('actor_id').notNull(),
    actorName: text('actor_name').notNull(),
    action: text('action').notNull(),
    resourceType: text('resource_type').notNull(),
    resourceId: text('resource_id').notNull(),
    requestId: text('request_id').notNull(),
    /** Changed fields without secrets: { before?, after?, … }. */
    detail: jsonb('detail').$type<Record<string, unknown>>().notNull(),
    /** The entry as canonical JSON (RFC 8785) and its SHA-256 in hex: what the Merkle tree will hold. */
    canonical: text('canonical').notNull(),
    hash: text('hash').notNull(),
  },
  (t) => [primaryKey({ columns: [t.at, t.id] }), index('audit_entry_team_at_idx').on(t.teamId, t.at)],
);
