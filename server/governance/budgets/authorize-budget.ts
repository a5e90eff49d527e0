import { eq } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import { authorizeInstallation, authorizeTeam, authorizeTeamBySlug, requirePerson } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { AppError, isAppError } from '../../core/errors.ts';

export type BudgetRow = typeof schema.budget.$inferSelect;

/**
 * Whose budgets somebody is about to change: a team's by its slug, or the installation's (null).
 * @throws AppError as `authorizeTeam` and `authorizeInstallation` do
 */
export async function authorizeBudgetsOf(ctx: Context, team: string | null): Promise<string | null> {
  if (team !== null) return (await authorizeTeamBySlug(ctx, team, 'budget.manage')).teamId;
  await authorizeInstallation(ctx);
  return null;
}

/** @throws not_found when the actor may not see the budget, forbidden when their role does not reach */
export async function authorizeBudget(ctx: Context, budgetId: string): Promise<BudgetRow> {
  requirePerson(ctx);
  const [row] = await ctx.db.select().from(schema.budget).where(eq(schema.budget.id, budgetId));
  if (!row) throw noBudget();
  try {
    if (row.teamId === null) await authorizeInstallation(ctx);
    else await authorizeTeam(ctx, row.teamId, 'budget.manage');
  } catch (error) {
    const isHidden = isAppError(error) && (error.code === 'not_found' || row.teamId === null);
    throw isHidden && isAppError(error) && error.code !== 'unauthenticated' ? noBudget() : error;
  }
  return row;
}

export const noBudget = () => new AppError('not_found', 'There is no such budget, or you have no access to it.');
