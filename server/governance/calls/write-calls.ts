import type { PoolClient } from 'pg';
import { pool } from '../../../db/client.ts';
import { insertAuditFrom } from '../../audit/in-statement.ts';
import type { Counter } from '../../core/budget.ts';
import { rowsOf, type CallEntry } from './call-rows.ts';

/** How the statement ended: all of the batch is written, or nothing is, and why. */
export type Written = 'written' | 'outdated' | 'does_not_fit';

/**
 * Opens a batch of calls in one statement, which is one transaction and one round trip: locks the counters in the order
 * of their keys, looks whether all of the batch fits and whether the budgets are still those that the caller knows,
 * sets aside, and writes calls and audit entries. A counter that is not there yet counts as not fitting.
 */
const openStatement = {
  name: 'model_calls_open',
  text: `
    with wish as materialized (
      select key, amount, is_free from json_to_recordset($3) as each (key text, amount bigint, is_free boolean)
    ), locked as materialized (
      select counter.key, wish.amount,
        not budget.is_hard or wish.is_free or wish.amount = 0
          or counter.spent_micro_usd + counter.reserved_micro_usd + wish.amount <= budget.limit_micro_usd as fits
      from wish join budget_period counter on counter.key = wish.key join budget on budget.id = counter.budget_id
      order by counter.key for update of counter
    ), verdict as materialized (
      select case
        when coalesce((select revision from budget_revision), 0) <> $4 then 'outdated'
        when (select count(*) from locked where fits) < (select count(*) from wish) then 'does_not_fit'
        else 'written' end as word
    ), counted as (
      update budget_period counter set reserved_micro_usd = counter.reserved_micro_usd + locked.amount
      from locked, verdict where counter.key = locked.key and verdict.word = 'written'
    ), opened as (
      insert into model_call select each.* from verdict, json_populate_recordset(null::model_call, $1) each
      where verdict.word = 'written'
    ), entered as (
      ${insertAuditFrom('$2')}, verdict where verdict.word = 'written'
    )
    select word from verdict`,
};

/** Writes the whole batch if it fits. Joins the caller's transaction where a client is given. */
export async function writeCalls(
  entries: readonly CallEntry[],
  revision: number,
  client?: PoolClient,
): Promise<Written> {
  const rows = entries.map(rowsOf);
  const values = [
    JSON.stringify(rows.map(({ call }) => call)),
    JSON.stringify(rows.map(({ audit }) => audit)),
    JSON.stringify(wishesOf(entries)),
    revision,
  ];
  const result = await (client ?? pool()).query<{ word: Written }>({ ...openStatement, values });
  const [row] = result.rows;
  if (!row) throw new Error('the statement that opens calls answered nothing');
  return row.word;
}

type WishRow = { key: string; amount: number; is_free: boolean };

function wishesOf(entries: readonly CallEntry[]): WishRow[] {
  const wishes = new Map<string, WishRow>();
  for (const { drawn, mostMicroUsd } of entries)
    for (const { key, isReplaced } of drawn) {
      const amount = (wishes.get(key)?.amount ?? 0) + (mostMicroUsd ?? 0);
      wishes.set(key, { key, amount, is_free: isReplaced });
    }
  return [...wishes.values()];
}

type CounterRow = { key: string; spent: string; reserved: string; blocked: boolean };

/** Counters that are held; `blocked`: those that refused a call before. */
export type HeldCounters = { counters: Map<string, Counter>; blocked: ReadonlySet<string> };

/**
 * Holds the counters until the transaction ends, making those that are not there.
 * @returns undefined when the budgets are no longer those of the revision
 */
export async function lockCounters(
  client: PoolClient,
  keys: readonly CounterName[],
  revision: number,
): Promise<HeldCounters | undefined> {
  // Whoever changes budgets keeps calls from being opened meanwhile; waiting here, nothing else is held.
  await client.query('lock table model_call in row exclusive mode');
  const { rows: revisions } = await client.query<{ revision: string }>('select revision from budget_revision');
  if (Number(revisions[0]?.revision ?? 0) !== revision) return undefined;
  await client.query({
    name: 'budget_period_make',
    text: `insert into budget_period (key, budget_id, period, subject_id)
      select key, budget_id, period, subject_id
      from json_to_recordset($1) as each (key text, budget_id text, period text, subject_id text)
      order by key on conflict do nothing`,
    values: [JSON.stringify(keys)],
  });
  const { rows } = await client.query<CounterRow>({
    name: 'budget_period_lock',
    text: `select key, spent_micro_usd as spent, reserved_micro_usd as reserved, blocked_at is not null as blocked
      from budget_period where key = any($1) order by key for update`,
    values: [keys.map(({ key }) => key)],
  });
  const counters = new Map(
    rows.map(({ key, spent, reserved }) => [key, { spentMicroUsd: Number(spent), reservedMicroUsd: Number(reserved) }]),
  );
  return { counters, blocked: new Set(rows.filter((row) => row.blocked).map(({ key }) => key)) };
}

export type CounterName = { key: string; budget_id: string; period: string; subject_id: string };

/** One transaction on one connection; everything rolls back when `fn` throws. */
export async function inOneTransaction<T>(fn: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool().connect();
  let failure: Error | undefined;
  try {
    await client.query('begin');
    const result = await fn(client);
    await client.query('commit');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error('a transaction failed', { cause: error });
    throw error;
  } finally {
    // A connection whose transaction failed is closed, which rolls back.
    client.release(failure);
  }
}
