import { boolean, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { createdAt, id, instant } from './columns.ts';

/**
 * What is to become, or became, of an agent of others: one row for each that was ever asked for. The files lie in the data
 * folder; this says what processes do about them. The whole installation's: no team has rows here.
 */
export const agentInstall = pgTable('agent_install', {
  agent: text('agent').primaryKey(),
  version: text('version').notNull(),
  /** `waiting` and `working` are jobs; the others are ends. */
  state: text('state').$type<'waiting' | 'working' | 'done' | 'failed'>().notNull(),
  wish: text('wish').$type<'install' | 'uninstall'>().notNull(),
  /** In words for people, while it is at work. */
  progress: text('progress'),
  /** Why it failed and what to do, in words for people. */
  error: text('error'),
  requestedBy: text('requested_by').notNull(),
  requestedAt: instant('requested_at').notNull().defaultNow(),
  /** The last sign of life of the process that works on it. */
  heartbeatAt: instant('heartbeat_at'),
  finishedAt: instant('finished_at'),
});

/** An ACP command that an installation admin named: an agent like the others, boxed like them. */
export const customAgent = pgTable(
  'custom_agent',
  {
    id: id(),
    name: text('name').notNull(),
    title: text('title').notNull(),
    description: text('description').notNull().default(''),
    /** The program and its arguments, as seen in the box. */
    command: jsonb('command').$type<string[]>().notNull(),
    /** A folder of the server that its box has at /opt/agent. */
    folder: text('folder'),
    /** Variables as sealed JSON, since they may hold secrets; their names are told. */
    envSealed: text('env_sealed'),
    envNames: jsonb('env_names').$type<string[]>().notNull().default([]),
    needsModel: boolean('needs_model').notNull().default(true),
    /** Counts changes: who saves an older version is refused. */
    version: integer('version').notNull().default(1),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('custom_agent_name_key').on(t.name)],
);
