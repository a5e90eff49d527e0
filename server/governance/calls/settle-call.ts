import { setTimeout } from 'node:timers/promises';
import { pool } from '../../../db/client.ts';
import { percentToTell, type BudgetScope } from '../../core/budget.ts';
import { costOf } from '../../core/call-cost.ts';
import { maskText } from '../../core/dlp/mask.ts';
import { scanText } from '../../core/dlp/scan.ts';
import type { LlmUsage } from '../../core/llm-message.ts';
import type { FoundClass, ModelCallOutcome, ModelTarget } from '../../core/model-call.ts';
import { GroupCommit, isAboutContent } from '../../platform/group-commit.ts';
import { log } from '../../platform/log.ts';
import { singleton } from '../../platform/singleton.ts';
import { tellOfBudget, type Reached } from '../budgets/tell-of-budget.ts';
import { letGoOfCall } from './call-node.ts';
import { sealContent, type CallContent } from './call-content.ts';
import { storable, targetColumns } from './call-rows.ts';
import { countSettled } from './call-metrics.ts';
import type { OpenedCall } from './opened-call.ts';

/** What else is known of a call when it ends. */
export type Sent = {
  /** Where it went in the end, when that is not its first target. */
  target?: ModelTarget;
  /** From the opening to the first byte of the answer. */
  firstByteMs?: number;
  /** What was found in the answer. */
  found?: readonly FoundClass[];
  /** Request and answer as the upstream saw them, masked; kept where the team records in full. */
  content?: CallContent;
};

const mostAtOnce = 256;
/** Nobody waits for a settlement, so one commit takes those of a while; who would be refused for what they hold has them written first. */
const lingerMs = 20;
const dayMs = 86_400_000;

type Item = { opened: OpenedCall; outcome: ModelCallOutcome; sent: Sent; at: Date; latencyMs: number };

const settling = () =>
  singleton('call-settling', () => new GroupCommit<Item, void>(writeBatch, { mostAtOnce, lingerMs }));

/**
 * Ends a call: gives back what was set aside, books what it really cost and writes down how it ended. A second
 * settlement of a call changes nothing; one of a call that was taken for interrupted puts its figures right.
 */
export async function settleCall(opened: OpenedCall, outcome: ModelCallOutcome, sent: Sent = {}): Promise<void> {
  const latencyMs = performance.now() - opened.openedAtMs;
  await settling().add({ opened, outcome, sent, at: new Date(), latencyMs });
}

/** Writes the settlements that were asked for so far at once; resolves when they are written, or have failed. */
export async function settlementsWritten(): Promise<void> {
  await settling().flushed();
}

/** Resolves once every settlement that was asked for is written, or has failed. */
export async function callsSettled(): Promise<void> {
  await settling().settled();
}

/**
 * The next call of the same person waits for the counters that this holds, so it does not wait for the disk: a settlement that a crash of the
 * database loses was written less than a second before, and its call ends as interrupted. The opening of a call does wait.
 * Calls are named by an array, of which Postgres expects few: joined with the rows alone, of which it expects a hundred, it read the whole table.
 */
const settleStatement = {
  name: 'model_calls_settle',
  text: `
    with quickly as materialized (
      select set_config('synchronous_commit', 'off', true)
    ), given as materialized (
      select distinct on (each.id) each.* from quickly, json_populate_recordset(null::model_call, $1) each
    ), mine as materialized (
      select call.id, call.budget_keys,
        case call.state when 'started' then call.reserved_micro_usd else 0 end as freed,
        case call.state when 'started' then 0 else coalesce(call.cost_micro_usd, 0) end as booked
      from model_call call
      where call.id = any ($3) and call.state in ('started', 'interrupted') order by call.id for update
    ), ended as (
      update model_call call set
        state = given.state, error_kind = given.error_kind, error_message = given.error_message,
        input_tokens = given.input_tokens, output_tokens = given.output_tokens,
        cache_read_tokens = given.cache_read_tokens, cache_write_tokens = given.cache_write_tokens,
        thinking_tokens = given.thinking_tokens, cost_micro_usd = given.cost_micro_usd,
        is_priced = given.is_priced, is_estimate = given.is_estimate,
        model_id = given.model_id, provider_id = given.provider_id, provider_name = given.provider_name,
        upstream_model = given.upstream_model, place = given.place,
        findings = call.findings || given.findings, latency_ms = given.latency_ms, first_byte_ms = given.first_byte_ms, finished_at = given.finished_at
      from mine join given on given.id = mine.id where call.id = any ($3) and call.id = mine.id
    ), kept as (
      insert into model_call_content select each.*
      from json_populate_recordset(null::model_call_content, $2) each join mine on mine.id = each.call_id
      on conflict do nothing
    ), change as materialized (
      select key, sum(mine.freed) as freed, sum(coalesce(given.cost_micro_usd, 0) - mine.booked) as spent
      from mine join given on given.id = mine.id, unnest(mine.budget_keys) as key group by key
    ), locked as materialized (
      select counter.key, change.freed, change.spent
      from change join budget_period counter on counter.key = change.key order by counter.key for update of counter
    ), counted as (
      update budget_period counter set
        reserved_micro_usd = counter.reserved_micro_usd - locked.freed,
        spent_micro_usd = counter.spent_micro_usd + locked.spent
      from locked where counter.key = locked.key
      returning counter.key, counter.budget_id, counter.subject_id, counter.spent_micro_usd, counter.warned_percent
    )
    select counted.key, counted.spent_micro_usd as spent, counted.warned_percent as warned,
      budget.scope, budget.limit_micro_usd as "limit", budget.warn_percents as percents
    from counted join budget on budget.id = counted.budget_id
    where budget.subject_id is not null or not exists (
      select from budget own
      where own.subject_id = counted.subject_id and own.scope = budget.scope and own.period = budget.period
        and own.team_id is not distinct from budget.team_id
    )`,
};

