import { nameFits } from './star-pattern.ts';
import { HOLE, type SimpleCommand, type Word } from './interpreted.ts';
import { placeOf } from './path-scope.ts';
import type { GuardFacts } from './verdict.ts';

/** Files of the worktree that a word of a command names. */
export type TouchedPath = {
  /** Relative to the worktree, by part, glob signs as written; none is the worktree itself. */
  parts: readonly string[];
  /** Of a folder: nothing, what is in it and does not begin with a dot, or all below it. */
  below: 'itself' | 'children' | 'all';
  /** Only files of such names. */
  names?: readonly string[];
};

export type PlacedWord = { path: TouchedPath } | { outside: string } | 'unknown' | 'elsewhere';

/** Where a word leads; `elsewhere` is a place where nothing is to lose: temporary files, a null device. */
export function placedWord(
  word: Word,
  { command, facts, deep }: { command: SimpleCommand; facts: GuardFacts; deep: boolean },
): PlacedWord {
  const { scope, path, whole } = placeOf(word, command, facts);
  if (scope === 'temp') return 'elsewhere';
  if (scope === 'everything' || scope === 'home' || scope === 'outside' || scope === 'device')
    return word.text.includes(HOLE) ? 'unknown' : { outside: word.text };
  if (scope === 'git') return 'elsewhere';
  if (path === undefined || path.includes(HOLE)) return 'unknown';
  const parts = path.split('/').filter((part) => part !== '');
  return { path: { parts: parts.map(simpleGlob), below: deep ? 'all' : whole ? 'children' : 'itself' } };
}

const simpleGlob = (part: string) => part.replaceAll(/\[[^\]]*\]/g, '?');

/** Whether a file, relative to the worktree, is one of these. */
export function isTouched({ parts, below, names }: TouchedPath, file: string): boolean {
  const given = file.split('/');
  const rest = given.slice(parts.length);
  const name = given.at(-1) ?? '';
  if (given.length < parts.length || !parts.every((part, at) => partFits(part, given[at] ?? ''))) return false;
  if (names !== undefined && !names.some((one) => nameFits(one, name))) return false;
  if (below === 'all' || rest.length === 0) return true;
  return below === 'children' && rest.length === 1 && !name.startsWith('.');
}

/** Whether files that are meant may lie in a folder. */
export function mayHold({ parts, below }: TouchedPath, folder: string): boolean {
  const given = folder === '' ? [] : folder.split('/');
  if (!given.slice(0, parts.length).every((part, at) => partFits(parts[at] ?? '', part))) return false;
  if (given.length < parts.length || below === 'all') return true;
  return given.length === parts.length && below === 'children';
}

/** A star at the beginning does not stand for a dot. */
function partFits(pattern: string, part: string): boolean {
  return pattern === part || (nameFits(pattern, part) && !(part.startsWith('.') && /^[*?]/.test(pattern)));
}
