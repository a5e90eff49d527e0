import { and, desc, eq, inArray, isNull, or } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { authorizeInstallation, authorizeTeamBySlug, type TeamAccess } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { forecastOf, monthOf, type BudgetEventKind } from '../../core/budget.ts';
import { mayInTeam } from '../../core/permissions.ts';
import { namesOfPeople, visibleProjects } from '../usage/visible-names.ts';
import { authorizeBudgetsOf, type BudgetRow } from './authorize-budget.ts';
import { spentSoFar } from './budget-counters.ts';
import { createBudgetInput } from './create-budget.ts';

export type BudgetMeter = {
  subjectId: string;
  name: string;
  spentMicroUsd: number;
  reservedMicroUsd: number;
  /** What the month will come to when it goes on like this; null when that cannot be told. */
  forecastMicroUsd: number | null;
};

export type BudgetView = Omit<BudgetRow, 'createdBy' | 'createdAt' | 'updatedAt'> & {
  subjectName: string | null;
  isInstallations: boolean;
  /** Whoever drew from it in this period, the dearest first. */
  meters: BudgetMeter[];
};

export const listBudgetsInput = z.object({ team: z.string() });

/**
 * The budgets of a team with what is spent of them: all for those who may see its usage; for others those of the team
 * and their own. Limits that the installation sets for each person are among them.
 */
export async function listBudgets(ctx: Context, given: z.input<typeof listBudgetsInput>): Promise<BudgetView[]> {
  const access = await authorizeTeamBySlug(ctx, listBudgetsInput.parse(given).team, 'team.read');
  const { budget } = schema;
  const rows = await ctx.db
    .select()
    .from(budget)
    .where(or(eq(budget.teamId, access.teamId), and(isNull(budget.teamId), eq(budget.scope, 'person'))))
    .orderBy(budget.id);
  const names = await namesFor(ctx, access);
  const seesAll = mayInTeam(access.role, 'usage.read');
  const { personId } = access.actor;
  const isMine = ({ scope, subjectId }: BudgetRow) =>
    scope === 'team' || scope === 'run' || (scope === 'person' && (subjectId === null || subjectId === personId));
  const visible = rows.filter(
    (row) => row.scope !== 'project' || row.subjectId === null || names.projects.has(row.subjectId),
  );
  const views = await viewsOf(ctx, seesAll ? visible : visible.filter(isMine), names);
  const mayBeTold = (view: BudgetView, { subjectId }: BudgetMeter) =>
    view.teamId === null || !seesAll ? view.scope === 'team' || subjectId === personId : true;
  return views.map((view) => ({ ...view, meters: view.meters.filter((meter) => mayBeTold(view, meter)) }));
}

/** The budgets that installation admins set for all teams. */
export async function listInstallationBudgets(ctx: Context): Promise<BudgetView[]> {
  await authorizeInstallation(ctx);
  const { budget } = schema;
  const rows = await ctx.db.select().from(budget).where(isNull(budget.teamId)).orderBy(budget.id);
  const teams = await ctx.db.select({ id: schema.team.id, name: schema.team.name }).from(schema.team);
  return viewsOf(ctx, rows, { teams: new Map(teams.map(({ id, name }) => [id, name])), projects: new Map() });
}

type Names = { teams: ReadonlyMap<string, string>; projects: ReadonlyMap<string, string> };

async function namesFor(ctx: Context, access: TeamAccess & { team: { id: string; name: string } }): Promise<Names> {
  return { teams: new Map([[access.team.id, access.team.name]]), projects: await visibleProjects(ctx, access) };
}

/** Meters of each period that runs now. More of them than this are left out, the cheapest first. */
const mostMeters = 50;