type CountedRow = { key: string; scope: BudgetScope; spent: string; warned: number; limit: string; percents: number[] };

async function writeBatch(items: readonly Item[]): Promise<void[]> {
  const rows = items.map(rowOf);
  const values = [JSON.stringify(rows), JSON.stringify(items.flatMap(contentOf)), rows.map(({ id }) => id)];
  const counted = await writeUntilWritten(values);
  for (const { opened } of items) letGoOfCall(opened.id);
  for (const [index, item] of items.entries()) countSettled(item, costColumnOf(rows[index]));
  const reached = counted.flatMap((row) => reachedBy(row, items));
  // What could not be told now is still to be told when the next call ends.
  if (reached.length > 0)
    void tellOfBudget(reached).catch((error: unknown) => log().error({ err: error }, 'could not tell of a budget'));
  return items.map(() => undefined);
}

const firstWaitMs = 100;
const longestWaitMs = 5_000;

/** A database that is away for a while must not leave calls open: it is tried until it is written. */
async function writeUntilWritten(values: readonly unknown[]): Promise<CountedRow[]> {
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    try {
      return (await pool().query<CountedRow>({ ...settleStatement, values: [...values] })).rows;
    } catch (error) {
      if (isAboutContent(error)) throw error;
      log().error({ err: error }, 'could not settle model calls, trying again');
      await setTimeout(waitMs, undefined, { ref: false });
    }
  }
}

const costColumnOf = (row: ReturnType<typeof rowOf> | undefined) => row?.cost_micro_usd ?? null;

/** Providers repeat what they were sent in their words of what is wrong with it. */
const withoutValues = (message: string) => maskText(message, scanText(message));

const noTokens: LlmUsage = { input: 0, output: 0 };

function rowOf({ opened, outcome, sent, at, latencyMs }: Item) {
  const target = sent.target ?? opened.call.targets[0];
  // What failed without a word of tokens has used none.
  const usage = outcome.usage ?? noTokens;
  return {
    id: opened.id,
    state: outcome.state,
    error_kind: outcome.state === 'failed' ? outcome.error.kind : null,
    error_message: outcome.state === 'failed' ? storable(withoutValues(outcome.error.message), 2_000) : null,
    input_tokens: Math.round(usage.input),
    output_tokens: Math.round(usage.output),
    cache_read_tokens: usage.cacheRead ?? null,
    cache_write_tokens: usage.cacheWrite ?? null,
    thinking_tokens: usage.thinking ?? null,
    cost_micro_usd: costOf(usage, target?.price),
    is_priced: target?.price !== undefined,
    is_estimate: outcome.isEstimate,
    ...targetColumns(target),
    findings: sent.found ?? [],
    latency_ms: Math.round(latencyMs),
    first_byte_ms: sent.firstByteMs === undefined ? null : Math.round(sent.firstByteMs),
    finished_at: at,
  };
}

function contentOf({ opened, sent, at }: Item) {
  const { level, retentionDays } = opened.recording;
  if (level !== 'full' || !sent.content) return [];
  const { requestSealed, answerSealed } = sealContent(sent.content);
  return {
    call_id: opened.id,
    team_id: opened.call.caller.teamId,
    request_sealed: requestSealed,
    answer_sealed: answerSealed,
    created_at: at,
    expires_at: new Date(at.getTime() + retentionDays * dayMs),
  };
}

function reachedBy({ key, scope, spent, warned, limit, percents }: CountedRow, items: readonly Item[]): Reached[] {
  const [spentMicroUsd, limitMicroUsd] = [Number(spent), Number(limit)];
  const percent = percentToTell({ spentMicroUsd, limitMicroUsd, warnPercents: percents, warnedPercent: warned });
  // Any of them may have been the one; the last of those that it concerns is told.
  const caller = items.findLast(({ opened }) => mayDrawFrom(key, opened))?.opened.call.caller;
  if (percent === undefined || !caller) return [];
  return [{ key, scope, kind: 'warned', percent, spentMicroUsd, limitMicroUsd, caller }];
}

/** Whether the counter is about somebody or something of this call. */
function mayDrawFrom(key: string, { call: { caller } }: OpenedCall): boolean {
  const subject = key.split('/')[2] ?? '';
  return ['', caller.teamId, caller.projectId, caller.person.id, caller.run?.id].includes(subject);
}
