import { bigint, index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { sql } from 'drizzle-orm';
import type { AgentDescription } from '../../server/core/agent-description.ts';
import type { ApprovalNeeds } from '../../server/core/guard/approval.ts';
import type { RunState } from '../../server/core/run-state.ts';
import type { RunMode } from '../../server/core/session-event.ts';
import { createdAt, id, instant } from './columns.ts';
import { session } from './project.ts';
import { agentThread } from './thread.ts';

/** A process that works on runs, and the agents it can run. Without a recent heartbeat it is gone. */
export const worker = pgTable('worker', {
  id: id(),
  agents: jsonb('agents').$type<AgentDescription[]>().notNull(),
  startedAt: instant('started_at').notNull().defaultNow(),
  heartbeatAt: instant('heartbeat_at').notNull().defaultNow(),
});

/** One agent answering one prompt. States change only by compare-and-set (docs/spec/runs.md). */
export const run = pgTable(
  'run',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    agent: text('agent').notNull(),
    model: text('model'),
    mode: text('mode').$type<RunMode>().notNull(),
    prompt: text('prompt').notNull(),
    askedBy: text('asked_by').notNull(),
    /** The conversation it is a turn of; null for runs from before there were any. */
    threadId: text('thread_id').references(() => agentThread.id, { onDelete: 'set null' }),
    /** Whether people's edits since the thread's last turn are brought into its files before it begins. */
    newerEdits: text('newer_edits').$type<'merge' | 'leave'>().notNull().default('merge'),
    state: text('state').$type<RunState>().notNull(),
    /** Order in the session's queue; people may change it while the run is queued. */
    position: bigint('position', { mode: 'number' }).notNull(),
    attempt: integer('attempt').notNull().default(0),
    workerId: text('worker_id'),
    heartbeatAt: instant('heartbeat_at'),
    cancelRequestedAt: instant('cancel_requested_at'),
    cancelRequestedBy: text('cancel_requested_by'),
    baseCommit: text('base_commit'),
    resultCommit: text('result_commit'),
    /** The files its agent began with and left: the base, with what the thread's earlier turns had made. */
    startCommit: text('start_commit'),
    endCommit: text('end_commit'),
    /** The agent's own name for the conversation, by which it remembers it. */
    agentSessionId: text('agent_session_id'),
    error: text('error'),
    usage: jsonb('usage').$type<{ inputTokens: number; outputTokens: number; costMicroUsd: number }>(),
    createdAt: createdAt(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    index('run_session_idx').on(t.sessionId, t.position),
    index('run_active_idx')
      .on(t.state)
      .where(sql`state in ('queued', 'running', 'waiting')`),
    // One run at a time works in a session; the others queue.
    uniqueIndex('run_one_active_key')
      .on(t.sessionId)
      .where(sql`state in ('running', 'waiting')`),
  ],
);

/** A question an agent asked before acting. */
export const runPermission = pgTable(
  'run_permission',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    toolCallId: text('tool_call_id'),
    request: jsonb('request').$type<Record<string, unknown>>().notNull(),
    /** Who may allow it, where that is more than the right to approve. */
    needs: jsonb('needs').$type<ApprovalNeeds>(),
    decision: text('decision').$type<'allow' | 'deny'>(),
    scope: text('scope').$type<'once' | 'run'>(),
    reason: text('reason'),
    decidedBy: text('decided_by'),
    createdAt: createdAt(),
    decidedAt: instant('decided_at'),
  },
  (t) => [index('run_permission_run_idx').on(t.runId)],
);

/** The change of a run: two commits. Hunks are computed from them, the same way every time (docs/spec/runs.md). */
export const suggestion = pgTable(
  'suggestion',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    baseCommit: text('base_commit').notNull(),
    resultCommit: text('result_commit').notNull(),
    /** Set when the whole change is refused (it touches .git, links or submodules): shown with the reason. */
    refusedReason: text('refused_reason'),
    hunkCount: integer('hunk_count').notNull(),
    decidedCount: integer('decided_count').notNull().default(0),
    /** The later suggestion of the same thread that has what was undecided here. */
    continuedBy: text('continued_by'),
    createdAt: createdAt(),
  },
  (t) => [index('suggestion_session_idx').on(t.sessionId)],
);

/** The standing decision on a hunk. No row: unreviewed. */
export const hunkDecision = pgTable(
  'hunk_decision',
  {
    suggestionId: text('suggestion_id')
      .notNull()
      .references(() => suggestion.id, { onDelete: 'cascade' }),
    hunkId: text('hunk_id').notNull(),
    teamId: text('team_id').notNull(),
    path: text('path').notNull(),
    /** `applying`: accepted, and the room has not answered yet. `continued`: it is part of a later suggestion. */
    state: text('state').$type<'applying' | 'accepted' | 'rejected' | 'continued'>().notNull(),
    reason: text('reason'),
    /** The text a person chose where people had changed the same lines. */
    resolution: text('resolution'),
    decidedBy: text('decided_by').notNull(),
    decidedAt: instant('decided_at').notNull().defaultNow(),
    commandId: text('command_id'),
  },
  (t) => [primaryKey({ columns: [t.suggestionId, t.hunkId] })],
);
