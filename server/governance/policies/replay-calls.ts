import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Context } from '../../context.ts';
import type { FoundClass, PolicyWord } from '../../core/model-call.ts';
import type { PolicyProject, PolicyQuestion } from '../../core/policy-question.ts';
import { answerKey } from './answer-key.ts';
import { askBoth, setsInForce, type BothSets } from './ask-both.ts';
import { authorizeManaging } from './authorize-policies.ts';
import { treatmentOf } from './data-treatment.ts';
import { draftSet, setsWithDraft, type Draft } from './drafted-sets.ts';
import { freshen, policyProjectOf } from './policy-memory.ts';
import { factsOf } from './policy-request.ts';
import { recordedCalls, type RecordedCall } from './recorded-calls.ts';
import { policyText, requirePublishable, scopeInput } from './write-version.ts';

/** What becomes of calls like one that was made, if other policies were in force. */
export type CallChange = {
  callId: string;
  at: Date;
  person: string;
  alias: string;
  provider: string;
  project?: string;
  /** `denied` and `allowed` are new; `data`: a class of what was found would be treated differently. */
  kind: 'denied' | 'allowed' | 'data';
  /** The rules that would decide. */
  rules: PolicyWord['rules'];
  /** For `data`: which class, and how it was and would be treated. */
  data?: { class: string; before: FoundClass['action']; after: FoundClass['action'] };
};

export type Replay = {
  /** How many calls were looked at; `isAll` is false when there are more than are looked at. */
  calls: number;
  isAll: boolean;
  denied: number;
  allowed: number;
  data: number;
  /** The newest of them. */
  changes: CallChange[];
};

const mostCalls = 20_000;
const mostChanges = 100;
/** Evaluations between two breaths: a web process has other work to do. */
const breathAfter = 64;

/**
 * Asks about the calls since then what a draft would say, beside what is in force now. Nothing is recorded. The caller has
 * authorized, and the draft is publishable.
 */
export async function replayCalls(ctx: Context, draft: Draft, since: Date): Promise<Replay> {
  await freshen();
  const calls = await recordedCalls(ctx, { scope: draft.scope, since, most: mostCalls + 1 });
  const judge = newJudge(draft);
  const changes: CallChange[] = [];
  for (const call of calls.slice(0, mostCalls)) changes.push(...(await judge(call)));
  const count = (kind: CallChange['kind']) => changes.filter((change) => change.kind === kind).length;
  return {
    calls: Math.min(calls.length, mostCalls),
    isAll: calls.length <= mostCalls,
    denied: count('denied'),
    allowed: count('allowed'),
    data: count('data'),
    changes: changes.slice(0, mostChanges),
  };
}

type TeamSets = { before: BothSets; after: BothSets };
type Asked = { question: PolicyQuestion; at: Date; project: PolicyProject | undefined };

/** Compares what is in force with the draft, call by call, and remembers answers to what is alike. */
function newJudge(draft: Draft): (call: RecordedCall) => Promise<CallChange[]> {
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

  return async (call) => {
    const { teamId, projectId } = call.caller;
    const project = projectId === undefined ? undefined : await policyProjectOf(teamId, projectId);
    // The project is gone, and with it what policies went by.
    if (projectId !== undefined && !project) return [];
    const { before, after } = await setsOf(teamId);
    const ask = (sets: BothSets) => (question: PolicyQuestion) => wordOf(sets, { question, at: call.at, project });
    return compare({ call, project, before: ask(before), after: ask(after) });
  };
}

type Ask = (question: PolicyQuestion) => Promise<PolicyWord>;
type Compared = { call: RecordedCall; project: PolicyProject | undefined; before: Ask; after: Ask };

async function compare({ call, project, before, after }: Compared): Promise<CallChange[]> {
  const { caller, model, circumstances } = call;
  const question = { action: 'useModel', caller, model, circumstances } as const;
  const [was, is] = [await before(question), await after(question)];
  const base = {
    callId: call.id,
    at: call.at,
    person: caller.person.name,
    alias: model.alias,
    provider: model.target.providerName,
    ...(project && { project: project.name }),
  };
  if (was.effect !== is.effect)
    return [{ ...base, kind: is.effect === 'deny' ? 'denied' : 'allowed', rules: is.rules }];
  if (is.effect === 'deny') return [];
  const treat = (ask: Ask, dataClass: string) => treatmentOf({ caller, model, circumstances, dataClass }, ask);
  const data = await Promise.all(
    call.dataClasses.map(async (dataClass) => {
      const [old, now] = [await treat(before, dataClass), await treat(after, dataClass)];
      const change = {
        ...base,
        kind: 'data',
        rules: now.rules,
        data: { class: dataClass, before: old.action, after: now.action },
      } as const;
      return old.action === now.action ? [] : [change];
    }),
  );
  return data.flat();
}

const dayMs = 86_400_000;

export const consequenceInput = scopeInput.extend({
  text: policyText,
  days: z.number().int().min(1).max(90).default(7),
});

/** What a text would change for the calls of the last days. For those who write the policies. */
export async function getConsequence(ctx: Context, given: z.input<typeof consequenceInput>): Promise<Replay> {
  const { teamId: scope, text, days } = consequenceInput.parse(given);
  await authorizeManaging(ctx, scope);
  requirePublishable(text);
  return replayCalls(ctx, { scope, text }, new Date(ctx.now().getTime() - days * dayMs));
}
