import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { authorizeBudget, type BudgetRow } from './authorize-budget.ts';
import { holdCalls } from './budget-counters.ts';
import { limitField, warnField } from './create-budget.ts';

export const changeBudgetInput = z.object({
  budgetId: z.string(),
  limitMicroUsd: limitField.optional(),
  warnPercents: warnField.optional(),
  isHard: z.boolean().optional(),
  refusesUnpriced: z.boolean().optional(),
});

/** Changes a limit and what happens at it; calls that are opened from then on see the new one. */
export async function changeBudget(ctx: Context, given: z.input<typeof changeBudgetInput>): Promise<void> {
  const { budgetId, ...changes } = changeBudgetInput.parse(given);
  await authorizeBudget(ctx, budgetId);
  await withTransaction(ctx, async (tx) => {
    await holdCalls(tx);
    await applyChange(tx, await authorizeBudget(tx, budgetId), changes);
  });
}

/** Within a transaction that holds calls, which lets one change happen at a time. */
export async function applyChange(tx: Context, before: BudgetRow, changes: Changes): Promise<void> {
  const { budget, budgetPeriod } = schema;
  const { id: budgetId } = before;
  const after = settingsOf({ ...before, ...withoutUndefined(changes) });
  await tx.db
    .update(budget)
    .set({ ...after, updatedAt: tx.now() })
    .where(eq(budget.id, budgetId));
  // Under another limit the old warnings say nothing: people are told anew.
  if (after.limitMicroUsd !== before.limitMicroUsd)
    await tx.db
      .update(budgetPeriod)
      .set({ warnedPercent: 0, blockedAt: null })
      .where(eq(budgetPeriod.budgetId, budgetId));
  await appendAudit(tx, {
    teamId: before.teamId,
    action: 'budget.change',
    resource: { type: 'budget', id: budgetId },
    detail: { before: settingsOf(before), after },
  });
}

const settingsOf = ({ limitMicroUsd, warnPercents, isHard, refusesUnpriced }: BudgetRow) => ({
  limitMicroUsd,
  warnPercents,
  isHard,
  refusesUnpriced,
});

type Changes = Omit<z.output<typeof changeBudgetInput>, 'budgetId'>;

function withoutUndefined({ limitMicroUsd, warnPercents, isHard, refusesUnpriced }: Changes) {
  return {
    ...(limitMicroUsd !== undefined && { limitMicroUsd }),
    ...(warnPercents && { warnPercents }),
    ...(isHard !== undefined && { isHard }),
    ...(refusesUnpriced !== undefined && { refusesUnpriced }),
  };
}
