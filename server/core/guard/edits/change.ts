import type { CodeLines, ReadCode } from './code-lines.ts';

/** A file's change as it is judged: what is null does not exist before, or after. */
export type Edit = { path: string; oldText: string | null; newText: string | null };

/** What a file is for, by its name. */
export type FileKind = 'code' | 'test' | 'text' | 'data' | 'settings';

export type Change = {
  path: string;
  kind: FileKind;
  /** The name's ending in lower case, without the dot. */
  ending: string;
  before: string;
  after: string;
  isNew: boolean;
  isGone: boolean;
  /** Lines that only one side has, in their order; code without its comments, by its statements where it can be read. */
  added: readonly string[];
  removed: readonly string[];
  addedText: string;
  /** The same without texts for people, where the program can be read. */
  addedBare: readonly string[];
  removedBare: readonly string[];
  /** The added lines as they stand, comments included. */
  addedRaw: readonly string[];
  removedRaw: readonly string[];
};

const codeEndings = new Set(
  'ts tsx mts cts js jsx mjs cjs py go java kt kts scala rs rb php cs c h cc cpp hpp swift sh bash zsh pl lua ex exs dart vue svelte groovy sql tf hcl ps1 clj'.split(
    ' ',
  ),
);
const textEndings = new Set('md mdx txt rst adoc tex org po pot srt vtt html htm'.split(' '));
const testName =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e|cypress|testing)\/|[._-](?:test|spec|cy|e2e)\.[a-z]+$|(?:^|\/)test_[^/]*\.py$|_test\.(?:go|py|rb|exs|dart|cc|cpp|rs)$|(?:Tests?|IT|Spec)\.(?:java|kt|cs|scala|groovy|php|swift)$|_spec\.rb$|(?:^|\/)conftest\.py$/;

function kindOf(path: string, ending: string): FileKind {
  if (testName.test(path) && !/\.(?:md|snap|txt)$/.test(path)) return 'test';
  if (codeEndings.has(ending)) return 'code';
  if (textEndings.has(ending)) return 'text';
  return /^(?:json|ya?ml|toml|ini|cfg|conf|xml|properties|env|lock|gradle|rules)$/.test(ending) || ending === ''
    ? 'settings'
    : 'data';
}

const slashComments = /^\s*(?:\/\/|\/\*|\*)|(?<![:'"`\\])\/\/.*$|\/\*.*?\*\//g;
const hashComments = /(?<=^|\s)#(?![!{[]).*$/g;
const dashComments = /--.*$/g;
const hashEndings = new Set('py rb sh bash zsh pl ex exs yaml yml toml tf hcl ps1 cfg conf'.split(' '));

/** A line without what is only said to people. A comment that began on an earlier line is taken away where its lines begin with a star. */
function withoutComment(line: string, ending: string): string {
  if (hashEndings.has(ending)) return line.replace(hashComments, '');
  if (ending === 'sql' || ending === 'lua') return line.replace(dashComments, '');
  if (!codeEndings.has(ending)) return line;
  return /^\s*(?:\/\/|\*|\/\*(?!.*\*\/))/.test(line) ? '' : line.replace(slashComments, '');
}

/** The lines that only the first of two texts has, counting how often each stands. */
function onlyIn(lines: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of others) counts.set(line.trim(), (counts.get(line.trim()) ?? 0) + 1);
  return lines.filter((line) => {
    const left = counts.get(line.trim()) ?? 0;
    if (left > 0) counts.set(line.trim(), left - 1);
    return left === 0 && line.trim() !== '';
  });
}

/** Of longer lines only the beginning is looked at; in programs they are asked about. */
export const longestLine = 2_000;

type Sides = Pick<Change, 'added' | 'removed' | 'addedBare' | 'removedBare'>;

/** By statements, when both sides can be read. */
function statementsOf({ path, oldText, newText }: Edit, readCode: ReadCode): Sides | undefined {
  const nothing: CodeLines = { lines: [], bare: [] };
  const before = oldText === null ? nothing : readCode(path, oldText);
  const after = newText === null ? nothing : before && readCode(path, newText);
  if (before === undefined || after === undefined) return undefined;
  return {
    added: onlyIn(after.lines, before.lines),
    removed: onlyIn(before.lines, after.lines),
    addedBare: onlyIn(after.bare, before.bare),
    removedBare: onlyIn(before.bare, after.bare),
  };
}

/** What an edit comes to, statement by statement where the program can be read, else line by line. */
export function readChange(edit: Edit, readCode: ReadCode): Change {
  const { path, oldText, newText } = edit;
  const clean = path.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  const name = clean.slice(clean.lastIndexOf('/') + 1);
  const ending = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '';
  const before = oldText ?? '';
  const after = newText ?? '';
  const oldLines = before.split('\n');
  const newLines = after.split('\n');
  const addedRaw = onlyIn(newLines, oldLines);
  const removedRaw = onlyIn(oldLines, newLines);
  const bare = (lines: readonly string[]) =>
    lines.map((line) => withoutComment(line.slice(0, longestLine), ending)).filter((line) => line.trim() !== '');
  const sides = statementsOf({ ...edit, path: clean }, readCode) ?? linesOf(bare(addedRaw), bare(removedRaw));
  return {
    ...sides,
    path: clean,
    kind: kindOf(clean, ending),
    ending,
    before,
    after,
    isNew: oldText === null,
    isGone: newText === null,
    addedText: sides.added.join('\n'),
    addedRaw,
    removedRaw,
  };
}

function linesOf(added: readonly string[], removed: readonly string[]): Sides {
  return { added, removed, addedBare: added, removedBare: removed };
}

/** How often a pattern stands in the lines. */
export function countIn(lines: readonly string[], pattern: RegExp): number {
  return lines.filter((line) => pattern.test(line)).length;
}

/** Whether something that the pattern tells is taken away more often than it is added. */
export function loses({ addedBare, removedBare }: Change, pattern: RegExp): boolean {
  return countIn(removedBare, pattern) > countIn(addedBare, pattern);
}

/** Whether something that the pattern tells is added more often than it is taken away. */
export function gains({ addedBare, removedBare }: Change, pattern: RegExp): boolean {
  return countIn(addedBare, pattern) > countIn(removedBare, pattern);
}
