import type { FileOrigin, Hazard, Redirect, SimpleCommand, Unresolved, Word } from '../interpreted.ts';
import type { ShellTree } from '../shell-tree.ts';
import type { GuardFacts } from '../verdict.ts';
import { literal, unknown } from '../word.ts';
import type { Reading } from './read-statements.ts';
import type { Statement } from './statement.ts';

/** What a shell knows while its program is walked: variables, functions, folders, files written on the way. */

export type Value = { kind: 'text'; word: Word } | { kind: 'list'; words: readonly Word[] } | { kind: 'unset' };

/** What flows through a pipe or stands in a file: its text, where known, the commands it came from, the file it stands in. */
export type Content = { text: Word | undefined; from: readonly number[]; file?: Word };

export const nothingPrinted: Content = { text: literal(''), from: [] };

/** How a statement ends: undefined when that is not known. */
export type Status = boolean | undefined;

export type Done = { status: Status; output: Content };

/** A program that is started: what the shell hands to it. */
export type Call = {
  shell: Shell;
  program: Word;
  name: string;
  args: readonly Word[];
  env: ReadonlyMap<string, Word>;
  redirects: readonly Redirect[];
  /** Undefined: inherited from whoever started the line. */
  stdin: Content | undefined;
  /** Functions and builtins of the shell are meant too. */
  byShell: boolean;
  source: string;
};

/** A program given as text. */
export type Given = {
  text: Word;
  via: string;
  /** `$1`, `$2`, …; undefined when the program's own shell goes on. */
  positional?: readonly Word[];
  /** It runs in the calling shell itself (`eval`, `source`). */
  here?: boolean;
  stdin?: Content | undefined;
};

/** One walk over one program, with everything inside it. */
export type Walk = {
  parse: (source: string) => ShellTree;
  facts: GuardFacts;
  commands: SimpleCommand[];
  unresolved: Unresolved[];
  hazards: Hazard[];
  files: Map<string, FileOrigin>;
  /** Statements that may still be walked, characters that may still be produced. */
  stepsLeft: number;
  charactersLeft: number;
  /** Commands the program consists of, written ones, not runs of them. */
  parts: number;
  seen: Set<Statement>;
  capture: (reading: Reading, shell: Shell, via: string) => Content;
  run: (statement: Statement, shell: Shell) => Done;
  call: (call: Call) => Done;
  program: (call: Call, given: Given) => Done;
};

export type Shell = {
  walk: Walk;
  variables: Map<string, Value>;
  exported: Set<string>;
  functions: Map<string, Statement>;
  aliases: Map<string, string>;
  positional: readonly Word[] | undefined;
  cwd: string | undefined;
  /** Folders to which `cd -` and `popd` go back. */
  folders: readonly (string | undefined)[];
  /** What `exec` opened: by number or by the name of a variable. */
  descriptors: Map<string, Content>;
  stdin: Content | undefined;
  via: readonly string[];
  conditional: boolean;
  background: boolean;
  /** It is a part of a pipeline. */
  piped: boolean;
  /** What variables held before `local` in the function that runs. */
  locals: Map<string, Value | undefined>;
  /** Functions that are being called: a call of one of them is not followed again. */
  calling: readonly string[];
};

export function newShell(walk: Walk): Shell {
  return {
    walk,
    variables: new Map(),
    exported: new Set(),
    functions: new Map(),
    aliases: new Map(),
    positional: undefined,
    cwd: walk.facts.cwd ?? '.',
    folders: [],
    descriptors: new Map(),
    stdin: undefined,
    via: [],
    conditional: false,
    background: false,
    piped: false,
    locals: new Map(),
    calling: [],
  };
}

/** A shell of its own that begins as this one is: what it changes stays in it. */
export function fork(shell: Shell, changes: Partial<Shell> = {}): Shell {
  return {
    ...shell,
    variables: copied(shell.variables),
    exported: new Set(shell.exported),
    functions: copied(shell.functions),
    aliases: copied(shell.aliases),
    descriptors: copied(shell.descriptors),
    ...changes,
  };
}

/** Most are empty, and a map is quicker made than copied. */
const copied = <K, V>(map: ReadonlyMap<K, V>): Map<K, V> => (map.size === 0 ? new Map() : new Map(map));

