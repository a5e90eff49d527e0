import { sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { authorizeTeamBySlug, type TeamAccess } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { monthOf, nextMonth } from '../../core/budget.ts';
import { mayInTeam } from '../../core/permissions.ts';
import { addUsage, noUsage, usageParts, type UsagePart, type UsageRow, type UsageSum } from '../../core/usage.ts';
import { namesOfPeople, visibleProjects } from './visible-names.ts';

export const monthField = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'A month looks like 2026-11.');

export const usageInput = z.object({
  /** Slug of the team. */
  team: z.string(),
  /** In UTC; without it, this month. */
  month: monthField.optional(),
  /** Only the actor's own calls; those who may not see the team's get their own anyway. */
  own: z.boolean().default(false),
});

export type UsageReport = {
  month: string;
  /** Whether it is about the whole team or the actor alone. */
  isOwn: boolean;
  total: UsageSum;
  /** Calls that have not ended; they are in no figure. */
  underWay: number;
  /** Each part adds up to the total. */
  parts: Record<UsagePart, UsageRow[]>;
};

/** More runs than this are told as one. */
const mostRows = 100;

/** Who spent what in a month: one reading of the record, so that everything adds up. */
export async function reportUsage(ctx: Context, given: z.input<typeof usageInput>): Promise<UsageReport> {
  const input = usageInput.parse(given);
  const access = await authorizeTeamBySlug(ctx, input.team, 'team.read');
  const month = input.month ?? monthOf(ctx.now());
  const isOwn = input.own || !mayInTeam(access.role, 'usage.read');
  const groups = await readGroups(ctx, access, { month, isOwn });
  const name = await namer(ctx, access, groups);
  const parts = emptyParts();
  for (const part of usageParts) parts[part] = rowsOf(groups, part, name);
  const whole = groups.find(({ part }) => part === undefined);
  return { month, isOwn, total: whole?.sum ?? noUsage, underWay: whole?.underWay ?? 0, parts };
}

const emptyParts = (): Record<UsagePart, UsageRow[]> => ({
  day: [],
  person: [],
  project: [],
  model: [],
  provider: [],
  run: [],
});

type Group = { part: UsagePart | undefined; key: string | null; sum: UsageSum; underWay: number };

const { modelCall } = schema;
const columns: Record<UsagePart, SQL> = {
  day: sql`to_char(${modelCall.startedAt} at time zone 'utc', 'YYYY-MM-DD')`,
  person: sql`${modelCall.personId}`,
  project: sql`${modelCall.projectId}`,
  model: sql`coalesce(${modelCall.upstreamModel}, ${modelCall.alias})`,
  provider: sql`${modelCall.providerName}`,
  run: sql`${modelCall.runId}`,
};

const ended = sql`filter (where state <> 'started')`;
const unpriced = sql`filter (where state <> 'started' and not is_priced)`;

/** One row for each value of each part, and one for the whole. */
async function readGroups(
  ctx: Context,
  { teamId, actor }: TeamAccess,
  { month, isOwn }: { month: string; isOwn: boolean },
): Promise<Group[]> {
  const own = isOwn ? sql`and ${modelCall.personId} = ${actor.personId}` : sql``;
  const { rows } = await ctx.db.execute<Record<string, string | null>>(sql`
    with call as (
      select ${columns.day} as day, ${columns.person} as person, ${columns.project} as project, ${columns.model} as model,
        ${columns.provider} as provider, ${columns.run} as run, state, is_priced, is_estimate, input_tokens, output_tokens,
        cache_read_tokens, cache_write_tokens, thinking_tokens, cost_micro_usd
      from ${modelCall}
      where ${modelCall.teamId} = ${teamId} and ${modelCall.startedAt} >= ${`${month}-01T00:00:00Z`}::timestamptz
        and ${modelCall.startedAt} < ${nextMonth(month).toISOString()}::timestamptz ${own}
    )
    select case 0 when grouping(day) then 'day' when grouping(person) then 'person' when grouping(project) then 'project'
        when grouping(model) then 'model' when grouping(provider) then 'provider' when grouping(run) then 'run' end as part,
      coalesce(day, person, project, model, provider, run) as key,
      count(*) ${ended} as calls, count(*) filter (where state = 'denied') as denied,
      count(*) filter (where state in ('failed', 'interrupted')) as failed,
      count(*) filter (where state = 'started') as "underWay",
      coalesce(sum(input_tokens) ${ended}, 0) as "inputTokens", coalesce(sum(output_tokens) ${ended}, 0) as "outputTokens",
      coalesce(sum(cache_read_tokens), 0) as "cacheReadTokens", coalesce(sum(cache_write_tokens), 0) as "cacheWriteTokens",
      coalesce(sum(thinking_tokens), 0) as "thinkingTokens", coalesce(sum(cost_micro_usd), 0) as "costMicroUsd",
      count(*) filter (where state not in ('started', 'denied') and is_estimate) as "estimatedCalls",
      count(*) ${unpriced} as "unpricedCalls",
      coalesce(sum(input_tokens + output_tokens) ${unpriced}, 0) as "unpricedTokens"
    from call group by grouping sets ((), (day), (person), (project), (model), (provider), (run))`);
  return rows.map((row) => {
    const part = usageParts.find((one) => one === row['part']);
    const figures = Object.entries(noUsage).map(([name]) => [name, Number(row[name] ?? 0)]);
    return {
      part,
      key: row['key'] ?? null,
      sum: { ...noUsage, ...Object.fromEntries(figures) },
      underWay: Number(row['underWay'] ?? 0),
    };
  });
}

type Namer = (part: UsagePart, key: string | null) => { key: string; name: string };

const withoutKey: Record<UsagePart, string> = {
  day: '',
  person: '',
  project: 'No project',
  model: '',
  provider: 'Went nowhere',
  run: 'No run',
};

async function namer(ctx: Context, access: TeamAccess, groups: readonly Group[]): Promise<Namer> {
  const people = await namesOfPeople(
    ctx,
    groups.flatMap(({ part, key }) => (part === 'person' && key !== null ? key : [])),
  );
  const projects = await visibleProjects(ctx, access);
  return (part, key) => {
    if (key === null) return { key: '', name: withoutKey[part] };
    if (part === 'person') return { key, name: people.get(key) ?? key };
    if (part !== 'project') return { key, name: key };
    const name = projects.get(key);
    return name === undefined ? { key: 'other', name: 'Projects you have no access to' } : { key, name };
  };
}

/** Rows of one part, dearest first (days in their order); what has the same name is one row. */
function rowsOf(groups: readonly Group[], part: UsagePart, nameOf: Namer): UsageRow[] {
  const byKey = new Map<string, UsageRow>();
  for (const group of groups) {
    if (group.part !== part || group.sum.calls === 0) continue;
    const { key, name } = nameOf(part, group.key);
    const before = byKey.get(key);
    byKey.set(key, { key, name, ...addUsage(before ?? noUsage, group.sum) });
  }
  const rows = [...byKey.values()];
  if (part === 'day') return rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const sorted = rows.toSorted(
    (a, b) => b.costMicroUsd - a.costMicroUsd || b.calls - a.calls || (a.key < b.key ? -1 : 1),
  );
  const rest = sorted.slice(mostRows);
  if (rest.length === 0) return sorted;
  const others = { key: 'rest', name: `${rest.length} others`, ...rest.reduce<UsageSum>(addUsage, noUsage) };
  return [...sorted.slice(0, mostRows), others];
}
