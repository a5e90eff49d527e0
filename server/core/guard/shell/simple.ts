import { HOLE, type Word } from '../interpreted.ts';
import { isExact, joinWords, literal, sliceWord, unknown } from '../word.ts';
import { expandText, expandWord, expandWords } from './expand.ts';
import { closing } from './lex-word.ts';
import { readStatements } from './read-statements.ts';
import { applyRedirects, keepOpen, pour } from './redirect.ts';
import {
  assign,
  fork,
  lookUp,
  nothingPrinted,
  report,
  step,
  type Call,
  type Done,
  type Shell,
  type Value,
} from './state.ts';
import type { RawWord, Simple } from './statement.ts';
import { emit } from './emit.ts';
import { runHook } from './hooks.ts';

/** A simple command: assignments, words, redirections; then whatever its first word calls. */

const assignment = /^([A-Za-z_]\w*)(\[[^\]]*\])?(\+?)=/;
const declaring = new Set(['export', 'declare', 'typeset', 'local', 'readonly']);

export function runSimple(simple: Simple, shell: Shell): Done {
  if (!count(simple, shell)) return { status: undefined, output: { text: undefined, from: [] } };
  const { words } = simple;
  let first = 0;
  while (first < words.length && assignment.test(rawText(words[first]))) first += 1;
  const set = words.slice(0, first);
  const rest = words.slice(first);
  const alias = rest[0] === undefined ? undefined : aliased(rest[0], shell);
  if (alias !== undefined) return runAlias(simple, alias, shell);
  if (first === 0 && opens(simple, shell)) return { status: true, output: nothingPrinted };
  return rest.length === 0 ? assignOnly(simple, shell) : runCommand({ simple, set, rest }, shell);
}

const mostWords = 2_000;

/** Each command counts once, however often it runs. */
function count(simple: Simple, shell: Shell): boolean {
  const { walk } = shell;
  if (!walk.seen.has(simple)) {
    walk.seen.add(simple);
    walk.parts += simple.words.length > mostWords ? Number.POSITIVE_INFINITY : 1;
  }
  return step(shell);
}

const rawText = (raw: RawWord | undefined) => raw?.source.slice(raw.start, raw.end) ?? '';

/** `exec` without a program keeps its redirections for the whole shell. */
function opens({ words, redirects }: Simple, shell: Shell): boolean {
  if (rawText(words[0]) !== 'exec' || words.length > 2) return false;
  const name = /^\{(\w+)\}$/.exec(rawText(words[1]))?.[1];
  if (words.length === 2 && name === undefined) return false;
  keepOpen(redirects, shell, name);
  return true;
}

function aliased(raw: RawWord, shell: Shell): string | undefined {
  const name = rawText(raw);
  return shell.calling.includes(`alias ${name}`) ? undefined : shell.aliases.get(name);
}

/** The alias's text takes the place of the word, before anything is read. */
function runAlias({ words, redirects, source }: Simple, alias: string, shell: Shell): Done {
  const first = words.find((word) => !assignment.test(rawText(word)));
  const name = rawText(first);
  const others = words.map((word) => (word === first ? alias : rawText(word))).join(' ');
  const { statement, errors } = readStatements(shell.walk.parse(others));
  if (errors.length > 0) report(shell, { kind: 'syntax', what: `The alias in “${source}” has no reading` });
  const { stdin } = applyRedirects(redirects, shell);
  const inner = fork(shell, { calling: [...shell.calling, `alias ${name}`], ...(stdin && { stdin }) });
  return shell.walk.run(statement, inner);
}

function assignOnly({ words, redirects, source }: Simple, shell: Shell): Done {
  const names = words.map((raw) => assignRaw(raw, shell)?.[0] ?? '');
  const none: Call = { shell, program: literal(''), name: '', args: [], env: new Map(), redirects: [], stdin: undefined, byShell: true, source }; // prettier-ignore
  for (const name of names) runHook(none, name);
  if (redirects.length === 0)
    return { status: words.some(({ nodes }) => nodes.length > 0) ? undefined : true, output: nothingPrinted };
  const applied = applyRedirects(redirects, shell);
  emit({ ...none, ...applied });
  return pour({ status: undefined, output: applied.stdin ?? nothingPrinted }, applied.redirects, shell);
}

