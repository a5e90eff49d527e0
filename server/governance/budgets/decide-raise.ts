import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeTeam, requirePerson } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError, isAppError } from '../../core/errors.ts';
import { authorizeBudget, type BudgetRow } from './authorize-budget.ts';
import { holdCalls } from './budget-counters.ts';
import { applyChange } from './change-budget.ts';
import { createBudget } from './create-budget.ts';

export const decideRaiseInput = z.object({ raiseId: z.string(), decision: z.enum(['grant', 'decline']) });

/**
 * Grants or declines what somebody asked for. Where each person has the limit, they get one of their own; elsewhere the
 * limit rises for all whom it is about.
 * @throws conflict when it was decided already
 */
export async function decideRaise(ctx: Context, given: z.input<typeof decideRaiseInput>): Promise<void> {
  const { raiseId, decision } = decideRaiseInput.parse(given);
  const raise = await authorizeRaise(ctx, raiseId);
  await withTransaction(ctx, async (tx) => {
    await holdCalls(tx);
    const { budgetRaise } = schema;
    const state = decision === 'grant' ? 'granted' : 'declined';
    const decided = await tx.db
      .update(budgetRaise)
      .set({ state, decidedBy: requirePerson(tx).personId, decidedAt: tx.now() })
      .where(and(eq(budgetRaise.id, raiseId), eq(budgetRaise.state, 'open')))
      .returning({ id: budgetRaise.id });
    if (decided.length === 0) throw new AppError('conflict', 'Somebody decided on this already.');
    await appendAudit(tx, {
      teamId: raise.teamId,
      action: `budget.${decision}`,
      resource: { type: 'budget', id: raise.budgetId },
      detail: { personId: raise.personId, askedMicroUsd: raise.askedMicroUsd },
    });
    if (decision === 'grant') await grant(tx, raise);
  });
}

type RaiseRow = typeof schema.budgetRaise.$inferSelect;

async function grant(tx: Context, raise: RaiseRow): Promise<void> {
  const budget = await authorizeBudget(tx, raise.budgetId);
  const limitMicroUsd = raise.askedMicroUsd;
  if (budget.scope === 'person' && budget.subjectId === null) await grantOwnLimit(tx, budget, raise);
  else await applyChange(tx, budget, { limitMicroUsd });
}

async function grantOwnLimit(tx: Context, budget: BudgetRow, raise: RaiseRow): Promise<void> {
  const { slug } = schema.team;
  const [team] = await tx.db.select({ slug }).from(schema.team).where(eq(schema.team.id, raise.teamId));
  const own = await findOwn(tx, raise, budget.period);
  if (own !== undefined) return applyChange(tx, await authorizeBudget(tx, own), { limitMicroUsd: raise.askedMicroUsd });
  const { scope, period, warnPercents, isHard, refusesUnpriced } = budget;
  await createBudget(tx, {
    team: team?.slug ?? '',
    scope,
    period,
    warnPercents,
    isHard,
    refusesUnpriced,
    subject: raise.personId,
    limitMicroUsd: raise.askedMicroUsd,
  });
}

async function findOwn(tx: Context, raise: RaiseRow, period: BudgetRow['period']): Promise<string | undefined> {
  const { budget } = schema;
  const [own] = await tx.db
    .select({ id: budget.id })
    .from(budget)
    .where(
      and(
        eq(budget.teamId, raise.teamId),
        eq(budget.scope, 'person'),
        eq(budget.subjectId, raise.personId),
        eq(budget.period, period),
      ),
    );
  return own?.id;
}

async function authorizeRaise(ctx: Context, raiseId: string): Promise<RaiseRow> {
  requirePerson(ctx);
  const none = () => new AppError('not_found', 'There is no such question, or you have no access to it.');
  const [raise] = await ctx.db.select().from(schema.budgetRaise).where(eq(schema.budgetRaise.id, raiseId));
  if (!raise) throw none();
  await authorizeTeam(ctx, raise.teamId, 'budget.manage').catch((error: unknown) => {
    throw isAppError(error) && error.code === 'not_found' ? none() : error;
  });
  return raise;
}
