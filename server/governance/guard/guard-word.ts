import type { ActionFamily } from '../../core/guard/action-family.ts';
import { classifyEdit } from '../../core/guard/classify-edit.ts';
import { judge } from '../../core/guard/classify.ts';
import { familiesOf } from '../../core/guard/command-families.ts';
import { familiesOfEdit } from '../../core/guard/edit-families.ts';
import type { GuardedAction, RuledAction } from '../../core/guard/guarded-action.ts';
import { houseWord, withHouseWord, type HouseRule } from '../../core/guard/house-rule.ts';
import type { Interpreted } from '../../core/guard/interpreted.ts';
import { interpret } from '../../core/guard/interpret.ts';
import type { GuardFacts, Verdict } from '../../core/guard/verdict.ts';
import { loadBash } from '../../platform/parsers/bash.ts';
import { loadCode } from '../../platform/parsers/code.ts';
import { findExpression } from './house-rules.ts';

/** `mode`: neither the guard nor people say anything of it, so it is a matter of the run's mode. */
export type GuardWord = Verdict & { by: 'guard' | 'house' | 'mode' };

/** What the guard and the house say of an action, and how the guard understood it. */
export type GuardReading = {
  word: GuardWord;
  /** The guard's own; undefined for what it knows nothing of. */
  guard: Verdict | undefined;
  /** Of what it does and of the rules that spoke. */
  families: ActionFamily[];
  interpreted?: Interpreted;
};

/**
 * The guard's verdict with the house's rules on top.
 * @throws when a parser cannot be loaded: then nothing is known, and nothing may be allowed
 */
export async function readAction(
  action: GuardedAction,
  { facts, rules }: { facts: GuardFacts; rules: readonly HouseRule[] },
): Promise<GuardReading> {
  if (action.kind === 'edit') {
    const guard = classifyEdit(action, facts, await loadCode([action.path]));
    const word = withHouseWord(guard, houseWord(rules, { action }, findExpression));
    return { guard, word, families: familiesOfEdit([...word.rules, ...guard.rules], action) };
  }
  if (action.kind !== 'command') {
    const word = wordOfHouse(action, rules);
    return { word, guard: undefined, families: familiesOf(word.rules) };
  }
  const parse = await loadBash();
  const interpreted = interpret(parse(action.command), facts);
  const guard = judge(interpreted, facts);
  const word = withHouseWord(guard, houseWord(rules, { action, interpreted }, findExpression));
  return { guard, word, interpreted, families: familiesOf([...word.rules, ...guard.rules], interpreted) };
}

type Unruled = Exclude<GuardedAction, RuledAction>;

function wordOfHouse(action: Unruled, rules: readonly HouseRule[]): GuardWord {
  const word = houseWord(rules, { action }, findExpression);
  const alone = action.kind === 'read' ? mayRead : isAsked;
  return word ? withHouseWord(alone, word) : { ...alone, by: 'mode' };
}

const mayRead: Verdict = {
  verdict: 'allow',
  rules: [],
  reason: 'Reading is open where no policy and no rule closes it.',
};
const isAsked: Verdict = { verdict: 'ask', rules: [], reason: 'It may do more than read, so a person allows it.' };
