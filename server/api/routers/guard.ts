import {
  getGuardSettings,
  guardSettingsInput,
  setGuardSettings,
  setGuardSettingsInput,
} from '../../governance/guard/guard-settings.ts';
import { listDecisions, listDecisionsInput } from '../../governance/guard/list-decisions.ts';
import {
  approvalsInput,
  listApprovals,
  removeApproval,
  removeApprovalInput,
  setApproval,
  setApprovalInput,
} from '../../governance/guard/manage-approvals.ts';
import {
  addCase,
  addCaseInput,
  casesInput,
  labelDecision,
  labelDecisionInput,
  listCases,
  removeCase,
  removeCaseInput,
} from '../../governance/guard/manage-cases.ts';
import {
  addHouseRules,
  addHouseRulesInput,
  guardScopeInput,
  listHouseRules,
  readRulesInput,
  readRulesOf,
  removeHouseRule,
  removeHouseRuleInput,
} from '../../governance/guard/manage-house-rules.ts';
import {
  measureGuard,
  measureGuardInput,
  replayGuard,
  replayGuardInput,
} from '../../governance/guard/measure-guard.ts';
import { tryAction, tryActionInput } from '../../governance/guard/try-action.ts';
import { procedure, router } from '../trpc.ts';

export const guardRouter = router({
  rules: procedure.input(guardScopeInput).query(({ ctx, input }) => listHouseRules(ctx, input)),
  addRules: procedure.input(addHouseRulesInput).mutation(({ ctx, input }) => addHouseRules(ctx, input)),
  removeRule: procedure.input(removeHouseRuleInput).mutation(({ ctx, input }) => removeHouseRule(ctx, input)),
  approvals: procedure.input(approvalsInput).query(({ ctx, input }) => listApprovals(ctx, input)),
  setApproval: procedure.input(setApprovalInput).mutation(({ ctx, input }) => setApproval(ctx, input)),
  removeApproval: procedure.input(removeApprovalInput).mutation(({ ctx, input }) => removeApproval(ctx, input)),
  settings: procedure.input(guardSettingsInput).query(({ ctx, input }) => getGuardSettings(ctx, input)),
  setSettings: procedure.input(setGuardSettingsInput).mutation(({ ctx, input }) => setGuardSettings(ctx, input)),
  /** Mutations, so that no text stands in an address or a cache. */
  readRules: procedure.input(readRulesInput).mutation(({ ctx, input }) => readRulesOf(ctx, input)),
  try: procedure.input(tryActionInput).mutation(({ ctx, input }) => tryAction(ctx, input)),
  decisions: procedure.input(listDecisionsInput).query(({ ctx, input }) => listDecisions(ctx, input)),
  label: procedure.input(labelDecisionInput).mutation(({ ctx, input }) => labelDecision(ctx, input)),
  cases: procedure.input(casesInput).query(({ ctx, input }) => listCases(ctx, input)),
  addCase: procedure.input(addCaseInput).mutation(({ ctx, input }) => addCase(ctx, input)),
  removeCase: procedure.input(removeCaseInput).mutation(({ ctx, input }) => removeCase(ctx, input)),
  measure: procedure.input(measureGuardInput).query(({ ctx, input }) => measureGuard(ctx, input)),
  replay: procedure.input(replayGuardInput).mutation(({ ctx, input }) => replayGuard(ctx, input)),
});
