import { boolean, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core';
import type { McpSource, McpTool } from '../../server/core/mcp-server.ts';
import { createdAt, id, instant } from './columns.ts';

/**
 * An MCP server that an installation admin named: what it is, who may use it, and what its tools may do unasked. The whole
 * installation's: no team has rows here.
 */
export const mcpServer = pgTable(
  'mcp_server',
  {
    id: id(),
    /** What repositories and agents call it; it stays. */
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    /** Its identity: which program it is. */
    source: jsonb('source').$type<McpSource>().notNull(),
    args: jsonb('args').$type<string[]>().notNull().default([]),
    /** Variables as sealed JSON, since they may hold secrets; their names are told. */
    envSealed: text('env_sealed'),
    envNames: jsonb('env_names').$type<string[]>().notNull().default([]),
    /** Given to every run, or only where the repository asks for it. */
    isAlwaysGiven: boolean('is_always_given').notNull().default(false),
    /** Who may use it; empty: every team, every project. */
    teamIds: jsonb('team_ids').$type<string[]>().notNull().default([]),
    projectIds: jsonb('project_ids').$type<string[]>().notNull().default([]),
    /** Tools that only read: nobody is asked. */
    readTools: jsonb('read_tools').$type<string[]>().notNull().default([]),
    /** What is said to a call of any other of its tools. */
    otherTools: text('other_tools').$type<'ask' | 'deny'>().notNull().default('ask'),
    /** Counts changes: who saves an older version is refused. */
    version: integer('version').notNull().default(1),
    /** What it told of its tools when it was last tried in the sandbox; null: it was not, or failed. */
    tools: jsonb('tools').$type<McpTool[]>(),
    triedAt: instant('tried_at'),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [uniqueIndex('mcp_server_name_key').on(t.name)],
);
