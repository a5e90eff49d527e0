import type { Word } from '../interpreted.ts';
import { resolvePath } from '../resolve-path.ts';
import { isExact, joinWords, literal, sliceWord, unknown } from '../word.ts';
import { decodeEcho } from './ansi-c.ts';
import { emit } from './emit.ts';
import { format } from './printed.ts';
import { hasOption, optionValue, readOptions } from './options.ts';
import { takeAssignments } from './prefix.ts';
import { runHook } from './hooks.ts';
import { runScript } from './shells.ts';
import { nameOf } from './simple.ts';
import {
  assign,
  defaultHome,
  lookUp,
  nothingPrinted,
  runMaybe,
  type Call,
  type Done,
  type Shell,
  type Status,
} from './state.ts';

/** What the shell does by itself. */

type Handler = (call: Call) => Done;

const quiet = (status?: Status): Done => ({ status, output: nothingPrinted });

const constant =
  (status: boolean): Handler =>
  (call) => {
    if (call.redirects.length > 0) emit(call);
    return quiet(status);
  };

const changeFolder: Handler = (call) => {
  const { shell } = call;
  emit(call);
  const { operands } = readOptions(call.args, {});
  const before = shell.cwd;
  const [target] = operands;
  shell.cwd = target?.text === '-' ? shell.folders.at(-1) : folderOf(target, shell);
  shell.folders = [...shell.folders, before].slice(-8);
  return quiet();
};

function folderOf(target: Word | undefined, shell: Shell): string | undefined {
  if (target === undefined) {
    const home = lookUp(shell, 'HOME');
    return home?.kind === 'text' && isExact(home.word) ? home.word.text : (shell.walk.facts.home ?? defaultHome);
  }
  return isExact(target) ? resolvePath(target.text, shell.cwd) : undefined;
}

const leaveFolder: Handler = ({ shell }) => {
  shell.cwd = shell.folders.at(-1);
  shell.folders = shell.folders.slice(0, -1);
  return quiet();
};

const declare: Handler = (call) => {
  const { shell, name, args } = call;
  const flags = args.filter(({ text }) => text.startsWith('-')).map(({ text }) => text);
  for (const arg of args) {
    const match = /^([A-Za-z_]\w*)(\+?)(?:=|$)/.exec(arg.text);
    if (match === null) continue;
    const variable = match[1] ?? '';
    if (name === 'local' && !shell.locals.has(variable)) shell.locals.set(variable, shell.variables.get(variable));
    if (match[0].endsWith('=')) {
      assign(shell, variable, { kind: 'text', word: sliceWord(arg, match[0].length) });
      runHook(call, variable);
    }
    if (name === 'export' || flags.some((flag) => flag.includes('x'))) shell.exported.add(variable);
  }
  const at = emit(call);
  return lists(call) ? { status: true, output: { text: undefined, from: [at] } } : quiet(true);
};

/** Without names, or with `-p`, the variables themselves are printed. */
const lists = ({ args }: Call) => args.every(({ text }) => text.startsWith('-')) || /^-\w*p/.test(args[0]?.text ?? '');

const unset: Handler = (call) => {
  const { shell, args } = call;
  emit(call);
  for (const { text } of args) {
    shell.functions.delete(text);
    shell.variables.set(text, { kind: 'unset' });
  }
  return quiet(true);
};

const set: Handler = (call) => {
  const at = emit(call);
  if (call.args.length === 0) return { status: true, output: { text: undefined, from: [at] } };
  const dashes = call.args.findIndex(({ text }) => text === '--');
  const first = call.args[0]?.text ?? '-';
  if (dashes >= 0) call.shell.positional = call.args.slice(dashes + 1);
  else if (!/^[-+]/.test(first)) call.shell.positional = call.args;
  return quiet(true);
};

const shift: Handler = ({ shell, args }) => {
  shell.positional = shell.positional?.slice(Number(args[0]?.text ?? 1) || 1);
  return quiet();
};

const evaluate: Handler = (call) => {
  const words = call.args[0]?.text === '--' ? call.args.slice(1) : call.args;
  return call.shell.walk.program(call, { text: joinWords(words, ' '), via: 'eval', here: true });
};

const trap: Handler = (call) => {
  const { operands } = readOptions(call.args, {});
  const [action] = operands;
  if (action !== undefined && operands.length > 1 && action.text !== '')
    runMaybe(
      call.shell,
      (way) => void way.walk.program({ ...call, shell: way }, { text: action, via: 'trap', here: true }),
    );
  return quiet(true);
};

