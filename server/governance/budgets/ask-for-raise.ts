import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeTeamBySlug } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { mayInTeam } from '../../core/permissions.ts';
import { newId } from '../../platform/ids.ts';
import { noBudget } from './authorize-budget.ts';
import { limitField } from './create-budget.ts';
import { listBudgets } from './list-budgets.ts';

export const askForRaiseInput = z.object({
  team: z.string(),
  budgetId: z.string(),
  limitMicroUsd: limitField,
  reason: z.string().trim().max(500),
});

/** Asks the team's admins for a higher limit of a budget that the actor's calls draw from. One question at a time. */
export async function askForRaise(ctx: Context, given: z.input<typeof askForRaiseInput>): Promise<{ raiseId: string }> {
  const { team, budgetId, limitMicroUsd, reason } = askForRaiseInput.parse(given);
  const { teamId, actor } = await authorizeTeamBySlug(ctx, team, 'model.call');
  const wanted = (await listBudgets(ctx, { team })).find(({ id }) => id === budgetId);
  if (!wanted || wanted.teamId === null) throw noBudget();
  if (limitMicroUsd <= wanted.limitMicroUsd)
    throw new AppError('invalid', 'Ask for a limit that is higher than the one that holds.');
  const raiseId = newId('bra');
  const { budgetRaise } = schema;
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .delete(budgetRaise)
      .where(
        and(
          eq(budgetRaise.teamId, teamId),
          eq(budgetRaise.budgetId, budgetId),
          eq(budgetRaise.personId, actor.personId),
          eq(budgetRaise.state, 'open'),
        ),
      );
    await tx.db.insert(budgetRaise).values({
      id: raiseId,
      teamId,
      budgetId,
      personId: actor.personId,
      reason,
      askedMicroUsd: limitMicroUsd,
      state: 'open',
      createdAt: tx.now(),
    });
    await appendAudit(tx, {
      teamId,
      action: 'budget.ask',
      resource: { type: 'budget', id: budgetId },
      detail: { askedMicroUsd: limitMicroUsd, reason },
    });
  });
  return { raiseId };
}

export type Raise = {
  id: string;
  at: Date;
  budgetId: string;
  person: { id: string; name: string };
  reason: string;
  askedMicroUsd: number;
};

export const listRaisesInput = z.object({ team: z.string() });

/** Open questions for more: all of the team's to those who decide on them, to others their own. */
export async function listRaises(ctx: Context, given: z.input<typeof listRaisesInput>): Promise<Raise[]> {
  const { teamId, role, actor } = await authorizeTeamBySlug(ctx, listRaisesInput.parse(given).team, 'team.read');
  const { budgetRaise, person } = schema;
  const own = mayInTeam(role, 'budget.manage') ? undefined : eq(budgetRaise.personId, actor.personId);
  const rows = await ctx.db
    .select({ raise: budgetRaise, name: person.name })
    .from(budgetRaise)
    .leftJoin(person, eq(person.id, budgetRaise.personId))
    .where(and(eq(budgetRaise.teamId, teamId), eq(budgetRaise.state, 'open'), own))
    .orderBy(desc(budgetRaise.createdAt), desc(budgetRaise.id));
  return rows.map(({ raise, name }) => ({
    id: raise.id,
    at: raise.createdAt,
    budgetId: raise.budgetId,
    person: { id: raise.personId, name: name ?? raise.personId },
    reason: raise.reason,
    askedMicroUsd: raise.askedMicroUsd,
  }));
}
