import { integer, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { PromptAttachment } from '../../server/core/attachment.ts';
import type { ProposalState, SteerState } from '../../server/core/conversation-state.ts';
import type { RunMode } from '../../server/core/session-event.ts';
import { bytea, createdAt, id, instant } from './columns.ts';
import { session } from './project.ts';
import { run } from './run.ts';

/** What somebody says into a turn that is at work. States change only by compare-and-set (docs/spec/conversation.md). */
export const runSteer = pgTable(
  'run_steer',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    runId: text('run_id')
      .notNull()
      .references(() => run.id, { onDelete: 'cascade' }),
    /** The entry of the log that shows it; also its order. */
    seq: integer('seq').notNull(),
    text: text('text').notNull(),
    authorId: text('author_id').notNull(),
    authorName: text('author_name').notNull(),
    state: text('state').$type<SteerState>().notNull(),
    /** The attempt whose agent was told, or is being told. */
    attempt: integer('attempt'),
    /** The run that has it as its prompt, when the turn took it no more. */
    nextRunId: text('next_run_id'),
    createdAt: createdAt(),
    settledAt: instant('settled_at'),
  },
  (t) => [index('run_steer_run_idx').on(t.runId, t.seq)],
);

/** A prompt by someone who may not prompt: a member sends it under their own name, or declines. */
export const promptProposal = pgTable(
  'prompt_proposal',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    text: text('text').notNull(),
    agent: text('agent').notNull(),
    mode: text('mode').$type<RunMode>(),
    authorId: text('author_id').notNull(),
    authorName: text('author_name').notNull(),
    state: text('state').$type<ProposalState>().notNull(),
    decidedBy: text('decided_by'),
    reason: text('reason'),
    runId: text('run_id'),
    createdAt: createdAt(),
    decidedAt: instant('decided_at'),
  },
  (t) => [index('prompt_proposal_session_idx').on(t.sessionId)],
);

/** An image that somebody put into a prompt. Without a prompt it is removed after a week. */
export const promptImage = pgTable(
  'prompt_image',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    personId: text('person_id').notNull(),
    mimeType: text('mime_type').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    content: bytea('content').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('prompt_image_session_idx').on(t.sessionId)],
);

/** What goes with a run's prompt, and how the prompt came to be. */
export const runPrompt = pgTable('run_prompt', {
  runId: text('run_id')
    .primaryKey()
    .references(() => run.id, { onDelete: 'cascade' }),
  teamId: text('team_id').notNull(),
  attachments: jsonb('attachments').$type<PromptAttachment[]>().notNull(),
  effort: text('effort'),
  /** The run that was stopped for this one. */
  interruptsRunId: text('interrupts_run_id'),
  /** Whose words they are, when a member sent them for somebody. */
  wordsOfName: text('words_of_name'),
  steerId: text('steer_id'),
});
