import {
  bigint,
  bigserial,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import type { AuthorRun, StoredCredit } from '../../server/core/authorship.ts';
import type { SessionRight } from '../../server/core/permissions.ts';
import { bytea, createdAt, id, instant } from './columns.ts';
import { session } from './project.ts';

export type RoomUpdateKind = 'edit' | 'undo' | 'restore' | 'accept' | 'merge' | 'open';
export type RoomActorKind = 'person' | 'run' | 'system';

/** Leave to enter a room. First used within a minute; then it resumes the same participant until it expires. */
export const roomTicket = pgTable(
  'room_ticket',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    ticketHash: text('ticket_hash').notNull().unique(),
    personId: text('person_id').notNull(),
    /** What the ticket was issued through; revoking that revokes the ticket. */
    authSessionId: text('auth_session_id'),
    apiTokenId: text('api_token_id'),
    rights: text('rights')
      .array()
      .$type<SessionRight[]>()
      .notNull()
      .default(sql`'{}'::text[]`),
    clientId: bigint('client_id', { mode: 'number' }).notNull(),
    createdAt: createdAt(),
    firstUsedAt: instant('first_used_at'),
    useBefore: instant('use_before_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('room_ticket_session_idx').on(t.sessionId), index('room_ticket_person_idx').on(t.personId)],
);

/** Which actor a Yjs client id belongs to, for ever. */
export const roomClient = pgTable(
  'room_client',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    clientId: bigint('client_id', { mode: 'number' }).notNull(),
    teamId: text('team_id').notNull(),
    actorKind: text('actor_kind').$type<RoomActorKind>().notNull(),
    actorId: text('actor_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.sessionId, t.clientId] })],
);

/**
 * Which web node owns a room: it does while the node lives (`web_node`); none when the room was given back. Every persist
 * carries the fence, so a slow former owner can do no harm.
 */
export const roomLease = pgTable('room_lease', {
  sessionId: text('session_id')
    .primaryKey()
    .references(() => session.id, { onDelete: 'cascade' }),
  nodeId: text('node_id'),
  fence: bigint('fence', { mode: 'number' }).notNull(),
});

/** The log of a room: one row an actor and kind, never mixed. */
export const roomUpdate = pgTable(
  'room_update',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    fence: bigint('fence', { mode: 'number' }).notNull(),
    actorKind: text('actor_kind').$type<RoomActorKind>().notNull(),
    actorId: text('actor_id').notNull(),
    kind: text('kind').$type<RoomUpdateKind>().notNull(),
    update: bytea('update').notNull(),
    /** The files it changes. */
    fileIds: text('file_ids')
      .array()
      .notNull()
      .default(sql`'{}'::text[]`),
    /** Text in it that others wrote first: what an undo or a restore brings back (docs/spec/collab.md, "Authorship"). */
    credits: jsonb('credits').$type<StoredCredit[]>(),
    createdAt: createdAt(),
  },
  (t) => [index('room_update_session_idx').on(t.sessionId, t.id)],
);

/** Who changed which file of a room, and up to which update: what stays of the log when its rows are folded. */
export const roomContribution = pgTable(
  'room_contribution',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    /** Empty for what concerns no file. */
    fileId: text('file_id').notNull(),
    actorKind: text('actor_kind').$type<RoomActorKind>().notNull(),
    actorId: text('actor_id').notNull(),
    kind: text('kind').$type<RoomUpdateKind>().notNull(),
    teamId: text('team_id').notNull(),
    lastUpdateId: bigint('last_update_id', { mode: 'number' }).notNull(),
    lastAt: instant('last_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.sessionId, t.fileId, t.actorKind, t.actorId, t.kind] })],
);

/** Who wrote the text of a file as it is in a stored state: given back when that text comes into the room again. */
export const fileAuthorship = pgTable(
  'file_authorship',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    path: text('path').notNull(),
    /** Git's id of the file's bytes. */
    blob: text('blob').notNull(),
    teamId: text('team_id').notNull(),
    runs: jsonb('runs').$type<AuthorRun[]>().notNull(),
    /** Of a state that the next one replaces: a mirror on disk while people type. */
    isPassing: boolean('is_passing').notNull().default(false),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.sessionId, t.path, t.blob] })],
);

/** A room's state up to and including the update `through_id`. */
export const roomSnapshot = pgTable('room_snapshot', {
  sessionId: text('session_id')
    .primaryKey()
    .references(() => session.id, { onDelete: 'cascade' }),
  teamId: text('team_id').notNull(),
  throughId: bigint('through_id', { mode: 'number' }).notNull(),
  fence: bigint('fence', { mode: 'number' }).notNull(),
  state: bytea('state').notNull(),
  /** Who wrote which part of the document (server/collab/authorship-code.ts). */
  authorship: bytea('authorship'),
  createdAt: createdAt(),
});

/** A file whose text lives in the room: the authority on its path. A row without `removed_at` is live. */
export const roomFile = pgTable(
  'room_file',
  {
    fileId: text('file_id').primaryKey(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    path: text('path').notNull(),
    gitMode: text('git_mode').notNull(),
    encoding: text('encoding').notNull().default('utf-8'),
    eol: text('eol').$type<'lf' | 'crlf'>().notNull(),
    createdAt: createdAt(),
    removedAt: instant('removed_at'),
  },
  (t) => [
    uniqueIndex('room_file_live_path_key')
      .on(t.sessionId, t.path)
      .where(sql`removed_at is null`),
  ],
);

/** Something to be done to live text by the room's owner, once. */
export const roomCommand = pgTable(
  'room_command',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    kind: text('kind').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    actor: jsonb('actor').$type<{ kind: 'person' | 'run' | 'system'; id: string; name: string }>().notNull(),
    state: text('state').$type<'queued' | 'done' | 'failed'>().notNull().default('queued'),
    attempts: integer('attempts').notNull().default(0),
    result: jsonb('result').$type<Record<string, unknown>>(),
    createdAt: createdAt(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    index('room_command_queue_idx')
      .on(t.sessionId, t.createdAt)
      .where(sql`state = 'queued'`),
  ],
);
