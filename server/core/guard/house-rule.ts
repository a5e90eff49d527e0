import { z } from 'zod';
import { HOLE, type Interpreted, type SimpleCommand } from './interpreted.ts';
import type { GuardedAction } from './guarded-action.ts';
import type { Verdict } from './verdict.ts';

/** What people say of actions beside the guard, as patterns (docs/spec/guard.md, from GU200). */

export const houseEffects = ['allow', 'ask', 'deny'] as const;
export type HouseEffect = (typeof houseEffects)[number];

const word = z.string().min(1).max(200);

export const actionPattern = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    /** The command's words from its name on; `*` stands for any text within a word, a list for one of several. */
    words: z
      .array(z.union([word, z.array(word).min(1).max(50)]))
      .min(1)
      .max(20),
    /** Whether more words may follow. */
    more: z.boolean(),
  }),
  /** An expression in the syntax of RE2 that is looked for in the line as it was written. */
  z.object({ kind: z.literal('line'), expression: z.string().min(1).max(500) }),
  /** A file that is changed; `*` within a name, `**` over folders, `?` for one letter. */
  z.object({ kind: z.literal('path'), glob: z.string().min(1).max(500) }),
]);
export type ActionPattern = z.infer<typeof actionPattern>;

export type HouseRule = {
  id: string;
  scope: 'installation' | 'team' | 'project';
  effect: HouseEffect;
  pattern: ActionPattern;
  note: string;
};

/** An action as rules look at it; `interpreted` for commands. */
export type HouseQuestion = { action: GuardedAction; interpreted?: Interpreted };

/** Finds an expression in a line, in time linear in it. */
export type FindExpression = (expression: string, line: string) => boolean;

export type HouseWord = { effect: HouseEffect; rule: HouseRule };

/**
 * The word of the house: what any rule denies is denied, what any asks is asked, and what rules allow is allowed when they allow all of it:
 * every command of a line, run as it is written and not through another program.
 */
export function houseWord(
  rules: readonly HouseRule[],
  question: HouseQuestion,
  find: FindExpression,
): HouseWord | undefined {
  for (const effect of ['deny', 'ask'] as const) {
    const rule = rules.find((one) => one.effect === effect && touches(one.pattern, question, find));
    if (rule) return { effect, rule };
  }
  const allowing = rules.filter(({ effect }) => effect === 'allow');
  const rule = allowing.length === 0 ? undefined : coveredBy(allowing, question, find);
  return rule && { effect: 'allow', rule };
}

/**
 * The guard's verdict and the house's word as one: the house makes it stricter, or lets through what the guard would ask about. What
 * the guard denies stays denied.
 */
export function withHouseWord(verdict: Verdict, word: HouseWord | undefined): Verdict & { by: 'guard' | 'house' } {
  if (!word || !overrides(word.effect, verdict.verdict)) return { ...verdict, by: 'guard' };
  const { effect, rule } = word;
  const { saferWay } = verdict;
  return {
    by: 'house',
    verdict: effect,
    rules: [rule.id, ...verdict.rules],
    reason: houseReason(rule),
    ...(effect !== 'allow' && saferWay !== undefined && { saferWay }),
  };
}

const strictness: Record<HouseEffect, number> = { allow: 0, ask: 1, deny: 2 };

const overrides = (house: HouseEffect, guard: HouseEffect) =>
  house === 'allow' ? guard !== 'deny' : strictness[house] >= strictness[guard];

const scopeNames = { installation: 'This installation', team: 'This team', project: 'This project' } as const;
const effectWords = { allow: 'allows', ask: 'asks before', deny: 'forbids' } as const;

function houseReason({ scope, effect, pattern, note }: HouseRule): string {
  const said = `${scopeNames[scope]} ${effectWords[effect]} ${patternText(pattern)}.`;
  return note === '' ? said : `${said} ${note}`;
}

