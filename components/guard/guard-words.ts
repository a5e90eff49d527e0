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

export const kindWords: Record<GuardedAction['kind'], string> = {
  command: 'Commands',
  edit: 'Changes of files',
  read: 'Reads',
  fetch: 'Fetched addresses',
  mcp: 'Tools of servers',
  other: 'Other tools',
};

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
    title: 'Commands',
    label: 'Words',
    hint: '* stands for any text within a word; … at the end for any more words.',
    example: 'npm run test …',
  },
  line: {
    title: 'Lines of a shell',
    label: 'Expression',
    hint: 'In the syntax of RE2, looked for in the line as it was written.',
    example: '^git (status|show\\b.*)$',
  },
  path: {
    title: 'Changed files',
    label: 'Path',
    hint: '* within a name, ** over folders; without a slash in any folder.',
    example: 'migrations/**',
  },
  read: {
    title: 'Read files',
    label: 'Path',
    hint: 'Of files that a tool of the agent reads, as for changes. What commands read is a matter of policies.',
    example: 'contracts/**',
  },
  fetch: {
    title: 'Fetched hosts',
    label: 'Host',
    hint: '* stands for any text.',
    example: '*.example.com',
  },
  tool: {
    title: 'Tools of servers',
    label: 'Server and tool',
    hint: 'The server’s name on the list, then the tool’s; * stands for any text.',
    example: 'tickets create_*',
  },
};

export const isPatternKind = (value: string | null): value is PatternKind =>
  value !== null && Object.hasOwn(patternKinds, value);
export const patternChoices = Object.entries(patternKinds).map(([value, { title }]) => ({ value, label: title }));

/** The pattern that somebody typed; undefined while there is none. */
export function patternOf(kind: PatternKind, text: string): ActionPattern | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  if (kind === 'line') return { kind, expression: typed };
  if (kind === 'path' || kind === 'read') return { kind, glob: typed };
  if (kind === 'fetch') return { kind, host: typed };
  const words = typed.split(/\s+/);
  if (kind === 'tool') return toolOf(words);
  const more = /^(?:…|\.\.\.)$/.test(words.at(-1) ?? '');
  const named = more ? words.slice(0, -1) : words;
  return named.length === 0 ? undefined : { kind, words: named, more };
}

function toolOf([server = '', tool = '*', ...rest]: readonly string[]): ActionPattern | undefined {
  return rest.length === 0 ? { kind: 'tool', server, tool } : undefined;
}

/** A share in per cent. Only nothing is 0 %, and only all is 100 %. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${100 * share} %`;
  return `${Math.min(99.9, Math.max(0.1, 100 * share)).toFixed(1)} %`;
}
