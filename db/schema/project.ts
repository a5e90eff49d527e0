import { bigint, boolean, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { Sensitivity } from '../../server/core/sensitivity.ts';
import { createdAt, id, instant } from './columns.ts';
import { person, team } from './identity.ts';

export type ProjectSource =
  | { type: 'git'; url: string }
  | { type: 'path'; path: string }
  | { type: 'archive'; uploadId: string }
  | { type: 'empty' }
  | { type: 'sample' };

export type ImportProgress = { phase: string; percent: number | null; detail: string };

/** Commands people run on a session's state; found in the repository or set by hand. */
export type ProjectCommands = { setup?: string; test?: string; lint?: string };

export const project = pgTable(
  'project',
  {
    id: id(),
    teamId: text('team_id')
      .notNull()
      .references(() => team.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    slug: text('slug').notNull(),
    source: jsonb('source').$type<ProjectSource>().notNull(),
    status: text('status').$type<'importing' | 'ready' | 'failed' | 'cancelled'>().notNull(),
    progress: jsonb('progress').$type<ImportProgress>(),
    error: text('error'),
    /** The import's worker and its last sign of life: an import without one is taken up again or failed. */
    importHeartbeatAt: instant('import_heartbeat_at'),
    importCancelRequestedAt: instant('import_cancel_requested_at'),
    defaultBranch: text('default_branch'),
    upstreamUrl: text('upstream_url'),
    credentialSealed: text('credential_sealed'),
    commands: jsonb('commands').$type<ProjectCommands>().notNull().default({}),
    allowPackageDownloads: boolean('allow_package_downloads').notNull().default(false),
    /** Limited to the rows of project_member when true; open to the whole team otherwise. */
    isRestricted: boolean('is_restricted').notNull().default(false),
    /** What policies go by: how much harm the project's text does in the wrong hands. */
    sensitivity: text('sensitivity').$type<Sensitivity>().notNull().default('internal'),
    createdBy: text('created_by')
      .notNull()
      .references(() => person.id),
    createdAt: createdAt(),
    archivedAt: instant('archived_at'),
    /** Deleted: hidden at once, restorable until the grace time ends, then removed for good. */
    deletedAt: instant('deleted_at'),
  },
  (t) => [index('project_team_idx').on(t.teamId), uniqueIndex('project_team_slug_key').on(t.teamId, t.slug)],
);

export const projectMember = pgTable(
  'project_member',
  {
    projectId: text('project_id')
      .notNull()
      .references(() => project.id, { onDelete: 'cascade' }),
    personId: text('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    teamId: text('team_id')
      .notNull()
      .references(() => team.id, { onDelete: 'cascade' }),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.personId] })],
);

/** An uploaded archive waiting to become a project; the bytes lie in the data folder under the id. */
export const upload = pgTable('upload', {
  id: id(),
  personId: text('person_id')
    .notNull()
    .references(() => person.id, { onDelete: 'cascade' }),
  format: text('format').$type<'zip' | 'tar.gz'>().notNull(),
  sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
  createdAt: createdAt(),
  expiresAt: instant('expires_at').notNull(),
});

export const session = pgTable(
  'session',
  {
    id: id(),
    teamId: text('team_id')
      .notNull()
      .references(() => team.id, { onDelete: 'cascade' }),
    projectId: text('project_id')
      .notNull()
      .references(() => project.id, { onDelete: 'cascade' }),
    title: text('title').notNull(),
    branch: text('branch').notNull(),
    /** The branch's commit that the session's uncommitted changes are counted from. */
    baseCommit: text('base_commit').notNull(),
    /** Latest commit of refs/ensemble/sessions/<id>: the state of every file that is not in the room. */
    headCommit: text('head_commit').notNull(),
    createdBy: text('created_by')
      .notNull()
      .references(() => person.id),
    createdAt: createdAt(),
    lastActivityAt: instant('last_activity_at').notNull().defaultNow(),
    archivedAt: instant('archived_at'),
    deletedAt: instant('deleted_at'),
  },
  (t) => [index('session_team_idx').on(t.teamId), index('session_project_idx').on(t.projectId)],
);

/** The next `seq` of each session's log; updated in the transaction that appends. */
export const sessionEventCounter = pgTable('session_event_counter', {
  sessionId: text('session_id')
    .primaryKey()
    .references(() => session.id, { onDelete: 'cascade' }),
  lastSeq: bigint('last_seq', { mode: 'number' }).notNull().default(0),
});

export const sessionEvent = pgTable(
  'session_event',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    teamId: text('team_id').notNull(),
    type: text('type').notNull(),
    runId: text('run_id'),
    actor: jsonb('actor').$type<{ kind: 'person' | 'run' | 'system'; id: string; name: string }>().notNull(),
    body: jsonb('body').$type<Record<string, unknown>>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.sessionId, t.seq] }), index('session_event_run_idx').on(t.runId)],
);

/** Large texts of the log (tool outputs, inputs), whole; the entry holds the first part and this id. */
export const eventBlob = pgTable('event_blob', {
  id: id(),
  teamId: text('team_id').notNull(),
  sessionId: text('session_id')
    .notNull()
    .references(() => session.id, { onDelete: 'cascade' }),
  content: text('content').notNull(),
  createdAt: createdAt(),
});

/** Up to where a person has read a session: what is above it "needs you". */
export const sessionRead = pgTable(
  'session_read',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    personId: text('person_id')
      .notNull()
      .references(() => person.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.sessionId, t.personId] })],
);

/** A commit made from a session, with who contributed to it. */
export const sessionCommit = pgTable(
  'session_commit',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    commit: text('commit').notNull(),
    parentCommit: text('parent_commit').notNull(),
    message: text('message').notNull(),
    createdBy: text('created_by').notNull(),
    provenance: jsonb('provenance').$type<Record<string, unknown>>().notNull(),
    pushState: text('push_state').$type<'none' | 'pushed' | 'refused'>().notNull().default('none'),
    pushError: text('push_error'),
    createdAt: createdAt(),
  },
  (t) => [index('session_commit_session_idx').on(t.sessionId)],
);

/** A command of the Run panel on a session's state. Its output lies in the session's log. */
export const task = pgTable(
  'task',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    command: text('command').notNull(),
    state: text('state').$type<'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'>().notNull(),
    exitCode: integer('exit_code'),
    error: text('error'),
    startedBy: text('started_by').notNull(),
    workerId: text('worker_id'),
    heartbeatAt: instant('heartbeat_at'),
    cancelRequestedAt: instant('cancel_requested_at'),
    createdAt: createdAt(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  (t) => [index('task_session_idx').on(t.sessionId)],
);
