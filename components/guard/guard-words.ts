import type { RouterOutputs } from '@/components/router-outputs.ts';
import type { GuardedAction } from '@/server/core/guard/guarded-action.ts';
import type { ActionPattern, HouseEffect } from '@/server/core/guard/house-rule.ts';

export type Decision = RouterOutputs['guard']['decisions']['items'][number];

export const effectWords: Record<HouseEffect, { label: string; done: string; color: string }> = {
  allow: { label: 'Allow', done: 'Allowed', color: 'green' },
  ask: { label: 'Ask', done: 'Asked', color: 'yellow' },
  deny: { label: 'Deny', done: 'Denied', color: 'red' },
};

export const effectChoices = (['allow', 'ask', 'deny'] as const).map((value) => ({
  value,
  label: effectWords[value].label,
}));

export const isEffect = (value: string | null | undefined): value is HouseEffect =>
  value === 'allow' || value === 'ask' || value === 'deny';

/** One line that names an action. */
export const actionLine = (action: GuardedAction): string =>
  action.kind === 'command' ? action.command : `${action.newText === null ? 'Delete' : 'Change'} ${action.path}`;

/** Who had the last word. */
export const deciders: Record<string, string> = {
  guard: 'the guard',
  house: 'a rule of the house',
  mode: 'the mode of the run',
  policy: 'a policy',
  opinion: 'a second opinion',
};

export type PatternKind = ActionPattern['kind'];

export const patternKinds: Record<PatternKind, { title: string; label: string; hint: string; example: string }> = {
  command: {
    title: 'Commands by their words',
    label: 'Words',
    hint: '* stands for any text within a word; … at the end for any more words.',
    example: 'npm run test …',
  },
  line: {
    title: 'Commands by an expression',
    label: 'Expression',
    hint: 'In the syntax of RE2, looked for in the line as it was written.',
    example: '^git (status|show\\b.*)$',
  },
  path: {
    title: 'Changes of files',
    label: 'Path',
    hint: '* within a name, ** over folders; without a slash in any folder.',
    example: 'migrations/**',
  },
};

/** The pattern that somebody typed; undefined while there is none. */
export function patternOf(kind: PatternKind, text: string): ActionPattern | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  if (kind === 'line') return { kind, expression: typed };
  if (kind === 'path') return { kind, glob: typed };
  const words = typed.split(/\s+/);
  const more = /^(?:…|\.\.\.)$/.test(words.at(-1) ?? '');
  const named = more ? words.slice(0, -1) : words;
  return named.length === 0 ? undefined : { kind, words: named, more };
}

export const percent = (share: number | null): string =>
  share === null ? '–' : `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
