import type { PolicyWord } from '../core/model-call.ts';
import type { PolicyModel, PolicyProject, PolicyQuestion } from '../core/policy-question.ts';
import { factsOf, type PolicyFacts } from './policies/policy-request.ts';
import { freshen, keepWord, memory, ownerOf, policyProjectOf, policySetOf } from './policies/policy-memory.ts';
import { askPolicySet, type PolicySet } from './policies/policy-set.ts';
import type { VaryingFact } from './policies/facts-read.ts';

const unknownProject: PolicyWord = {
  effect: 'deny',
  rules: [
    {
      id: 'unknown-project',
      title: 'The project of this call is not one of the team',
      advice: 'Use a key of the team that the project belongs to.',
    },
  ],
};

/**
 * What the policies in force say (docs/spec/policy.md): the installation's and, where the team has some, the team's must
 * both permit. The word names the policies that decided. Microseconds when the same was asked before.
 * @throws when policies cannot be read at all, which the caller takes for a denial
 */
export async function decide(question: PolicyQuestion, at: Date = new Date()): Promise<PolicyWord> {
  await freshen();
  const { teamId, projectId } = question.caller;
  const [installation, team, project] = await Promise.all([
    policySetOf(null),
    policySetOf(teamId),
    projectId === undefined ? undefined : policyProjectOf(teamId, projectId),
  ]);
  if (projectId !== undefined && project === undefined) return unknownProject;
  const facts = factsOf(question, at);
  const sets = [installation, team].filter((set) => set !== undefined);
  const key = keyOf({ question, facts, project, sets });
  const kept = memory().words.get(key);
  if (kept) return kept;
  const word = combine(
    askPolicySet(required(installation), { question, facts, project }, ownerOf(null)),
    team && askPolicySet(team, { question, facts, project }, ownerOf(teamId)),
  );
  keepWord(key, word);
  return word;
}

function required(set: PolicySet | undefined): PolicySet {
  if (!set) throw new Error('the installation has no policies');
  return set;
}

/** Both must permit; of a denial only the rules that deny are named. */
export function combine(installation: PolicyWord, team: PolicyWord | undefined): PolicyWord {
  if (!team || team.effect === installation.effect)
    return { effect: installation.effect, rules: [...installation.rules, ...(team?.rules ?? [])] };
  return installation.effect === 'deny' ? installation : team;
}

type Asked = { question: PolicyQuestion; facts: PolicyFacts; project: PolicyProject | undefined; sets: PolicySet[] };

/** Everything the answer can depend on. Facts that vary from call to call are in it only where a policy looks at them. */
function keyOf({ question, facts, project, sets }: Asked): string {
  const { caller } = question;
  const varying: Record<VaryingFact, unknown> = { ...facts, keyId: caller.run?.id ?? caller.key?.id };
  const reads = new Set(sets.flatMap((set) => [...set.reads]));
  return JSON.stringify([
    facts.action,
    facts.dataClass,
    facts.path,
    facts.agent,
    caller.run ? 'run' : caller.key ? 'token' : 'person',
    caller.teamId,
    caller.person.id,
    caller.person.email,
    caller.role,
    project ?? null,
    'model' in question ? modelFacts(question.model) : null,
    [...reads].map((fact) => [fact, varying[fact]]),
    sets.map(({ name }) => name),
  ]);
}

const modelFacts = ({ alias, target }: PolicyModel) => [
  alias,
  target.modelId,
  target.providerId,
  target.providerName,
  target.place,
  target.upstreamModel,
  target.price?.output,
];
