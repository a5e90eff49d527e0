import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { authorizeBudget } from './authorize-budget.ts';
import { holdCalls } from './budget-counters.ts';

export const removeBudgetInput = z.object({ budgetId: z.string() });

/** Takes a limit away. What was spent stays in the record of the calls. */
export async function removeBudget(ctx: Context, given: z.input<typeof removeBudgetInput>): Promise<void> {
  const { budgetId } = removeBudgetInput.parse(given);
  const {
    id: _id,
    createdBy: _createdBy,
    createdAt: _createdAt,
    updatedAt: _updatedAt,
    ...before
  } = await authorizeBudget(ctx, budgetId);
  await withTransaction(ctx, async (tx) => {
    await holdCalls(tx);
    await tx.db.delete(schema.budget).where(eq(schema.budget.id, budgetId));
    await appendAudit(tx, {
      teamId: before.teamId,
      action: 'budget.remove',
      resource: { type: 'budget', id: budgetId },
      detail: { before },
    });
  });
}
