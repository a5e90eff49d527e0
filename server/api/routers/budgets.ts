import { askForRaise, askForRaiseInput, listRaises, listRaisesInput } from '../../governance/budgets/ask-for-raise.ts';
import { changeBudget, changeBudgetInput } from '../../governance/budgets/change-budget.ts';
import { createBudget, createBudgetInput } from '../../governance/budgets/create-budget.ts';
import { decideRaise, decideRaiseInput } from '../../governance/budgets/decide-raise.ts';
import {
  listBudgets,
  listBudgetsInput,
  listInstallationBudgets,
  listNotices,
  previewBudget,
  previewBudgetInput,
} from '../../governance/budgets/list-budgets.ts';
import { removeBudget, removeBudgetInput } from '../../governance/budgets/remove-budget.ts';
import { procedure, router } from '../trpc.ts';

export const budgetsRouter = router({
  list: procedure.input(listBudgetsInput).query(({ ctx, input }) => listBudgets(ctx, input)),
  installation: procedure.query(({ ctx }) => listInstallationBudgets(ctx)),
  /** What a limit would mean today. */
  preview: procedure.input(previewBudgetInput).query(({ ctx, input }) => previewBudget(ctx, input)),
  create: procedure.input(createBudgetInput).mutation(({ ctx, input }) => createBudget(ctx, input)),
  change: procedure.input(changeBudgetInput).mutation(({ ctx, input }) => changeBudget(ctx, input)),
  remove: procedure.input(removeBudgetInput).mutation(({ ctx, input }) => removeBudget(ctx, input)),
  notices: procedure.input(listBudgetsInput).query(({ ctx, input }) => listNotices(ctx, input)),
  raises: procedure.input(listRaisesInput).query(({ ctx, input }) => listRaises(ctx, input)),
  askForRaise: procedure.input(askForRaiseInput).mutation(({ ctx, input }) => askForRaise(ctx, input)),
  decideRaise: procedure.input(decideRaiseInput).mutation(({ ctx, input }) => decideRaise(ctx, input)),
});
