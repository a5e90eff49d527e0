import { z } from 'zod';
import { isAsWritten, mayFit, surelyFits } from './command-pattern.ts';
import type { GuardedAction } from './guarded-action.ts';
import type { Interpreted, SimpleCommand } from './interpreted.ts';
import { globFits, hostFits, wordFits } from './star-pattern.ts';
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
  /** An expression in the syntax of RE2 that is looked for in the line as it was written, or in each of its commands. */
  z.object({ kind: z.literal('line'), expression: z.string().min(1).max(500), each: z.boolean().optional() }),
  /** A file that is changed; `*` within a name, `**` over folders, `?` for one letter. */
  z.object({ kind: z.literal('path'), glob: z.string().min(1).max(500) }),
  /** The same for a file that a tool of the agent reads or looks through. */
  z.object({ kind: z.literal('read'), glob: z.string().min(1).max(500) }),
  /** An address that a tool of the agent fetches, by its host; `*` stands for any text. */
  z.object({ kind: z.literal('fetch'), host: z.string().min(1).max(253) }),
  /** A tool of an MCP server, both by name; `*` stands for any text. */
  z.object({ kind: z.literal('tool'), server: word, tool: word }),
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
  if (pattern.kind === 'line') return `${pattern.each ? 'commands' : 'lines'} with /${pattern.expression}/`;
  if (pattern.kind === 'path') return `changes of ${pattern.glob}`;
  if (pattern.kind === 'read') return `reading ${pattern.glob}`;
  if (pattern.kind === 'fetch') return `fetching from ${pattern.host}`;
  if (pattern.kind === 'tool') return `${pattern.tool} of ${pattern.server}`;
  const words = pattern.words.map((one) => (typeof one === 'string' ? one : `(${one.join('|')})`));
  return [...words, ...(pattern.more ? ['…'] : [])].join(' ');
}

function touches(pattern: ActionPattern, { action, interpreted }: HouseQuestion, find: FindExpression): boolean {
  if (action.kind !== 'command') return fitsWhole(pattern, action);
  const commands = interpreted?.commands ?? [];
  if (pattern.kind === 'command') return commands.some((command) => mayFit(pattern, command));
  if (pattern.kind !== 'line') return false;
  if (find(pattern.expression, action.command)) return true;
  return pattern.each === true && commands.some(({ source }) => find(pattern.expression, source));
}

/** What is one thing and no line of several. */
function fitsWhole(pattern: ActionPattern, action: Exclude<GuardedAction, { kind: 'command' }>): boolean {
  if (action.kind === 'edit') return pattern.kind === 'path' && globFits(pattern.glob, action.path);
  if (action.kind === 'read') return pattern.kind === 'read' && globFits(pattern.glob, action.path);
  if (action.kind === 'fetch') return pattern.kind === 'fetch' && hostFits(pattern.host, action.address);
  return (
    action.kind === 'mcp' &&
    pattern.kind === 'tool' &&
    wordFits(pattern.server, action.server) &&
    wordFits(pattern.tool, action.name)
  );
}

function coveredBy(
  rules: readonly HouseRule[],
  { action, interpreted }: HouseQuestion,
  find: FindExpression,
): HouseRule | undefined {
  if (action.kind !== 'command') return rules.find(({ pattern }) => fitsWhole(pattern, action));
  const whole = rules.find(
    ({ pattern }) => pattern.kind === 'line' && !pattern.each && find(pattern.expression, action.command),
  );
  if (whole) return whole;
  if (!interpreted || interpreted.unresolved.length > 0) return undefined;
  const covering = interpreted.commands.map((command) =>
    rules.find(({ pattern }) => allowsCommand(pattern, command, find)),
  );
  return covering.every((rule) => rule !== undefined) ? covering[0] : undefined;
}

function allowsCommand(pattern: ActionPattern, command: SimpleCommand, find: FindExpression): boolean {
  if (!isAsWritten(command)) return false;
  if (pattern.kind === 'command') return surelyFits(pattern, command);
  return pattern.kind === 'line' && pattern.each === true && find(pattern.expression, command.source);
}
