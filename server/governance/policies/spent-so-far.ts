import { and, eq, gte, isNull, sql, sum } from 'drizzle-orm';
import { db, schema } from '../../../db/client.ts';
import type { PolicyCaller } from '../../core/policy-question.ts';
import { singleton } from '../../platform/singleton.ts';
import { recentMap, type RecentMap } from '../recent-map.ts';

/** What policies that speak of cost go by. It is read for those alone, and once a second for each run or person. */

type Kept = { at: number; spent: Promise<number> };

const keptMs = 1_000;
const kept = (): RecentMap<Kept> => singleton('policies-spent', () => recentMap<Kept>(5_000));

const { modelCall } = schema;

async function sumOfRun(teamId: string, runId: string): Promise<number> {
  const [row] = await db()
    .select({ spent: sum(modelCall.costMicroUsd) })
    .from(modelCall)
    .where(and(eq(modelCall.teamId, teamId), eq(modelCall.runId, runId)));
  return Number(row?.spent ?? 0);
}

async function sumOfDay(teamId: string, personId: string): Promise<number> {
  const [row] = await db()
    .select({ spent: sum(modelCall.costMicroUsd) })
    .from(modelCall)
    .where(
      and(
        eq(modelCall.teamId, teamId),
        eq(modelCall.personId, personId),
        isNull(modelCall.runId),
        gte(modelCall.startedAt, sql`date_trunc('day', now())`),
      ),
    );
  return Number(row?.spent ?? 0);
}

/** In micro-USD: what the caller's run cost until now; without a run, what the person's own tools cost this day in the team. */
export function spentSoFar({ teamId, run, person }: PolicyCaller): Promise<number> {
  const key = `${teamId} ${run?.id ?? person.id}`;
  const now = performance.now();
  const known = kept().get(key);
  if (known && now - known.at < keptMs) return known.spent;
  const spent = run ? sumOfRun(teamId, run.id) : sumOfDay(teamId, person.id);
  kept().set(key, { at: now, spent });
  spent.catch(() => kept().delete(key));
  return spent;
}