export function assignRaw(raw: RawWord, shell: Shell): [string, Word] | undefined {
  const match = assignment.exec(rawText(raw));
  if (match === null) return undefined;
  const [whole, name = '', index, plus] = match;
  const value = valueOf({ ...raw, start: raw.start + whole.length }, shell);
  const before = lookUp(shell, name);
  if (index !== undefined) assign(shell, name, { kind: 'text', word: unknown(`$${name}`, true) });
  else assign(shell, name, plus === '+' ? appended(before, value, name) : value);
  return [name, value.kind === 'text' ? value.word : unknown(`$${name}`, true)];
}

function appended(before: Value | undefined, value: Value, name: string): Value {
  const list = (each: Value) => (each.kind === 'list' ? each.words : each.kind === 'text' ? [each.word] : []);
  const start = before ?? { kind: 'text', word: unknown(`$${name}`, true) };
  if (value.kind === 'list') return { kind: 'list', words: [...list(start), ...value.words] };
  return { kind: 'text', word: joinWords([...list(start), ...list(value)]) };
}

function valueOf(raw: RawWord, shell: Shell): Value {
  if (raw.source[raw.start] !== '(') return { kind: 'text', word: expandText(raw, shell) };
  const close = closing({ ...raw, start: raw.start + 1 }, ')');
  const { statement } = readStatements(
    shell.walk.parse(`: ${raw.source.slice(raw.start + 1, close).replaceAll(/[\r\n]+/g, ' ')}`),
  );
  if (statement.kind !== 'simple') return { kind: 'text', word: unknown('(…)', true) };
  return { kind: 'list', words: expandWords(statement.words.slice(1), shell) };
}

type Parts = { simple: Simple; set: readonly RawWord[]; rest: readonly RawWord[] };

function runCommand({ simple, set, rest }: Parts, shell: Shell): Done {
  const declares = declaring.has(rawText(rest[0]));
  const words = rest.flatMap((raw) =>
    declares && assignment.test(rawText(raw)) ? [declared(raw, shell)] : expandWord(raw, shell),
  );
  const env = set.length > 0 ? withAssignments(set, shell) : exportedOf(shell);
  const [first, ...args] = words;
  if (first === undefined) return assignOnly(simple, shell);
  // After an assignment `time` is no word of the grammar any more, but the program of that name.
  const program = first.text === 'time' && set.length > 0 ? literal('/usr/bin/time') : first;
  const { redirects, stdin } = applyRedirects(simple.redirects, shell);
  const call: Call = {
    shell, program, name: nameOf(program), args, env, redirects, stdin: stdin ?? shell.stdin, byShell: true, source: simple.source,
  }; // prettier-ignore
  return pour(shell.walk.call(call), redirects, shell);
}

/** The environment of one command whose own variables stand before it; its shell does not keep them. */
function withAssignments(set: readonly RawWord[], shell: Shell): ReadonlyMap<string, Word> {
  const own = fork(shell);
  const env = new Map(exportedOf(shell));
  for (const raw of set) {
    const pair = assignRaw(raw, own);
    if (pair !== undefined) env.set(...pair);
  }
  return env;
}

const nothingExported: ReadonlyMap<string, Word> = new Map();

/** `export A=…`: one word, of which the value is expanded like that of an assignment. */
function declared(raw: RawWord, shell: Shell): Word {
  const whole = assignment.exec(rawText(raw))?.[0] ?? '';
  const value = valueOf({ ...raw, start: raw.start + whole.length }, shell);
  return joinWords([literal(whole), value.kind === 'text' ? value.word : unknown('(…)', true)]);
}

function exportedOf(shell: Shell): ReadonlyMap<string, Word> {
  if (shell.exported.size === 0) return nothingExported;
  const env = new Map<string, Word>();
  for (const name of shell.exported) {
    const value = shell.variables.get(name);
    if (value?.kind === 'text') env.set(name, value.word);
  }
  return env;
}

/** The base name under which rules know a program. */
export function nameOf(program: Word): string {
  const slash = program.text.lastIndexOf('/');
  const base = sliceWord(program, slash + 1);
  const name = base.text.toLowerCase().replace(/\.exe$/, '');
  return base.glob || !isExact({ ...base, glob: false }) ? (name.includes(HOLE) ? name : `${HOLE}${name}`) : name;
}
