import type { GuardFacts } from '../verdict.ts';
import type { Change, Edit } from './change.ts';

export type EditMatch = { verdict?: 'ask' | 'deny'; reason?: string };

/** One idea of what a change of a file should not do unseen. */
export type EditRule = {
  /** `edits.what`. */
  id: string;
  verdict: 'ask' | 'deny';
  matches: (change: Change, facts: GuardFacts) => boolean | EditMatch;
  reason: string;
  saferWay: string;
  /** Its tests: `ng` must not be allowed because of this rule, `ok` must not be caught by it. */
  examples: { ng: readonly Edit[]; ok: readonly Edit[] };
};

/** A new file, for examples. */
export function made(path: string, newText: string): Edit {
  return { path, oldText: null, newText };
}

/** A changed file, for examples. */
export function changed(path: string, oldText: string, newText: string): Edit {
  return { path, oldText, newText };
}
