import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { TeamRole, TokenScope } from '../../server/core/permissions.ts';
import { createdAt, id, instant } from './columns.ts';

/** `account`: signs in. `guest`: has no account, came by a session's link, and has an address that cannot exist. */
export type PersonKind = 'account' | 'guest';

/** A human. `email` is stored in lower case. `password_hash` is argon2id in PHC form. */
export const person = pgTable(
  'person',
  {
    id: id(),
    kind: text('kind').$type<PersonKind>().notNull().default('account'),
    email: text('email').notNull(),
    name: text('name').notNull(),
    passwordHash: text('password_hash'),
    isInstallationAdmin: boolean('is_installation_admin').notNull().default(false),
    createdAt: createdAt(),
    disabledAt: instant('disabled_at'),
  },
  (t) => [uniqueIndex('person_email_key').on(t.email)],
);

/** A browser sign-in; the cookie's token carries its id, so ending the row ends the session everywhere. */
export const authSession = pgTable(
  'auth_session',
  {
    id: id(),
    personId: text('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    userAgent: text('user_agent').notNull().default(''),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('auth_session_person_idx').on(t.personId)],
);

/** Links that work once: set-up of the installation, reset of a password. Only the hash of the secret is stored. */
export const oneTimeLink = pgTable('one_time_link', {
  id: id(),
  kind: text('kind').$type<'setup' | 'password_reset'>().notNull(),
  tokenHash: text('token_hash').notNull().unique(),
  personId: text('person_id').references(() => person.id, { onDelete: 'cascade' }),
  createdBy: text('created_by'),
  createdAt: createdAt(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
});

/** Attempts in a fixed window, by key (`sign-in:ip:…`, `sign-in:email:…`). */
export const rateLimit = pgTable(
  'rate_limit',
  {
    key: text('key').notNull(),
    windowStartAt: instant('window_start_at').notNull(),
    attempts: integer('attempts').notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.key, t.windowStartAt] })],
);

export const team = pgTable('team', {
  id: id(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  /** How many runs may be at work at once: of the whole team, and of each person. Null: the installation's numbers. */
  maxRuns: integer('max_runs'),
  maxRunsPerPerson: integer('max_runs_per_person'),
  createdAt: createdAt(),
});

export const teamMember = pgTable(
  'team_member',
  {
    teamId: text('team_id')
      .notNull()
      .references(() => team.id, { onDelete: 'cascade' }),
    personId: text('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    role: text('role').$type<TeamRole>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.personId] }), index('team_member_person_idx').on(t.personId)],
);

export const invitation = pgTable(
  'invitation',
  {
    id: id(),
    teamId: text('team_id')
      .notNull()
      .references(() => team.id, { onDelete: 'cascade' }),
    role: text('role').$type<TeamRole>().notNull(),
    email: text('email'),
    tokenHash: text('token_hash').notNull().unique(),
    createdBy: text('created_by')
      .notNull()
      .references(() => person.id),
    createdAt: createdAt(),
    expiresAt: instant('expires_at').notNull(),
    acceptedBy: text('accepted_by').references(() => person.id),
    acceptedAt: instant('accepted_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('invitation_team_idx').on(t.teamId)],
);

/** A personal or service token for REST and the gateway; only its hash is stored. */
export const apiToken = pgTable(
  'api_token',
  {
    id: id(),
    personId: text('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    tokenHash: text('token_hash').notNull().unique(),
    scopes: text('scopes')
      .array()
      .$type<TokenScope[]>()
      .notNull()
      .default(sql`'{}'::text[]`),
    /** Where it calls models, if only there. Without a reference: when the team or project goes, it must not widen. */
    boundTeamId: text('bound_team_id'),
    boundProjectId: text('bound_project_id'),
    createdAt: createdAt(),
    expiresAt: instant('expires_at'),
    lastUsedAt: instant('last_used_at'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('api_token_person_idx').on(t.personId)],
);

/** Installation-wide settings by name (for example which private addresses may be cloned from). */
export const installationSetting = pgTable('installation_setting', {
  name: text('name').primaryKey(),
  value: text('value').notNull(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});

/** Answers of REST writes, kept a day so that a repeated request with the same key is answered alike. */
export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    personId: text('person_id').notNull(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    status: integer('status'),
    response: text('response'),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.personId, t.key] })],
);
