import { z } from 'zod';
import { authorizeTeam } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { isAppError } from '../../core/errors.ts';
import type { FoundClass, PolicyWord } from '../../core/model-call.ts';
import { visibleProjects } from '../usage/visible-names.ts';
import { authorizeManaging } from './authorize-policies.ts';
import { treatmentOf } from './data-treatment.ts';
import { newDraftJudge, type Ask, type BeforeAndAfter, type DraftJudge } from './draft-judge.ts';
import type { Draft } from './drafted-sets.ts';
import { freshen } from './policy-memory.ts';
import type { PolicyScope } from './published.ts';
import { recordedCalls, type RecordedCall } from './recorded-calls.ts';
import { replayActs, type ActChange, type ActReplay } from './replay-acts.ts';
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

type CallReplay = {
  /** How many calls were looked at; `isAll` is false when there are more than are looked at. */
  calls: number;
  isAll: boolean;
  denied: number;
  allowed: number;
  data: number;
  /** The newest of them. */
  changes: CallChange[];
};

export type Replay = CallReplay & { acts: ActReplay };

const mostCalls = 20_000;
const mostChanges = 100;
/** Asks about the calls since then what a draft would say, beside what is in force now. Nothing is recorded. */
async function replayCalls(ctx: Context, judge: DraftJudge, of: ReplayOf): Promise<CallReplay> {
  const calls = await recordedCalls(ctx, { ...of, most: mostCalls + 1 });
  const changes: CallChange[] = [];
  for (const call of calls.slice(0, mostCalls)) changes.push(...(await comparedBy(judge, call)));
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

type ReplayOf = { scope: PolicyScope; since: Date };

/**
 * Asks about the model calls and about what agents wanted to do since then what a draft would say. The caller has authorized, and the
 * draft is publishable.
 */
export async function replayDraft(ctx: Context, draft: Draft, since: Date): Promise<Replay> {
  await freshen();
  const judge = newDraftJudge(draft);
  const of = { scope: draft.scope, since };
  return { ...(await replayCalls(ctx, judge, of)), acts: await replayActs(ctx, judge, of) };
}

async function comparedBy(judge: DraftJudge, call: RecordedCall): Promise<CallChange[]> {
  const sides = await judge(call.caller, call.at);
  return sides ? compare({ call, ...sides }) : [];
}

type Compared = { call: RecordedCall } & BeforeAndAfter;

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

/** An action is shown to those who may see its project. */
export type ShownActChange = Omit<ActChange, 'teamId' | 'projectId' | 'project' | 'action'> & {
  shown?: Pick<ActChange, 'project' | 'action'>;
};
export type Consequence = CallReplay & { acts: Omit<ActReplay, 'changes'> & { changes: ShownActChange[] } };

/** What a text would change for the calls and the actions of agents of the last days. For those who write the policies. */
export async function getConsequence(ctx: Context, given: z.input<typeof consequenceInput>): Promise<Consequence> {
  const { teamId: scope, text, days } = consequenceInput.parse(given);
  await authorizeManaging(ctx, scope);
  requirePublishable(text);
  const { acts, ...calls } = await replayDraft(ctx, { scope, text }, new Date(ctx.now().getTime() - days * dayMs));
  const seen = new Map<string, ReadonlyMap<string, string>>();
  for (const { teamId } of acts.changes) if (!seen.has(teamId)) seen.set(teamId, await projectsSeen(ctx, teamId));
  const changes = acts.changes.map(({ teamId, projectId, project, action, ...change }) => ({
    ...change,
    ...(seen.get(teamId)?.has(projectId) && { shown: { project, action } }),
  }));
  return { ...calls, acts: { ...acts, changes } };
}

/** Installation admins are no members of each team. */
async function projectsSeen(ctx: Context, teamId: string): Promise<ReadonlyMap<string, string>> {
  try {
    return await visibleProjects(ctx, await authorizeTeam(ctx, teamId, 'guard.read'));
  } catch (error) {
    if (!isAppError(error)) throw error;
    return new Map();
  }
}
