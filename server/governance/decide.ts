import type { PolicyWord } from '../core/model-call.ts';
import type { PolicyQuestion } from '../core/policy-question.ts';
import { count } from '../platform/metrics.ts';
import { answerKey } from './policies/answer-key.ts';
import { factsOf } from './policies/policy-request.ts';
import { spentSoFar } from './policies/spent-so-far.ts';
import { freshen, memory, policyProjectOf } from './policies/policy-memory.ts';
import { askBoth, setsInForce, type BothSets } from './policies/ask-both.ts';

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
  const word = await wordOn(question, at);
  const { action } = question;
  count('ensemble_policy_decisions_total', 'What policies said, by act', { action, effect: word.effect });
  return word;
}

async function wordOn(question: PolicyQuestion, at: Date): Promise<PolicyWord> {
  await freshen();
  const { teamId, projectId } = question.caller;
  const [both, project] = await Promise.all([
    setsInForce(teamId),
    projectId === undefined ? undefined : policyProjectOf(teamId, projectId),
  ]);
  if (projectId !== undefined && project === undefined) return unknownProject;
  const facts = factsOf(await withSpent(question, both), at);
  const key = answerKey({ question, facts, project, sets: both });
  const kept = memory().words.get(key);
  if (kept) return kept;
  const word = askBoth(both, { question, facts, project });
  memory().words.set(key, word);
  return word;
}

/** What was spent is looked up where nobody said it and a policy speaks of it. */
async function withSpent(question: PolicyQuestion, { installation, team }: BothSets): Promise<PolicyQuestion> {
  const isRead = installation.reads.has('spentCents') || team?.reads.has('spentCents') === true;
  if (!isRead || question.circumstances?.spentMicroUsd !== undefined) return question;
  const spentMicroUsd = await spentSoFar(question.caller);
  return { ...question, circumstances: { ...question.circumstances, spentMicroUsd } };
}
