import { pool } from '../db/client.ts';
import { setCallNode } from '../server/governance/calls/call-node.ts';
import { openCall } from '../server/governance/calls/open-call.ts';
import { callsSettled, settleCall } from '../server/governance/calls/settle-call.ts';
import { aCall, aCaller, newBudget } from '../server/governance/calls/testing.ts';
import { percentile, type Bench, type Result } from './result.ts';
import { withTemporaryPostgres } from './temporary-postgres.ts';

/**
 * What the durable record of a model call costs: opening it (its row, its audit entry and three budgets, committed) and
 * settling it, by so many callers side by side, each with the next call when its last one is settled. Beside it the
 * smallest commit that this database can make, one after the other.
 */
export const bench: Bench = ({ quick }) =>
  withTemporaryPostgres(async () => {
    setCallNode('node_bench');
    const wide = { limitMicroUsd: 1e15, period: 'month' as const };
    await newBudget({ ...wide, scope: 'installation' });
    await newBudget({ ...wide, scope: 'team', teamId });
    await newBudget({ ...wide, scope: 'person', teamId });
    await measure(64, 500);
    const results = [await smallestCommit(quick ? 200 : 1_000)];
    for (const concurrency of [1, 16, 64])
      results.push(...(await measure(concurrency, (quick ? 500 : 3_000) * Math.min(concurrency, 8))));
    return results;
  });

const teamId = 'team_bench';
const people = Array.from({ length: 20 }, (_none, index) => ({
  id: `per_${index}`,
  name: `Person ${index}`,
  email: `p${index}@example.com`,
}));

async function smallestCommit(rounds: number): Promise<Result> {
  await pool().query('insert into budget_revision values (1, 0) on conflict do nothing');
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await pool().query({ name: 'smallest', text: 'update budget_revision set revision = revision' });
    times.push(performance.now() - start);
  }
  return spread('smallest commit of one row', times);
}

async function measure(concurrency: number, calls: number): Promise<Result[]> {
  const before = await commits();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const times: number[] = [];
  let left = calls;
  const work = async () => {
    while (left-- > 0) {
      const person = people[left % people.length] ?? people[0];
      const began = performance.now();
      const opened = await openCall(aCall(aCaller({ teamId, ...(person && { person }) })));
      times.push(performance.now() - began);
      await settleCall(opened, { state: 'succeeded', usage: { input: 500, output: 100 }, isEstimate: false });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  await callsSettled();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const made = (await commits()) - before;
  return [
    spread(`opening a call, ${concurrency} at once`, times),
    { name: `calls opened and settled, ${concurrency} at once`, unit: '/s', value: calls / seconds },
    { name: `processor time of a call here, ${concurrency} at once`, unit: 'µs', value: (user + system) / calls },
    { name: `calls a commit, ${concurrency} at once`, unit: '', value: (2 * calls) / made },
  ];
}

async function commits(): Promise<number> {
  const { rows } = await pool().query<{ count: string }>('select pg_current_xact_id()::text as count');
  return Number(rows[0]?.count ?? 0);
}

function spread(name: string, times: readonly number[]): Result {
  const p50 = percentile(times, 0.5);
  return { name, unit: 'ms', value: p50, p50, p95: percentile(times, 0.95), p99: percentile(times, 0.99) };
}