const alias: Handler = ({ shell, args }) => {
  for (const { text, holes } of args) {
    const equals = text.indexOf('=');
    if (equals > 0 && holes.length === 0) shell.aliases.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return quiet(true);
};

const unalias: Handler = ({ shell, args }) => {
  for (const { text } of args) shell.aliases.delete(text);
  return quiet(true);
};

const hash: Handler = (call) => {
  const read = readOptions(call.args, { valued: 'p' });
  const path = optionValue(read, '-p');
  const name = read.operands[0]?.text;
  if (path !== undefined && name !== undefined) call.shell.aliases.set(`hash ${name}`, path.text);
  return quiet();
};

const readLine: Handler = (call) => {
  const { shell } = call;
  emit(call);
  const read = readOptions(call.args, { valued: 'adinNptu' });
  const names = read.operands.length === 0 ? [literal('REPLY')] : read.operands;
  const line = call.stdin?.text?.text.split('\n')[0];
  const words = line === undefined || line.includes('\0') ? undefined : line.trim().split(/[ \t]+/);
  for (const [index, { text: name }] of names.entries()) {
    const last = index === names.length - 1;
    const value = words && literal(last ? words.slice(index).join(' ') : (words[index] ?? ''));
    assign(shell, name, { kind: 'text', word: value ?? unknown(`$${name}`, true) });
  }
  return quiet();
};

const readLines: Handler = (call) => {
  emit(call);
  const read = readOptions(call.args, { valued: 'dnOsucC' });
  const callback = optionValue(read, '-C');
  if (callback !== undefined)
    runMaybe(
      call.shell,
      (way) => void way.walk.program({ ...call, shell: way }, { text: callback, via: 'mapfile', here: true }),
    );
  const name = read.operands[0]?.text ?? 'MAPFILE';
  const text = call.stdin?.text;
  const lines = text?.holes.length === 0 ? text.text.replace(/\n$/, '').split('\n').map(literal) : undefined;
  assign(call.shell, name, { kind: 'list', words: lines ?? [unknown(`$${name}`, true)] });
  return quiet();
};

const print: Handler = (call) => {
  const into = call.args[0]?.text === '-v' ? call.args[1]?.text : undefined;
  if (into === undefined) return printOut(call);
  assign(call.shell, into, { kind: 'text', word: format(call.args.slice(2)) ?? unknown(`$${into}`, true) });
  return quiet(true);
};

/** What is printed and not redirected is judged where it goes; the printing itself is harmless. */
const printOut: Handler = (call) => {
  const at = emit(call);
  const text = call.name === 'printf' ? format(call.args.filter(({ text: arg }) => arg !== '--')) : echoed(call.args);
  return { status: true, output: { text, from: text === undefined ? [at] : [] } };
};

function echoed(args: readonly Word[]): Word {
  const end = args.findIndex(({ text }) => !/^-[neE]+$/.test(text));
  const flags = args
    .slice(0, end < 0 ? args.length : end)
    .map(({ text }) => text)
    .join('');
  const word = joinWords(end < 0 ? [] : args.slice(end), ' ');
  const text = flags.includes('e') ? decodeEcho(word.text) : word.text;
  return { ...word, glob: false, splits: false, text: flags.includes('n') ? text : `${text}\n` };
}

const test: Handler = (call) => {
  const words = call.args.filter(({ text }) => text !== ']' && text !== ']]');
  const [only, ...more] = words;
  return quiet(only !== undefined && more.length === 0 && isExact(only) ? only.text !== '' : undefined);
};

const source: Handler = (call) => {
  const [path, ...rest] = call.args[0]?.text === '--' ? call.args.slice(1) : call.args;
  return path === undefined
    ? quiet()
    : runScript(call, path, { via: 'source', here: true, ...(rest.length > 0 && { positional: rest }) });
};

/** `time` and `!` are words of the grammar: functions stand behind them too. */
const time: Handler = (call) => {
  if (call.program.text !== 'time') return call.shell.walk.call({ ...call, byShell: false });
  const rest = call.args.slice(call.args.findIndex(({ text }) => !/^(?:-p|--|!)$/.test(text)));
  const [program, ...args] = rest;
  if (program === undefined || hasOption(readOptions(call.args, {}), '-o', '--output')) return quiet();
  return call.shell.walk.call({ ...call, program, name: nameOf(program), args });
};

/** Where the grammar takes a reserved word for a program, the command begins behind it: `time { rm x; }`. */
const reserved: Handler = (call) => {
  const { env, rest } = takeAssignments(call, call.args);
  const [program, ...args] = rest;
  if (program !== undefined) return call.shell.walk.call({ ...call, env, program, name: nameOf(program), args });
  for (const [name, word] of env) assign(call.shell, name, { kind: 'text', word });
  if (call.redirects.length > 0) emit({ ...call, program: literal(''), name: '' });
  return quiet();
};

const coprocess: Handler = (call) => {
  const named = call.args[1]?.text === '{';
  return reserved({ ...call, args: named ? call.args.slice(1) : call.args });
};

export const builtins: Record<string, Handler> = {
  ...Object.fromEntries(['{', '!', 'if', 'then', 'elif', 'else', 'while', 'until', 'do'].map((word) => [word, reserved])),
  coproc: coprocess,
  ':': constant(true), true: constant(true), false: constant(false),
  cd: changeFolder, pushd: changeFolder, popd: leaveFolder,
  export: declare, declare, typeset: declare, local: declare, readonly: declare,
  unset, set, shift, eval: evaluate, trap, alias, unalias, hash, time,
  read: readLine, mapfile: readLines, readarray: readLines,
  echo: printOut, printf: print, '[': test, test, source, '.': source,
}; // prettier-ignore
