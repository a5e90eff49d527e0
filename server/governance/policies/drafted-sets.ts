import { ownerOf, policySetOf } from './policy-memory.ts';
import { setsInForce, type BothSets } from './ask-both.ts';
import { makePolicySet, type PolicySet } from './policy-set.ts';
import type { PolicyScope } from './published.ts';

/** The evaluator keeps every name for ever: drafts share a few, and nobody asks one after another has taken its name. */
const draftNames = 16;
let lastDraft = 0;

export type Draft = { scope: PolicyScope; text: string };

/** A text that is not in force, ready to be asked until `draftNames` others were made ready. */
export function draftSet({ scope, text }: Draft): PolicySet {
  lastDraft = (lastDraft + 1) % draftNames;
  return makePolicySet({ name: `draft ${lastDraft}`, text, ...ownerOf(scope) });
}

/** What would decide in a team if the draft were in force. */
export async function setsWithDraft(teamId: string, scope: PolicyScope, draft: PolicySet): Promise<BothSets> {
  if (scope !== null)
    return {
      installation: (await setsInForce(teamId)).installation,
      team: scope === teamId ? draft : await policySetOf(teamId),
    };
  return { installation: draft, team: await policySetOf(teamId) };
}
