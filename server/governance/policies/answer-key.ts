import type { PolicyModel, PolicyProject, PolicyQuestion } from '../../core/policy-question.ts';
import type { VaryingFact } from './facts-read.ts';
import type { PolicyFacts } from './policy-request.ts';
import type { BothSets } from './ask-both.ts';

export type AskedSets = {
  question: PolicyQuestion;
  facts: PolicyFacts;
  project: PolicyProject | undefined;
  sets: BothSets;
};

/** Everything the answer can depend on. Facts that vary from call to call are in it only where a policy looks at them. */
export function answerKey({ question, facts, project, sets }: AskedSets): string {
  const { caller } = question;
  const varying: Record<VaryingFact, unknown> = { ...facts, keyId: caller.run?.id ?? caller.key?.id };
  const reads = new Set([...sets.installation.reads, ...(sets.team?.reads ?? [])]);
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
    sets.installation.name,
    sets.team?.name ?? null,
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
