import type { Interpreted, SimpleCommand } from './interpreted.ts';
import type { GuardFacts } from './verdict.ts';

/** What a rule looks at besides the command itself. */
export type RuleContext = { facts: GuardFacts; all: Interpreted };

/** What a matcher found where the rule's own words do not say enough. */
export type RuleMatch = { verdict?: 'ask' | 'deny'; reason?: string; saferWay?: string };

/** One idea of what should not happen unseen. */
export type Rule = {
  /** `family.what`: `files.delete-outside`. */
  id: string;
  verdict: 'ask' | 'deny';
  /** Names of the programs it looks at (`SimpleCommand.name`); `any` for each command. */
  programs: readonly string[] | 'any';
  matches: (command: SimpleCommand, context: RuleContext) => boolean | RuleMatch;
  reason: string;
  saferWay?: string;
  /** Its tests: `ng` must not be allowed because of this rule, `ok` must not be caught by it. */
  examples: { ng: readonly string[]; ok: readonly string[] };
};
