import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { requirePerson } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { budgetPeriods, budgetScopes } from '../../core/budget.ts';
import { AppError } from '../../core/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorizeBudgetsOf } from './authorize-budget.ts';
import { beginCounters, holdCalls } from './budget-counters.ts';

/** A billion dollars. */
const most = 1e15;

export const limitField = z.number().int().min(0).max(most).describe('In micro-USD');
export const warnField = z
  .array(z.number().int().min(1).max(100))
  .max(5)
  .transform((percents) => [...new Set(percents)].toSorted((a, b) => a - b));

export const createBudgetInput = z.object({
  /** Slug of the team; null: of the installation, for all teams. */
  team: z.string().nullable(),
  scope: z.enum(budgetScopes),
  /** The one project or person; without it, each of them has the limit. */
  subject: z.string().optional(),
  period: z.enum(budgetPeriods),
  limitMicroUsd: limitField,
  warnPercents: warnField.default([80, 100]),
  isHard: z.boolean().default(true),
  refusesUnpriced: z.boolean().default(false),
});

/**
 * Sets a limit. What was spent in its period before counts for it.
 * @throws conflict when there is one for the same already, invalid when scope and owner do not go together
 */
export async function createBudget(
  ctx: Context,
  given: z.input<typeof createBudgetInput>,
): Promise<{ budgetId: string }> {
  const { team, subject, ...input } = createBudgetInput.parse(given);
  const teamId = await authorizeBudgetsOf(ctx, team);
  const wanted = { ...input, teamId, subjectId: subject ?? null };
  const budgetId = newId('bud');
  await withTransaction(ctx, async (tx) => {
    await holdCalls(tx);
    await requireFitting(tx, wanted);
    await requireNew(tx, wanted);
    const { personId } = requirePerson(tx);
    await tx.db.insert(schema.budget).values({ id: budgetId, ...wanted, createdBy: personId });
    await beginCounters(tx, { id: budgetId, ...wanted }, tx.now());
    await appendAudit(tx, {
      teamId,
      action: 'budget.create',
      resource: { type: 'budget', id: budgetId },
      detail: { after: wanted },
    });
  });
  return { budgetId };
}

type Wanted = Pick<typeof schema.budget.$inferInsert, 'teamId' | 'scope' | 'period'> & {
  teamId: string | null;
  subjectId: string | null;
};

async function requireFitting(tx: Context, { teamId, scope, period, subjectId }: Wanted): Promise<void> {
  if (scope === 'installation' && teamId !== null)
    throw new AppError('invalid', 'A team’s budget is about the team, a project, a person or a run.');
  if (scope === 'run' && (period !== 'total' || subjectId !== null))
    throw new AppError('invalid', 'The budget of runs is a total, and the same for each of them.');
  if (subjectId === null) return;
  const isThere = await findSubject(tx, { teamId, scope, subjectId });
  if (!isThere) throw new AppError('invalid', `There is no such ${scope} in this team. Choose one of the list.`);
}

async function findSubject(tx: Context, { teamId, scope, subjectId }: Omit<Wanted, 'period'>): Promise<boolean> {
  if (subjectId === null) return false;
  if (scope === 'project' && teamId !== null) return hasProject(tx, teamId, subjectId);
  if (scope !== 'person') return false;
  if (teamId !== null) return hasMember(tx, teamId, subjectId);
  const { person } = schema;
  return (await tx.db.select({ id: person.id }).from(person).where(eq(person.id, subjectId))).length > 0;
}

async function hasProject(tx: Context, teamId: string, projectId: string): Promise<boolean> {
  const { project } = schema;
  const rows = await tx.db
    .select({ id: project.id })
    .from(project)
    .where(and(eq(project.id, projectId), eq(project.teamId, teamId), isNull(project.deletedAt)));
  return rows.length > 0;
}

async function hasMember(tx: Context, teamId: string, personId: string): Promise<boolean> {
  const { teamMember } = schema;
  const rows = await tx.db
    .select({ id: teamMember.personId })
    .from(teamMember)
    .where(and(eq(teamMember.teamId, teamId), eq(teamMember.personId, personId)));
  return rows.length > 0;
}

async function requireNew(tx: Context, { teamId, scope, period, subjectId }: Wanted): Promise<void> {
  const { budget } = schema;
  const [same] = await tx.db
    .select({ id: budget.id })
    .from(budget)
    .where(
      and(
        teamId === null ? isNull(budget.teamId) : eq(budget.teamId, teamId),
        eq(budget.scope, scope),
        eq(budget.period, period),
        subjectId === null ? isNull(budget.subjectId) : eq(budget.subjectId, subjectId),
      ),
    );
  if (same) throw new AppError('conflict', 'There is such a budget already. Change its limit instead.');
}