/** A pattern as people read and write it. */
export function patternText(pattern: ActionPattern): string {
  if (pattern.kind === 'line') return `lines with /${pattern.expression}/`;
  if (pattern.kind === 'path') return `changes of ${pattern.glob}`;
  const words = pattern.words.map((one) => (typeof one === 'string' ? one : `(${one.join('|')})`));
  return [...words, ...(pattern.more ? ['…'] : [])].join(' ');
}

function touches(pattern: ActionPattern, { action, interpreted }: HouseQuestion, find: FindExpression): boolean {
  if (pattern.kind === 'path') return action.kind === 'edit' && globFits(pattern.glob, action.path);
  if (action.kind !== 'command') return false;
  if (pattern.kind === 'line') return find(pattern.expression, action.command);
  return interpreted?.commands.some((command) => commandFits(pattern, command, 'perhaps')) ?? false;
}

function coveredBy(
  rules: readonly HouseRule[],
  { action, interpreted }: HouseQuestion,
  find: FindExpression,
): HouseRule | undefined {
  if (action.kind === 'edit')
    return rules.find(({ pattern }) => pattern.kind === 'path' && globFits(pattern.glob, action.path));
  const whole = rules.find(({ pattern }) => pattern.kind === 'line' && find(pattern.expression, action.command));
  if (whole) return whole;
  if (!interpreted || interpreted.unresolved.length > 0) return undefined;
  const covering = interpreted.commands.map((command) => rules.find(({ pattern }) => allowsCommand(pattern, command)));
  return covering.every((rule) => rule !== undefined) ? covering[0] : undefined;
}

/** A file that is written beside, a variable that is set, or a wrapper make it another command than the one that was allowed. */
const allowsCommand = (pattern: ActionPattern, command: SimpleCommand) =>
  pattern.kind === 'command' &&
  command.via.length === 0 &&
  command.env.size === 0 &&
  command.redirects.every(({ kind, target }) => kind === '<' || target.text === '/dev/null') &&
  commandFits(pattern, command, 'surely');

type CommandPattern = Extract<ActionPattern, { kind: 'command' }>;

/** `perhaps`: a word that is not known may be the one. */
function commandFits({ words, more }: CommandPattern, command: SimpleCommand, how: 'surely' | 'perhaps'): boolean {
  const has = [command.name, ...command.args.map(({ text }) => text)];
  if (has.length < words.length || (has.length > words.length && !more)) return false;
  return words.every((want, at) => {
    const text = has[at] ?? '';
    if (text.includes(HOLE)) return how === 'perhaps';
    return typeof want === 'string' ? wordFits(want, text) : want.some((one) => wordFits(one, text));
  });
}

/** `*` stands for any text within the word. Each star is tried from the left, the last one that met decides: quadratic at worst. */
function wordFits(pattern: string, text: string, single?: string): boolean {
  let [at, from, star, retry] = [0, 0, -1, 0];
  while (from < text.length) {
    const sign = pattern[at];
    if (sign === '*') {
      star = at++;
      retry = from;
    } else if (sign !== undefined && (sign === text[from] || sign === single)) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++retry;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** Paths are relative to the worktree; a pattern without a slash fits names in any folder. */
function globFits(glob: string, path: string): boolean {
  const parts = path.split('/');
  if (!glob.includes('/')) return parts.some((part) => nameFits(glob, part));
  const wanted = glob
    .replace(/^\.?\//, '')
    .replace(/\/$/, '/**')
    .split('/');
  return partsFit(wanted, parts);
}

function partsFit(wanted: readonly string[], parts: readonly string[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return parts.length === 0;
  if (first === '**') return rest.length === 0 || parts.some((_part, at) => partsFit(rest, parts.slice(at)));
  const [part, ...others] = parts;
  return part !== undefined && nameFits(first, part) && partsFit(rest, others);
}

/** `?` is one letter. */
export const nameFits = (pattern: string, name: string) => wordFits(pattern, name, '?');
