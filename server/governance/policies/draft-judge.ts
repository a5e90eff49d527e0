import { setImmediate } from 'node:timers/promises';
import type { PolicyWord } from '../../core/model-call.ts';
import type { PolicyCaller, PolicyProject, PolicyQuestion } from '../../core/policy-question.ts';
import { answerKey } from './answer-key.ts';
import { askBoth, setsInForce, type BothSets } from './ask-both.ts';
import { draftSet, setsWithDraft, type Draft } from './drafted-sets.ts';
import { policyProjectOf } from './policy-memory.ts';
import { factsOf } from './policy-request.ts';

export type Ask = (question: PolicyQuestion) => Promise<PolicyWord>;

/** What is in force and the draft, asked side by side about something that was done at a time. */
export type BeforeAndAfter = { project: PolicyProject | undefined; before: Ask; after: Ask };

/** Undefined where the project is gone, and with it what policies went by. */
export type DraftJudge = (caller: PolicyCaller, at: Date) => Promise<BeforeAndAfter | undefined>;

/** Evaluations between two breaths: a web process has other work to do. */
const breathAfter = 64;

type TeamSets = { before: BothSets; after: BothSets };
type Asked = { question: PolicyQuestion; at: Date; project: PolicyProject | undefined };

/** Compares what is in force with the draft, and remembers answers to what is alike. The draft is publishable. */
export function newDraftJudge(draft: Draft): DraftJudge {
  const words = new Map<string, PolicyWord>();
  const teams = new Map<string, TeamSets>();
  const made = { set: draftSet(draft) };
  let evaluations = 0;

  async function setsOf(teamId: string): Promise<TeamSets> {
    const known = teams.get(teamId);
    if (known) return known;
    const sets = {
      before: await setsInForce(teamId),
      after: await setsWithDraft(teamId, draft.scope, made.set),
    };
    teams.set(teamId, sets);
    return sets;
  }

  async function wordOf(sets: BothSets, { question, at, project }: Asked): Promise<PolicyWord> {
    const facts = factsOf(question, at);
    const key = answerKey({ question, facts, project, sets });
    const known = words.get(key);
    if (known) return known;
    if (++evaluations % breathAfter === 0) await setImmediate();
    const word = askBoth(sets, { question, facts, project });
    words.set(key, word);
    return word;
  }

  return async ({ teamId, projectId }, at) => {
    const project = projectId === undefined ? undefined : await policyProjectOf(teamId, projectId);
    if (projectId !== undefined && !project) return undefined;
    const { before, after } = await setsOf(teamId);
    const ask =
      (sets: BothSets): Ask =>
      (question) =>
        wordOf(sets, { question, at, project });
    return { project, before: ask(before), after: ask(after) };
  };
}