async function viewsOf(ctx: Context, rows: readonly BudgetRow[], names: Names): Promise<BudgetView[]> {
  const { budgetPeriod: counter } = schema;
  const month = monthOf(ctx.now());
  const counters = await ctx.db
    .select()
    .from(counter)
    .where(
      and(
        inArray(
          counter.budgetId,
          rows.map(({ id }) => id),
        ),
        inArray(counter.period, [month, 'total']),
      ),
    )
    .orderBy(desc(counter.spentMicroUsd), counter.key);
  const ids = [...counters.map(({ subjectId }) => subjectId), ...rows.flatMap(({ subjectId }) => subjectId ?? [])];
  const people = await namesOfPeople(ctx, [...new Set(ids)]);
  const nameOf = (row: BudgetRow, id: string) => nameIn({ ...names, people }, row, id);
  return rows.map((row) => {
    const { createdBy: _by, createdAt: _at, updatedAt: _changed, ...shown } = row;
    const own = counters.filter(({ budgetId }) => budgetId === row.id).slice(0, mostMeters);
    const meters = own.map(({ subjectId, spentMicroUsd, reservedMicroUsd }) => ({
      subjectId,
      name: nameOf(row, subjectId),
      spentMicroUsd,
      reservedMicroUsd,
      forecastMicroUsd: row.period === 'month' ? (forecastOf(spentMicroUsd, month, ctx.now()) ?? null) : null,
    }));
    const subjectName = row.subjectId === null ? null : nameOf(row, row.subjectId);
    return { ...shown, subjectName, isInstallations: row.teamId === null, meters };
  });
}

function nameIn(names: Names & { people: ReadonlyMap<string, string> }, { scope }: BudgetRow, id: string): string {
  switch (scope) {
    case 'installation':
      return 'All teams';
    case 'team':
      return names.teams.get(id) ?? id;
    case 'project':
      return names.projects.get(id) ?? 'A project you have no access to';
    case 'person':
      return names.people.get(id) ?? id;
    case 'run':
      return id;
  }
}

export const previewBudgetInput = createBudgetInput.pick({
  team: true,
  scope: true,
  subject: true,
  period: true,
  limitMicroUsd: true,
});

/** What a limit would mean today: how many it is about, how much they spent in its period, and how many are over it. */
export async function previewBudget(
  ctx: Context,
  given: z.input<typeof previewBudgetInput>,
): Promise<{ subjects: number; over: number; spentMicroUsd: number; highestMicroUsd: number }> {
  const { team, subject, limitMicroUsd, scope, period } = previewBudgetInput.parse(given);
  const teamId = await authorizeBudgetsOf(ctx, team);
  const spent = await spentSoFar(ctx, { teamId, scope, period, subjectId: subject ?? null }, ctx.now());
  const sums = spent.map((one) => one.spentMicroUsd);
  return {
    subjects: spent.length,
    over: sums.filter((sum) => sum >= limitMicroUsd).length,
    spentMicroUsd: sums.reduce((sum, one) => sum + one, 0),
    highestMicroUsd: Math.max(0, ...sums),
  };
}

export type BudgetNotice = {
  id: string;
  at: Date;
  kind: BudgetEventKind;
  scope: BudgetRow['scope'];
  percent: number;
  spentMicroUsd: number;
  limitMicroUsd: number;
  person: { id: string; name: string };
  isMine: boolean;
};

const mostNotices = 50;

/** What budgets told lately: everything of the team to those who manage them, to others what concerns their calls. */
export async function listNotices(ctx: Context, given: z.input<typeof listBudgetsInput>): Promise<BudgetNotice[]> {
  const { teamId, role, actor } = await authorizeTeamBySlug(ctx, listBudgetsInput.parse(given).team, 'team.read');
  const { budgetEvent, budget, person } = schema;
  const own = mayInTeam(role, 'budget.manage') ? undefined : eq(budgetEvent.personId, actor.personId);
  const rows = await ctx.db
    .select({ event: budgetEvent, scope: budget.scope, name: person.name })
    .from(budgetEvent)
    .innerJoin(budget, eq(budget.id, budgetEvent.budgetId))
    .leftJoin(person, eq(person.id, budgetEvent.personId))
    .where(and(eq(budgetEvent.teamId, teamId), own))
    .orderBy(desc(budgetEvent.createdAt), desc(budgetEvent.id))
    .limit(mostNotices);
  return rows.map(({ event, scope, name }) => ({
    id: event.id,
    at: event.createdAt,
    kind: event.kind,
    scope,
    percent: event.percent,
    spentMicroUsd: event.spentMicroUsd,
    limitMicroUsd: event.limitMicroUsd,
    person: { id: event.personId, name: name ?? event.personId },
    isMine: event.personId === actor.personId,
  }));
}
