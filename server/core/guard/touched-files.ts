import type { ReachedFiles } from '../action-reach.ts';
import type { Interpreted, SimpleCommand, Word } from './interpreted.ts';
import { readOptions } from './options.ts';
import { cleans, checksOutFiles, looksLikeFiles, restoresFiles } from './rules/git-work.ts';
import { removed } from './rules/deletion.ts';
import { readFind } from './rules/finding.ts';
import { readGit, type GitCall } from './rules/git-words.ts';
import { editedInPlace, written } from './rules/overwriting.ts';
import { meantByCopying } from './touched-copies.ts';
import { placedWord, type PlacedWord, type TouchedPath } from './touched-path.ts';
import type { GuardFacts } from './verdict.ts';

/** Files that a command would delete, overwrite or change, as far as its words say. */
export type TouchedFiles = {
  how: ReachedFiles['how'];
  /** `uncommitted`: of them, those that differ from the commit; `untracked`: those that the commit does not have. */
  among: 'all' | 'uncommitted' | 'untracked';
  paths: readonly TouchedPath[];
  bound?: 'least' | 'most';
};

export type Touched = { files: TouchedFiles[]; outside: string[] };

/** What the words of a command mean, before they are looked for. */
export type Meant = {
  how: TouchedFiles['how'];
  among?: TouchedFiles['among'];
  words: readonly Word[] | 'worktree';
  deep?: boolean;
  names?: readonly string[];
  bound?: 'most';
};

export function touchedFiles({ commands }: Interpreted, facts: GuardFacts): Touched {
  const touched: Touched = { files: [], outside: [] };
  for (const command of commands) for (const meant of meantBy(command)) note(touched, meant, { command, facts });
  return { files: touched.files, outside: [...new Set(touched.outside)] };
}

/** Of one command; what names more is told as "at least". */
const mostPaths = 50;

function note(touched: Touched, meant: Meant, at: { command: SimpleCommand; facts: GuardFacts }): void {
  const { how, among = 'all', words, deep = false, names } = meant;
  const placed =
    words === 'worktree' ? ([wholeWorktree] as const) : words.map((word) => placedWord(word, { ...at, deep }));
  const known = placed.flatMap((place) => (typeof place === 'object' ? place : []));
  touched.outside.push(...known.flatMap((place) => ('outside' in place ? place.outside : [])));
  const paths = known.flatMap((place) => ('path' in place ? { ...place.path, ...(names && { names }) } : []));
  const bound = placed.includes('unknown') || paths.length > mostPaths ? 'least' : meant.bound;
  const told = bound ?? (isLoose(words) ? 'most' : undefined);
  if (paths.length > 0)
    touched.files.push({ how, among, paths: paths.slice(0, mostPaths), ...(told && { bound: told }) });
}

const wholeWorktree: PlacedWord = { path: { parts: [], below: 'all' } };

/** A class of letters is taken for any letter. */
const isLoose = (words: Meant['words']) =>
  words !== 'worktree' && words.some(({ text, glob }) => glob && text.includes('['));

function meantBy(command: SimpleCommand): Meant[] {
  const call = readGit(command);
  return [...deletedBy(command), ...writtenBy(command), ...(call ? meantByGit(call, command) : [])];
}

function deletedBy(command: SimpleCommand): Meant[] {
  const direct = removed(command);
  if (direct) return [{ how: 'deletes', words: direct.targets, deep: direct.deep }];
  if (command.name !== 'find') return [];
  const { roots, tests, deletes } = readFind(command);
  if (!deletes) return [];
  const names = tests.filter((test) => test.startsWith('-name ')).map((test) => test.slice(6));
  const joined = command.args.some(({ text }) => /^(?:-o|-or|!|-not|,)$/.test(text));
  const plain = !joined && names.length <= 1 && tests.every((test) => /^-(?:name |type f)/.test(test));
  const words = roots.length > 0 ? roots : ([{ text: '.', glob: false, holes: [], splits: false }] satisfies Word[]);
  return [
    {
      how: 'deletes',
      words,
      deep: true,
      ...(!joined && names.length === 1 && { names }),
      ...(!plain && { bound: 'most' as const }),
    },
  ];
}

function writtenBy(command: SimpleCommand): Meant[] {
  const appended = new Set(command.redirects.filter(({ kind }) => kind === '>>').map(({ target }) => target));
  const copying = meantByCopying(command);
  const redirected = command.redirects.filter(({ kind }) => kind !== '<').map(({ target }) => target);
  const words = copying ? redirected : written(command);
  const added = command.name === 'tee' && readOptions(command.args).has('a', 'append');
  const isAdded = (word: Word) => appended.has(word) || (added && command.args.includes(word));
  return [
    ...(copying ?? []),
    { how: 'overwrites', words: words.filter((word) => !isAdded(word)) },
    { how: 'changes', words: [...words.filter(isAdded), ...(editedInPlace(command) ?? [])] },
  ];
}

function meantByGit(call: GitCall, command: SimpleCommand): Meant[] {
  const { options, verb } = call;
  // Which folder `-C` leads to is not looked at: then it may be any file.
  const isElsewhere = command.args.some(({ text }) => /^(?:-C|--git-dir|--work-tree)/.test(text));
  const words = (given: readonly Word[]) => (isElsewhere || given.length === 0 ? ('worktree' as const) : given);
  const lost = lostBy(call);
  if (lost) return [{ how: 'loses', among: 'uncommitted', words: words(lost), deep: true, bound: 'most' }];
  if (verb === 'clean' && cleans(call))
    return [{ how: 'deletes', among: 'untracked', words: words(options.operands), deep: true, bound: 'most' }];
  if (verb !== 'rm' || options.has('cached', 'n', 'dry-run') || isElsewhere) return [];
  return [{ how: 'deletes', words: options.operands, deep: options.has('r') }];
}

/** The files whose uncommitted changes git would throw away, none for all; undefined when it throws none away. */
function lostBy(call: GitCall): readonly Word[] | undefined {
  const { options, verb } = call;
  switch (verb) {
    case 'reset':
      return options.has('hard', 'merge', 'keep') ? [] : undefined;
    case 'switch':
      return options.has('f', 'force', 'discard-changes') ? [] : undefined;
    case 'checkout':
      return checksOutFiles(call) ? checkedOut(call) : undefined;
    case 'restore':
      return restoresFiles(call) ? options.operands : undefined;
    default:
      return undefined;
  }
}

/** The files of a checkout, after its `--` or after the name of a commit. */
function checkedOut({ options: { operands, beforeDashes } }: GitCall): readonly Word[] {
  if (beforeDashes !== undefined) return operands.slice(beforeDashes);
  return looksLikeFiles(operands[0]?.text ?? '') ? operands : operands.slice(1);
}