const isSameWord = (one: Word, other: Word) =>
  one.text === other.text && one.glob === other.glob && one.holes.join() === other.holes.join();

function isSame(one: Value | undefined, other: Value | undefined): boolean {
  if (one?.kind === 'text' && other?.kind === 'text') return isSameWord(one.word, other.word);
  if (one?.kind === 'list' && other?.kind === 'list')
    return (
      one.words.length === other.words.length &&
      one.words.every((word, index) => isSameWord(word, other.words[index] ?? literal('')))
    );
  return one?.kind === other?.kind;
}

/** After a part that may not have run: what the two ways differ in is not known. */
export function merge(shell: Shell, other: Shell): void {
  for (const name of new Set([...shell.variables.keys(), ...other.variables.keys()]))
    if (!isSame(shell.variables.get(name), other.variables.get(name)))
      shell.variables.set(name, { kind: 'text', word: unknown(`$${name}`, true) });
  for (const [name, body] of other.functions) if (!shell.functions.has(name)) shell.functions.set(name, body);
  for (const [name, text] of other.aliases) if (!shell.aliases.has(name)) shell.aliases.set(name, text);
  for (const name of other.exported) shell.exported.add(name);
  if (shell.cwd !== other.cwd) shell.cwd = undefined;
}

/** True when the two shells know the same variables. */
export function knowsTheSame(one: Shell, other: Shell): boolean {
  if (one.cwd !== other.cwd || one.variables.size !== other.variables.size) return false;
  return [...one.variables].every(([name, value]) => isSame(value, other.variables.get(name)));
}

export const defaultHome = '/home/user';

/** What the environment surely holds, when the program sets nothing else. */
function fromEnvironment(shell: Shell, name: string): Word | undefined {
  const { facts } = shell.walk;
  switch (name) {
    case 'HOME':
      return literal(facts.home ?? defaultHome);
    case 'PWD':
      return shell.cwd === undefined ? undefined : literal(shell.cwd);
    case 'OLDPWD': {
      const before = shell.folders.at(-1);
      return before === undefined ? undefined : literal(before);
    }
    case 'TMPDIR':
      return literal('/tmp');
    case 'SHELL':
      return literal('/bin/bash');
    case 'IFS':
      return literal(' \t\n');
    case '0':
      return literal('bash');
    default:
      return undefined;
  }
}

/** A variable's value; undefined when the program does not set it and the environment decides. */
export function lookUp(shell: Shell, name: string): Value | undefined {
  const value = shell.variables.get(name);
  if (value !== undefined) return value;
  const word = fromEnvironment(shell, name);
  return word && { kind: 'text', word };
}

/** A longer value is not followed: it may double at each step. */
const longestValue = 16 * 1024;

export function assign(shell: Shell, name: string, value: Value): void {
  const tooLong = value.kind === 'text' && value.word.text.length > longestValue;
  shell.variables.set(name, tooLong ? { kind: 'text', word: unknown(`$${name}`, true) } : value);
}

/** More commands than this in one line are not followed by anybody who is asked about them. */
const mostParts = 50;
/** Loops and functions may run them more often. */
const mostCommands = 300;

/** Takes one step; false when the walk has used up what it may. */
export function step(shell: Shell, characters = 0): boolean {
  const { walk } = shell;
  walk.stepsLeft -= 1;
  walk.charactersLeft -= characters;
  const few = walk.parts <= mostParts && walk.commands.length < mostCommands;
  if (few && walk.stepsLeft > 0 && walk.charactersLeft > 0) return true;
  if (!walk.unresolved.some(({ kind }) => kind === 'limit'))
    walk.unresolved.push({ kind: 'limit', what: 'The command is too long or too involved to be followed to its end' });
  return false;
}

/** Remembers what could not be resolved, once. */
export function report({ walk }: Shell, unresolved: Unresolved): void {
  if (!walk.unresolved.some(({ kind, what }) => kind === unresolved.kind && what === unresolved.what))
    walk.unresolved.push(unresolved);
}

/** Runs something that may run later or not at all: what it changes may or may not be. */
export function runMaybe(shell: Shell, run: (way: Shell) => void): void {
  const way = fork(shell, { conditional: true });
  run(way);
  merge(shell, way);
}
