import { foreignKey, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';
import { person, team } from './identity.ts';
import { session } from './project.ts';

/**
 * A value that was masked on its way to a model, and its placeholder (docs/spec/dlp.md). It lives as long as its scope: a session,
 * or a person whose own tools asked.
 */
export const maskedValue = pgTable(
  'masked_value',
  {
    teamId: text('team_id')
      .notNull()
      .references(() => team.id, { onDelete: 'cascade' }),
    /** The session's id, or the person's. */
    scopeId: text('scope_id').notNull(),
    placeholder: text('placeholder').notNull(),
    valueSealed: text('value_sealed').notNull(),
    class: text('class').notNull(),
    detector: text('detector').notNull(),
    sessionId: text('session_id'),
    personId: text('person_id'),
    createdAt: createdAt(),
    lastUsedAt: instant('last_used_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.teamId, t.scopeId, t.placeholder] }),
    foreignKey({ columns: [t.sessionId], foreignColumns: [session.id] }).onDelete('cascade'),
    foreignKey({ columns: [t.personId], foreignColumns: [person.id] }).onDelete('cascade'),
    index('masked_value_session_idx').on(t.sessionId),
    index('masked_value_person_idx').on(t.personId),
  ],
);

/**
 * What admins add to what is looked for: `words` and `pattern` find data of a class, `paths` keep whole files out, `tools` get real
 * values. `team_id` is empty for the installation's own. The body may tell what is secret, so it is sealed.
 */
export const dlpRule = pgTable(
  'dlp_rule',
  {
    id: id(),
    teamId: text('team_id').references(() => team.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<'words' | 'pattern' | 'paths' | 'tools'>().notNull(),
    name: text('name').notNull(),
    class: text('class').notNull(),
    bodySealed: text('body_sealed').notNull(),
    createdBy: text('created_by')
      .notNull()
      .references(() => person.id),
    createdAt: createdAt(),
  },
  (t) => [index('dlp_rule_team_idx').on(t.teamId)],
);
