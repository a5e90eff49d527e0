import { sql } from 'drizzle-orm';
import { integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';
import { person, team } from './identity.ts';

/**
 * A version of the policies of a team, or of the installation when `team_id` is empty (docs/spec/policy.md). A text is
 * never changed once it is stored. The version in force is the published one with the highest number; a draft has no
 * `published_at` yet. Numbers count from 1 in each scope.
 */
export const policyVersion = pgTable(
  'policy_version',
  {
    id: id(),
    teamId: text('team_id').references(() => team.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    text: text('text').notNull(),
    reason: text('reason').notNull(),
    /** The version in force when this one was written; 0 stands for the shipped one. */
    basedOn: integer('based_on').notNull(),
    /** Set when an old version was taken up again: its number. */
    restores: integer('restores'),
    createdBy: text('created_by')
      .notNull()
      .references(() => person.id),
    createdAt: createdAt(),
    publishedBy: text('published_by').references(() => person.id),
    publishedAt: instant('published_at'),
  },
  (t) => [uniqueIndex('policy_version_number_key').on(sql`coalesce(${t.teamId}, '')`, t.number)],
);
