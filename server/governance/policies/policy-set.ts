import type { PolicyWord } from '../../core/model-call.ts';
import { actActions, type ActAction, type PolicyProject, type PolicyQuestion } from '../../core/policy-question.ts';
import { evaluate, keepPolicies, type CedarAnswer } from '../../platform/parsers/cedar.ts';
import { checkPolicies, isPublishable } from './check-policies.ts';
import { policyRequest, type PolicyFacts } from './policy-request.ts';
import { policySchema } from './policy-schema.ts';
import { forbiddenActs } from './forbidden-acts.ts';
import { everyFact, factsRead, type VaryingFact } from './facts-read.ts';
import { pathTests, type PathTests } from './path-tests.ts';

export type DecidingRule = PolicyWord['rules'][number];

/** The policies of one scope, ready to be asked. */
export type PolicySet = {
  /** The name under which the evaluator keeps them. */
  name: string;
  rules: ReadonlyMap<string, DecidingRule>;
  /** Which of the facts that vary from call to call any of them looks at. */
  reads: ReadonlySet<VaryingFact>;
  /** What agents do that any of them may forbid. */
  forbids: ReadonlySet<ActAction>;
  /** What they ask of a path. */
  paths: PathTests;
  /** Set when the text cannot be used: everything is denied by this rule. */
  broken?: DecidingRule;
};

export type PolicySetSource = {
  name: string;
  text: string;
  /** Before the ids of its policies in words and records: empty for the installation's, `team:` for a team's. */
  prefix: string;
  /** Whose they are, for people: "this installation", "this team". */
  owner: string;
};

/**
 * Makes policies ready. A text that cannot be used (which a published one is only after a change of the schema) makes a
 * set that denies everything and says so.
 */
export function makePolicySet({ name, text, prefix, owner }: PolicySetSource): PolicySet {
  const checked = checkPolicies(text);
  const rules = new Map(
    checked.policies.map(({ id, title, advice }) => [
      id,
      { id: `${prefix}${id}`, title, ...(advice !== undefined && { advice }) },
    ]),
  );
  if (!isPublishable(checked)) {
    const broken = unreadable(prefix, owner);
    return { name, rules, reads: everyFact, forbids: new Set(actActions), paths: pathTests([]), broken };
  }
  keepPolicies(name, Object.fromEntries(checked.policies.map((policy) => [policy.id, policy.text])));
  const policies = checked.policies.map(({ json }) => json);
  return { name, rules, reads: factsRead(policies), forbids: forbiddenActs(policies), paths: pathTests(policies) };
}

const unreadable = (prefix: string, owner: string): DecidingRule => ({
  id: `${prefix}unreadable`,
  title: `The policies of ${owner} cannot be read, so everything is denied`,
  advice: 'An admin has to mend them under Settings › Policies.',
});

const unpermitted = (prefix: string, owner: string): DecidingRule => ({
  id: `${prefix}nothing-permits`,
  title: `No rule of ${owner} permits this`,
  advice: 'An admin can add a rule that does under Settings › Policies.',
});

export type AskedQuestion = { question: PolicyQuestion; facts: PolicyFacts; project: PolicyProject | undefined };

/** What one set says. An error in the evaluation of any policy denies. */
export function askPolicySet(
  set: PolicySet,
  { question, facts, project }: AskedQuestion,
  source: Pick<PolicySetSource, 'prefix' | 'owner'>,
): PolicyWord {
  if (set.broken) return { effect: 'deny', rules: [set.broken] };
  const isNarrowed = 'act' in question;
  if (isNarrowed && !set.forbids.has(question.action)) return { effect: 'allow', rules: [] };
  const answer = evaluate({
    policies: set.name,
    schema: policySchema,
    request: policyRequest(question, facts, project),
  });
  // Nothing has to permit what agents do: a denial that no policy stands behind is none.
  if (isNarrowed && answer.reasons.length === 0 && answer.errors.length === 0) return { effect: 'allow', rules: [] };
  return wordOf(set, answer, source);
}

function wordOf(
  set: PolicySet,
  answer: CedarAnswer,
  { prefix, owner }: Pick<PolicySetSource, 'prefix' | 'owner'>,
): PolicyWord {
  const ruleOf = (id: string): DecidingRule => set.rules.get(id) ?? { id: `${prefix}${id}`, title: id };
  if (answer.errors.length > 0)
    return { effect: 'deny', rules: answer.errors.map((error) => failed(ruleOf(error.policyId), error.message)) };
  const rules = answer.reasons.map(ruleOf).sort((a, b) => (a.id < b.id ? -1 : 1));
  if (answer.decision === 'allow') return { effect: 'allow', rules };
  return { effect: 'deny', rules: rules.length > 0 ? rules : [unpermitted(prefix, owner)] };
}

const failed = (rule: DecidingRule, message: string): DecidingRule => ({
  ...rule,
  advice: `The rule could not be evaluated (${message}), which denies. An admin has to mend it under Settings › Policies.`,
});
