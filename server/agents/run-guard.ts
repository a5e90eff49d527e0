import type { Context } from '../context.ts';
import type { AgentAction } from '../core/agent-action.ts';
import { actionFamilies } from '../core/guard/action-family.ts';
import { reachOfChanges } from '../core/guard/edit-reach.ts';
import { interpret } from '../core/guard/interpret.ts';
import { isPlainlySafe } from '../core/guard/plainly-safe.ts';
import type { GuardFacts, Verdict } from '../core/guard/verdict.ts';
import { boxFacts } from '../governance/guard/box-facts.ts';
import { readAction, type GuardReading } from '../governance/guard/guard-word.ts';
import { houseRulesOf } from '../governance/guard/house-rules.ts';
import { log } from '../platform/log.ts';
import { loadBash } from '../platform/parsers/bash.ts';
import type { RunRow } from '../runs/run-claim.ts';
import { reachOfCommand, type ReachIn } from './action-reach.ts';
import type { GuardSays } from './judge-action.ts';
import { guardedActions } from './record-judgement.ts';

/** The guard, with what is known of one run's box. */
export type RunGuard = {
  /** With the house's rules on top; undefined where neither says anything. */
  verdict: (action: AgentAction) => Promise<GuardSays | undefined>;
  /** The action with what a command comes to, for people to read. */
  takenApart: (action: AgentAction) => Promise<AgentAction>;
  /** The action with what it would touch in these files, for people to read; as it is when that cannot be found out. */
  withReach: (action: AgentAction, files: ReachIn) => Promise<AgentAction>;
  /** Whether more than looking and adding may come of it, so that the files are to be kept before. */
  mayDestroy: (action: AgentAction) => Promise<boolean>;
};

const mostSteps = 30;
const longestStep = 500;

const strictness = { allow: 0, ask: 1, deny: 2 } as const;
const strictestOf = (verdicts: readonly Verdict['verdict'][]) =>
  verdicts.toSorted((a, b) => strictness[b] - strictness[a])[0] ?? 'allow';

/** One word on an action of several parts. */
function together(readings: readonly GuardReading[]): GuardSays | undefined {
  const words = readings.flatMap(({ word: { by, ...word } }) => (by === 'mode' ? [] : [{ ...word, by }]));
  // What no rule speaks about is not allowed with the rest.
  if (words.length < readings.length && words.every(({ verdict }) => verdict === 'allow')) return undefined;
  // Allowed by the house is all of it, or nothing.
  const [first] = words.toSorted(
    (a, b) => strictness[b.verdict] - strictness[a.verdict] || (a.by === 'guard' ? -1 : 1),
  );
  // Who may allow it is a matter of all that speaks against it.
  const against = words.filter(({ verdict }) => verdict !== 'allow').flatMap(({ rules: ids }) => ids);
  const own = readings.flatMap(({ guard }) => (guard ? [guard] : []));
  const beneath = {
    ...(own.length > 0 && { verdict: strictestOf(own.map(({ verdict }) => verdict)) }),
    rules: [...new Set([...words, ...own].flatMap(({ rules }) => rules))],
  };
  const families = actionFamilies.filter((family) => readings.some((reading) => reading.families.includes(family)));
  return first && { ...first, rules: [...new Set([...first.rules, ...against])], families, beneath };
}

/** @param run whose prompt is what the person asked for, in their words */
export function createRunGuard(
  ctx: Context,
  { id: runId, prompt: request, teamId }: RunRow,
  projectId: Promise<string>,
): RunGuard {
  const factsAt = (cwd: string): GuardFacts => ({ ...boxFacts(cwd), request });
  return {
    verdict: async (action) => {
      const guarded = guardedActions(action);
      if (guarded.length === 0) return undefined;
      const rules = await houseRulesOf(ctx.db, { teamId, projectId: await projectId });
      const facts = factsAt(action.kind === 'command' ? action.cwd : '');
      const readings: GuardReading[] = [];
      for (const one of guarded) readings.push(await readAction(one, { facts, rules }));
      return together(readings);
    },
    mayDestroy: async (action) => {
      if (action.kind === 'edit') return action.changes.some(({ newText }) => newText === null);
      if (action.kind === 'command')
        return !isPlainlySafe(interpret((await loadBash())(action.command), factsAt(action.cwd)));
      return action.kind === 'mcp' || action.kind === 'other';
    },
    withReach: (action, files) =>
      withReach(action, factsAt(action.kind === 'command' ? action.cwd : ''), files).catch((error: unknown) => {
        // The question is asked all the same.
        log().warn({ err: error, runId }, 'how far a command reaches could not be told');
        return action;
      }),
    takenApart: async (action) => {
      if (action.kind !== 'command') return action;
      const { commands } = interpret((await loadBash())(action.command), factsAt(action.cwd));
      const steps = commands
        .filter(({ source }) => source.trim() !== '')
        .slice(0, mostSteps)
        .map(({ source, via }) => ({ text: source.slice(0, longestStep).toWellFormed(), via: [...via] }));
      return { ...action, steps };
    },
  };
}

async function withReach(action: AgentAction, facts: GuardFacts, files: ReachIn): Promise<AgentAction> {
  if (action.kind === 'edit') return { ...action, reach: reachOfChanges(action.changes) };
  if (action.kind !== 'command') return action;
  const reach = await reachOfCommand(interpret((await loadBash())(action.command), facts), facts, files);
  return { ...action, ...(reach && { reach }) };
}
