import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eq, sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { schema } from '../../../db/client.ts';
import { testingEnv } from '../../../db/testing-data-folder.ts';
import { testDatabase } from '../../../db/testing.ts';
import { newPerson, newTeam } from '../../auth/testing.ts';
import { changeBudget } from '../budgets/change-budget.ts';
import { createBudget } from '../budgets/create-budget.ts';
import { startCallService } from './call-service.ts';
import { newBudget } from './testing.ts';

/** Processes of their own on one database: side by side, and killed in the middle of their calls. */
const { db, url } = await testDatabase();
const { budgetPeriod, modelCall } = schema;
const admin = await newPerson('Ada');
const children: ChildProcess[] = [];
const service = startCallService({ nodeId: 'node_here' });

afterAll(async () => {
  await service.stop();
  const living = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  const ended = living.map((child) => once(child, 'exit'));
  for (const child of living) child.kill('SIGKILL');
  await Promise.all(ended);
});

/** Starts a process; resolves with what it says when its calls are open or ended. */
async function callsOf(teamId: string, mode: 'hold' | 'spend', calls: number) {
  const file = path.join(import.meta.dirname, 'testing-process.ts');
  const child = spawn(process.execPath, [file, url, teamId, mode, String(calls)], {
    env: testingEnv({ DATABASE_URL: url, LOG_LEVEL: 'silent' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  const [nodeId = '', refused = ''] = String(line).trim().split(' ');
  return { child, nodeId, refused: Number(refused) };
}

/** From here on, the database itself refuses a counter that is overspent or gave back too much. */
async function guardCounters(): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create function not_overspent() returns trigger language plpgsql as $$
    begin
      if new.reserved_micro_usd < 0 or new.spent_micro_usd + new.reserved_micro_usd >
        (select limit_micro_usd from budget where id = new.budget_id and is_hard)
      then raise exception 'overspent: %', new; end if;
      return new;
    end $$;
    create trigger not_overspent before insert or update on budget_period for each row execute function not_overspent();`);
  await client.end();
}

test('[BU3] [BU13] three processes draw from the same budgets while these change, and never overspend', async () => {
  const teamId = await newTeam('Alpha', [[admin, 'admin']]);
  const [team] = await db.select().from(schema.team).where(eq(schema.team.id, teamId));
  await guardCounters();
  await newBudget({ limitMicroUsd: 120_000 });
  const limits = { team: team?.slug ?? '', period: 'month', limitMicroUsd: 30_000 } as const;
  const { budgetId } = await createBudget(admin.ctx, { ...limits, scope: 'team' });
  const running = Promise.all([1, 2, 3].map(() => callsOf(teamId, 'spend', 1_000)));
  const isOver = running.then(
    () => true,
    () => true,
  );
  await createBudget(admin.ctx, { ...limits, scope: 'person', limitMicroUsd: 50_000 });
  for (let limit = 40_000; limit <= 90_000; limit += 10_000) {
    await changeBudget(admin.ctx, { budgetId, limitMicroUsd: limit });
    const calls = async () => (await db.select({ id: modelCall.id }).from(modelCall)).length;
    const before = await calls();
    await expect.poll(async () => (await Promise.race([isOver, calls()])) !== before, { timeout: 30_000 }).toBe(true);
  }
  const processes = await running;
  expect(processes.map(({ child }) => child.exitCode ?? 0)).toEqual([0, 0, 0]);
  const [sums] = await db
    .select({
      spent: sql<number>`sum(${modelCall.costMicroUsd})::int`,
      denied: sql<number>`(count(*) filter (where ${modelCall.state} = 'denied'))::int`,
      calls: sql<number>`count(*)::int`,
    })
    .from(modelCall);
  const counters = await db.select().from(budgetPeriod);
  expect(counters.every(({ reservedMicroUsd }) => reservedMicroUsd === 0)).toBe(true);
  // Each budget has seen every micro-USD, from before it was made on.
  expect(counters.find(({ subjectId }) => subjectId === '')?.spentMicroUsd).toBe(sums?.spent);
  expect(counters.find(({ subjectId }) => subjectId === teamId)?.spentMicroUsd).toBe(sums?.spent);
  expect(sums?.calls).toBe(3_000);
  expect(sums?.denied).toBe(processes.reduce((sum, { refused }) => sum + refused, 0));
  expect(sums?.denied).toBeGreaterThan(0);
}, 120_000);

test('[BU11] a process is killed in the middle of its calls: they are interrupted and booked, those of a living one are not', async () => {
  const teamId = await newTeam('Beta', [[admin, 'admin']]);
  const budgetId = await newBudget({ limitMicroUsd: 1e9, scope: 'team', teamId });
  const [doomed, living] = await Promise.all([callsOf(teamId, 'hold', 40), callsOf(teamId, 'hold', 40)]);
  const statesOf = async (nodeId: string) =>
    (
      await db
        .selectDistinct({ state: modelCall.state, isEstimate: modelCall.isEstimate })
        .from(modelCall)
        .where(eq(modelCall.nodeId, nodeId))
    ).map(({ state, isEstimate }) => `${state} ${isEstimate}`);
  expect(await statesOf(doomed.nodeId)).toEqual(['started true']);
  doomed.child.kill('SIGKILL');
  await expect.poll(() => statesOf(doomed.nodeId), { timeout: 30_000 }).toEqual(['interrupted true']);
  expect(await statesOf(living.nodeId)).toEqual(['started true']);
  const setAside = async (nodeId: string) =>
    (await db.select().from(modelCall).where(eq(modelCall.nodeId, nodeId))).reduce(
      (sum, call) => sum + call.reservedMicroUsd,
      0,
    );
  const [counter] = await db.select().from(budgetPeriod).where(eq(budgetPeriod.budgetId, budgetId));
  expect(counter).toMatchObject({
    spentMicroUsd: await setAside(doomed.nodeId),
    reservedMicroUsd: await setAside(living.nodeId),
  });
}, 120_000);
