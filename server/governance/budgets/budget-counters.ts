import { sql, type SQL } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import { counterKey, monthOf, type Budget } from '../../core/budget.ts';

const { modelCall } = schema;

/**
 * Keeps calls from being opened and settled until the transaction ends, and makes every process look at the budgets
 * again: what is counted meanwhile is exact. Comes before anything else in a transaction that changes budgets.
 */
export async function holdCalls(tx: Context): Promise<void> {
  await tx.db.execute(sql`lock table ${modelCall} in share row exclusive mode`);
  await changeRevision(tx);
}

/** Makes every process read budgets and recording levels again before its next call. */
export async function changeRevision(tx: Context): Promise<void> {
  const { budgetRevision } = schema;
  await tx.db
    .insert(budgetRevision)
    .values({ id: 1, revision: 1 })
    .onConflictDoUpdate({ target: budgetRevision.id, set: { revision: sql`${budgetRevision.revision} + 1` } });
}

type About = Pick<Budget, 'teamId' | 'scope' | 'subjectId' | 'period'>;

/** The column of a call that says whom a budget of this scope is about. */
function subjectColumn(scope: Budget['scope']): SQL {
  switch (scope) {
    case 'installation':
      return sql`''`;
    case 'team':
      return sql`${modelCall.teamId}`;
    case 'project':
      return sql`${modelCall.projectId}`;
    case 'person':
      return sql`${modelCall.personId}`;
    case 'run':
      return sql`${modelCall.runId}`;
  }
}

function isAbout(budget: About, at: Date): SQL {
  const subject = subjectColumn(budget.scope);
  const of = budget.subjectId === null ? sql`${subject} is not null` : sql`${subject} = ${budget.subjectId}`;
  const inTeam = budget.teamId === null ? sql`true` : sql`${modelCall.teamId} = ${budget.teamId}`;
  const since =
    budget.period === 'total'
      ? sql`true`
      : sql`${modelCall.startedAt} >= ${`${monthOf(at)}-01T00:00:00Z`}::timestamptz`;
  return sql`${inTeam} and ${of} and ${since}`;
}

/** Each call that the budget is about, with what it counts for. */
function callsAbout(budget: About, at: Date): SQL {
  return sql`
    select ${modelCall.id} as id, ${subjectColumn(budget.scope)} as subject, ${modelCall.costMicroUsd} as cost,
      case ${modelCall.state} when 'started' then ${modelCall.reservedMicroUsd} end as reserved
    from ${modelCall} where ${isAbout(budget, at)}`;
}

export type SpentBy = { subjectId: string; spentMicroUsd: number; reservedMicroUsd: number };

/** What calls have spent and set aside in the period so far, for each whom the budget is about; the dearest first. */
export async function spentSoFar(ctx: Context, budget: About, at: Date): Promise<SpentBy[]> {
  const { rows } = await ctx.db.execute<{ subject: string; spent: string; reserved: string }>(sql`
    select subject, coalesce(sum(cost), 0) as spent, coalesce(sum(reserved), 0) as reserved
    from (${callsAbout(budget, at)}) call group by subject order by spent desc, subject`);
  return rows.map((row) => ({
    subjectId: row.subject,
    spentMicroUsd: Number(row.spent),
    reservedMicroUsd: Number(row.reserved),
  }));
}

/** Begins the counters of a new budget with what was spent in this period, and has the calls under way count for it. */
export async function beginCounters(tx: Context, budget: About & { id: string }, at: Date): Promise<void> {
  const period = budget.period === 'month' ? monthOf(at) : 'total';
  const prefix = counterKey(budget.id, period, '');
  await tx.db.execute(sql`
    insert into budget_period (key, budget_id, period, subject_id, spent_micro_usd, reserved_micro_usd)
    select ${prefix}::text || subject, ${budget.id}, ${period}, subject, coalesce(sum(cost), 0), coalesce(sum(reserved), 0)
    from (${callsAbout(budget, at)}) call group by subject`);
  await tx.db.execute(sql`
    update ${modelCall} set budget_keys = array_append(budget_keys, ${prefix}::text || subject)
    from (${callsAbout(budget, at)}) call
    where call.id = ${modelCall.id} and ${modelCall.state} in ('started', 'interrupted')`);
}
