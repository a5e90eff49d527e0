import type { Context } from '../../context.ts';
import { isOutside } from '../../core/agent-action.ts';
import { actionFamilies, familyOf } from '../../core/guard/action-family.ts';
import { familiesOf } from '../../core/guard/command-families.ts';
import type { GuardedAction } from '../../core/guard/guarded-action.ts';
import type { HouseEffect, HouseRule } from '../../core/guard/house-rule.ts';
import type { PolicyWord } from '../../core/model-call.ts';
import { onlyReads } from '../../core/plain-reads.ts';
import type { PolicyAct } from '../../core/policy-question.ts';
import { boxFacts } from '../guard/box-facts.ts';
import { readAction, type GuardReading } from '../guard/guard-word.ts';
import { houseRulesOf } from '../guard/house-rules.ts';
import { wordInMode } from '../guard/word-in-mode.ts';
import type { Ask, DraftJudge } from './draft-judge.ts';
import type { PolicyScope } from './published.ts';
import { recordedActs, type RecordedAct } from './recorded-acts.ts';

/** What becomes of an action like one that an agent wanted, if other policies were in force. */
export type ActChange = {
  decisionId: string;
  at: Date;
  teamId: string;
  projectId: string;
  person: string;
  project: string;
  agent: string;
  action: GuardedAction;
  before: HouseEffect;
  after: HouseEffect;
  /** The policies that would decide; for what is allowed anew those that decide now. */
  rules: PolicyWord['rules'];
};

export type ActReplay = {
  /** How many actions were looked at; `isAll` is false when there are more. */
  acts: number;
  isAll: boolean;
  /** How many would be so anew. */
  denied: number;
  asked: number;
  allowed: number;
  /** The newest of them. */
  changes: ActChange[];
};

const mostActs = 5_000;
const mostChanges = 100;

/**
 * Asks about what agents wanted to do since then what a draft would say, beside what is in force now (PO22). What the guard, the
 * modes and people's rules said then stays said. Nothing is recorded.
 */
export async function replayActs(
  ctx: Context,
  judge: DraftJudge,
  { scope, since }: { scope: PolicyScope; since: Date },
): Promise<ActReplay> {
  const acts = await recordedActs(ctx, { scope, since, most: mostActs + 1 });
  const readAgain = newReader(ctx);
  const changes: ActChange[] = [];
  for (const act of acts.slice(0, mostActs)) {
    const sides = await judge(act.caller, act.at);
    if (!sides?.project) continue;
    const again = await readAgain(act);
    const [before, after] = [await outcomeOf(again, sides.before), await outcomeOf(again, sides.after)];
    if (before.effect !== after.effect) changes.push(changeOf(act, { project: sides.project.name, before, after }));
  }
  const anew = (effect: HouseEffect) => changes.filter(({ after }) => after === effect).length;
  return {
    acts: Math.min(acts.length, mostActs),
    isAll: acts.length <= mostActs,
    denied: anew('deny'),
    asked: anew('ask'),
    allowed: anew('allow'),
    changes: changes.slice(0, mostChanges),
  };
}

type Outcome = { effect: HouseEffect; rules: PolicyWord['rules'] };

function changeOf(
  { id, at, caller, action }: RecordedAct,
  { project, before, after }: { project: string; before: Outcome; after: Outcome },
): ActChange {
  return {
    decisionId: id,
    at,
    teamId: caller.teamId,
    projectId: caller.projectId,
    person: caller.person.name,
    project,
    agent: caller.run.agent,
    action,
    before: before.effect,
    after: after.effect,
    rules: after.rules.length > 0 ? after.rules : before.rules,
  };
}

/** An action that was recorded, with what policies are told of it. */
type ReadAgain = {
  recorded: RecordedAct;
  act: PolicyAct;
  /** What is said beside policies. */
  base: HouseEffect;
  /** A rule of people lets it through, so nobody asks whether runs go on unwatched. */
  isByHouse: boolean;
};

/** Reads actions as the guard does now, with the house's rules as they are now. */
function newReader(ctx: Context): (recorded: RecordedAct) => Promise<ReadAgain> {
  const rulesOf = new Map<string, Promise<HouseRule[]>>();
  return async (recorded) => {
    const { action, caller, decidedBy } = recorded;
    const { teamId, projectId } = caller;
    const rules = rulesOf.get(projectId) ?? houseRulesOf(ctx.db, { teamId, projectId });
    rulesOf.set(projectId, rules);
    const facts = boxFacts(action.kind === 'command' ? (action.cwd ?? '') : '');
    const reading = await readAction(action, { facts, rules: await rules });
    const isByPolicy = decidedBy === 'policy';
    return {
      recorded,
      act: actOf(recorded, reading),
      base: isByPolicy ? besidePolicies(reading, recorded) : recorded.verdict,
      isByHouse: isByPolicy ? reading.word.by === 'house' : decidedBy === 'house',
    };
  };
}

const strictness: Record<HouseEffect, number> = { allow: 0, ask: 1, deny: 2 };

/** What was masked or cut since may hide what a rule saw, so what it said then counts as well. */
function actOf({ action, mode, rules, decidedBy, verdict }: RecordedAct, reading: GuardReading): PolicyAct {
  const then = rules.filter((id) => familyOf(id) !== undefined);
  const now = reading.guard?.verdict;
  const isStricter = decidedBy === 'guard' && now !== undefined && strictness[verdict] > strictness[now];
  const said = isStricter ? verdict : now;
  const called = action.kind === 'mcp' ? { server: action.server, tool: action.name } : {};
  const families = new Set([...reading.families, ...familiesOf(then)]);
  return {
    kind: action.kind,
    mode,
    ...(said && { verdict: said }),
    rules: [...new Set([...reading.word.rules, ...(reading.guard?.rules ?? []), ...then])],
    families: actionFamilies.filter((family) => families.has(family)),
    ...called,
  };
}

/** The word on what policies decided then, without them. A tool that no admin opened stays closed. */
const besidePolicies = (reading: GuardReading, { action, mode, rules }: RecordedAct): HouseEffect =>
  rules.includes('mcp.closed-tool') ? 'deny' : wordInMode(reading, action, mode);

/** Files of the repository, of which policies say whether agents may use them. */
function pathsOf(action: GuardedAction): string[] {
  const isFile = action.kind === 'edit' || action.kind === 'read';
  return isFile && action.path !== '' && !isOutside(action.path) ? [action.path] : [];
}

/** What would come of it where these policies are in force: the steps of a run's judge. */
async function outcomeOf({ recorded, act, base, isByHouse }: ReadAgain, ask: Ask): Promise<Outcome> {
  const { action, caller, mode, spentMicroUsd } = recorded;
  const of = { caller, circumstances: { spentMicroUsd } };
  const denials = [
    ...pathsOf(action).map((path) => ({ ...of, action: 'usePath', path }) as const),
    { ...of, action: 'act', act } as const,
  ];
  for (const question of denials) {
    const word = await ask(question);
    if (word.effect === 'deny') return { effect: 'deny', rules: word.rules };
  }
  if (base !== 'allow') return { effect: base, rules: [] };
  const isUnwatched = mode === 'auto' && action.kind === 'command' && !isByHouse && !onlyReads(action.command);
  const questions = [
    ...(isUnwatched ? [{ ...of, action: 'runUnattended' } as const] : []),
    { ...of, action: 'actUnasked', act } as const,
  ];
  for (const question of questions) {
    const word = await ask(question);
    if (word.effect === 'deny') return { effect: 'ask', rules: word.rules };
  }
  return { effect: 'allow', rules: [] };
}
