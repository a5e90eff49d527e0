import {
  checkInput,
  checkPolicyText,
  getPolicies,
  getPolicyVersion,
  listPolicyVersions,
  versionInput,
} from '../../governance/policies/policy-queries.ts';
import { draftInput, publishPolicies, publishPolicyDraft } from '../../governance/policies/publish-policies.ts';
import { consequenceInput, getConsequence } from '../../governance/policies/replay-calls.ts';
import { restorePolicies, restorePoliciesInput } from '../../governance/policies/restore-policies.ts';
import { savePolicyDraft } from '../../governance/policies/save-draft.ts';
import { tryPolicies, tryPoliciesInput } from '../../governance/policies/try-policies.ts';
import { policyWords, policyWordsInput } from '../../governance/policies/policy-words.ts';
import { policiesInput, scopeInput } from '../../governance/policies/write-version.ts';
import { procedure, router } from '../trpc.ts';

export const policiesRouter = router({
  get: procedure.input(scopeInput).query(({ ctx, input }) => getPolicies(ctx, input)),
  versions: procedure.input(scopeInput).query(({ ctx, input }) => listPolicyVersions(ctx, input)),
  version: procedure.input(versionInput).query(({ ctx, input }) => getPolicyVersion(ctx, input)),
  check: procedure.input(checkInput).query(({ ctx, input }) => checkPolicyText(ctx, input)),
  consequence: procedure.input(consequenceInput).query(({ ctx, input }) => getConsequence(ctx, input)),
  words: procedure.input(policyWordsInput).query(({ ctx, input }) => policyWords(ctx, input)),
  try: procedure.input(tryPoliciesInput).query(({ ctx, input }) => tryPolicies(ctx, input)),
  saveDraft: procedure.input(policiesInput).mutation(({ ctx, input }) => savePolicyDraft(ctx, input)),
  publish: procedure.input(policiesInput).mutation(({ ctx, input }) => publishPolicies(ctx, input)),
  publishDraft: procedure.input(draftInput).mutation(({ ctx, input }) => publishPolicyDraft(ctx, input)),
  restore: procedure.input(restorePoliciesInput).mutation(({ ctx, input }) => restorePolicies(ctx, input)),
});
