import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { LlmErrorKind, ClientProtocol } from '../../server/core/llm-message.ts';
import type { CallRule, CallShape, CallState, DenialCause, RecordLevel } from '../../server/core/call-record.ts';
import type { FoundClass } from '../../server/core/model-call.ts';
import { id, instant } from './columns.ts';

const micros = (name: string) => bigint(name, { mode: 'number' });

/**
 * One model call (docs/spec/budgets.md). Written before anything leaves, ended once. It outlives the project, session and
 * run that it names.
 */
export const modelCall = pgTable(
  'model_call',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    personId: text('person_id').notNull(),
    projectId: text('project_id'),
    sessionId: text('session_id'),
    runId: text('run_id'),
    keyKind: text('key_kind').$type<'run' | 'token'>().notNull(),
    keyId: text('key_id').notNull(),
    /** The program that called, as its user agent begins. */
    client: text('client').notNull(),
    protocol: text('protocol').$type<ClientProtocol>().notNull(),
    alias: text('alias').notNull(),
    /** Where it was sent; null when it went nowhere. */
    modelId: text('model_id'),
    providerId: text('provider_id'),
    providerName: text('provider_name'),
    upstreamModel: text('upstream_model'),
    place: text('place').$type<'local' | 'remote'>(),
    isStream: boolean('is_stream').notNull(),
    /** What was decided: rules of policy by id, classes of findings without any value. */
    rules: jsonb('rules').$type<CallRule[]>().notNull(),
    findings: jsonb('findings').$type<FoundClass[]>().notNull(),
    state: text('state').$type<CallState>().notNull(),
    deniedBy: text('denied_by').$type<DenialCause>(),
    errorKind: text('error_kind').$type<LlmErrorKind>(),
    errorMessage: text('error_message'),
    /** `input_tokens` is all of the input, the cached parts included; `thinking_tokens` is part of `output_tokens`. */
    inputTokens: bigint('input_tokens', { mode: 'number' }),
    outputTokens: bigint('output_tokens', { mode: 'number' }),
    cacheReadTokens: bigint('cache_read_tokens', { mode: 'number' }),
    cacheWriteTokens: bigint('cache_write_tokens', { mode: 'number' }),
    thinkingTokens: bigint('thinking_tokens', { mode: 'number' }),
    /** Null while it is not known, and for ever when the model has no price. */
    costMicroUsd: micros('cost_micro_usd'),
    isPriced: boolean('is_priced').notNull(),
    /** The tokens are counted here, not told by the upstream. */
    isEstimate: boolean('is_estimate').notNull(),
    /** What was set aside at the start, and the counters (`budget_period.key`) it was set aside from. */
    reservedMicroUsd: micros('reserved_micro_usd').notNull(),
    budgetKeys: text('budget_keys').array().notNull(),
    /** The web process that holds the call; when it is gone the call is interrupted. */
    nodeId: text('node_id').notNull(),
    requestId: text('request_id').notNull(),
    auditEntryId: text('audit_entry_id').notNull(),
    /** Size and kind of the request, where the team records that much. */
    shape: jsonb('shape').$type<CallShape>(),
    latencyMs: integer('latency_ms'),
    firstByteMs: integer('first_byte_ms'),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    index('model_call_team_idx').on(t.teamId, t.startedAt),
    index('model_call_run_idx')
      .on(t.runId)
      .where(sql`run_id is not null`),
    index('model_call_open_idx')
      .on(t.nodeId)
      .where(sql`state = 'started'`),
  ],
);

/** What was asked and answered, masked as it went upstream, for teams that record it in full. Kept for a time only. */
export const modelCallContent = pgTable(
  'model_call_content',
  {
    callId: text('call_id').primaryKey(),
    teamId: text('team_id').notNull(),
    requestSealed: text('request_sealed').notNull(),
    answerSealed: text('answer_sealed').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [index('model_call_content_expires_idx').on(t.expiresAt)],
);

/** How much of its calls a team records. No row: what `core/call-record.ts` says. */
export const callRecording = pgTable('call_recording', {
  teamId: text('team_id').primaryKey(),
  level: text('level').$type<RecordLevel>().notNull(),
  retentionDays: integer('retention_days').notNull(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});
