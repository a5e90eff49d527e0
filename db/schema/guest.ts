import { boolean, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { GuestState } from '../../server/core/guest-access.ts';
import type { GuestLevel } from '../../server/core/permissions.ts';
import { createdAt, id, instant } from './columns.ts';
import { person } from './identity.ts';
import { session } from './project.ts';

/** A link by which people who are in no team come into one session. Only the hash of its secret is stored. */
export const sessionLink = pgTable(
  'session_link',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    tokenHash: text('token_hash').notNull().unique(),
    level: text('level').$type<GuestLevel>().notNull(),
    /** Whether somebody in the session has to let each person in. */
    asksFirst: boolean('asks_first').notNull(),
    /** How many people it lets in; null: as many as come. */
    maxUses: integer('max_uses'),
    uses: integer('uses').notNull().default(0),
    createdBy: text('created_by')
      .notNull()
      .references(() => person.id),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
    revokedBy: text('revoked_by'),
  },
  (t) => [index('session_link_session_idx').on(t.sessionId)],
);

/** Somebody's place in one session without membership of its team: one row a person, whose state moves. */
export const sessionGuest = pgTable(
  'session_guest',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    personId: text('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    linkId: text('link_id')
      .notNull()
      .references(() => sessionLink.id),
    level: text('level').$type<GuestLevel>().notNull(),
    state: text('state').$type<GuestState>().notNull(),
    /** The member who answers for the guest: who let them in, or who made a link that does not ask. */
    admittedBy: text('admitted_by'),
    knockedAt: instant('knocked_at').notNull(),
    admittedAt: instant('admitted_at'),
    endedAt: instant('ended_at'),
    endedBy: text('ended_by'),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    uniqueIndex('session_guest_person_key').on(t.sessionId, t.personId),
    index('session_guest_person_idx').on(t.personId),
    index('session_guest_link_idx').on(t.linkId),
  ],
);
