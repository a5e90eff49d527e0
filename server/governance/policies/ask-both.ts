import type { PolicyWord } from '../../core/model-call.ts';
import { ownerOf, policySetOf } from './policy-memory.ts';
import { askPolicySet, type AskedQuestion, type PolicySet } from './policy-set.ts';

/** The policies that have a say: the installation's, and the team's where it has some. */
export type BothSets = { installation: PolicySet; team: PolicySet | undefined };

/** What each has to say, and what follows: both must permit; of a denial only the rules that deny are named. */
export function askBoth(sets: BothSets, asked: AskedQuestion): PolicyWord {
  const installation = askPolicySet(sets.installation, asked, ownerOf(null));
  const team = sets.team && askPolicySet(sets.team, asked, ownerOf(asked.question.caller.teamId));
  if (!team || team.effect === installation.effect)
    return { effect: installation.effect, rules: [...installation.rules, ...(team?.rules ?? [])] };
  return installation.effect === 'deny' ? installation : team;
}

/** @throws when they cannot be loaded */
export async function setsInForce(teamId: string): Promise<BothSets> {
  const [installation, team] = await Promise.all([policySetOf(null), policySetOf(teamId)]);
  if (!installation) throw new Error('the installation has no policies');
  return { installation, team };
}
