import type { Word } from '../interpreted.ts';
import { resolvePath } from '../resolve-path.ts';
import { isExact, sliceWord, splitWord, unknown } from '../word.ts';
import { hasOption, optionValue, readOptions, type Options } from './options.ts';
import { runLine } from './shells.ts';
import { fork, type Call, type Done, type Shell } from './state.ts';
import { needsWord, prefixes, type Prefix } from './prefix-table.ts';
import { nameOf } from './simple.ts';

/** Programs that run the rest of their words as a command: `sudo`, `env`, `timeout 5`, … */

export function runPrefix(call: Call): Done | undefined {
  const prefix = Object.hasOwn(prefixes, call.name) ? prefixes[call.name] : undefined;
  if (prefix === undefined) return undefined;
  const words = needsWord[call.name];
  if (words === undefined) return unwrap(call, call.args, prefix);
  const [first, ...rest] = call.args;
  return first !== undefined && words.includes(first.text) ? unwrap(call, rest, prefix) : undefined;
}

function unwrap(call: Call, args: readonly Word[], prefix: Prefix): Done | undefined {
  const end = args.findIndex(({ text }) => prefix.after?.includes(text));
  if (prefix.after !== undefined && end < 0) return undefined;
  const read = readOptions(args.slice(end + 1), prefix);
  if (hasOption(read, ...(prefix.harmless ?? []))) return undefined;
  const { env, rest } = commandOf(call, read, prefix);
  if (rest.length === 0) return undefined;
  const next: Call = { ...call, shell: shellFor(call), env, byShell: isOfShell(call.name) };
  moveTo(call, optionValue(read, ...(prefix.folder ?? [])), next.shell);
  return runRest(next, rest, { prefix, read });
}

/** As one line for a shell, or as a program and its words. */
function runRest(
  next: Call,
  rest: readonly Word[],
  { prefix, read }: { prefix: Prefix; read: Options },
): Done | undefined {
  const [program, ...inner] = rest;
  if (program === undefined) return undefined;
  // `flock FILE -c LINE`
  if (program.text === '-c' && prefix.skip !== undefined) return runLine(next, inner, next.name);
  if (hasOption(read, ...(prefix.line ?? []))) return runLine(next, rest, next.name);
  // No program has such a name: what stands there is a line.
  if (inner.length === 0 && /\S\s+\S/.test(program.text) && isExact(program)) return runLine(next, rest, next.name);
  return withoutFunctions(next, program, inner);
}

const isOfShell = (name: string) => name === 'command' || name === 'builtin';

/** `exec`, `command` and `builtin` are no processes of their own: what runs behind them changes this very shell. */
function shellFor({ shell, name }: Call): Shell {
  return isOfShell(name) || name === 'exec' ? shell : fork(shell, { via: [...shell.via, name] });
}

/** The words of the command, with the variables that are set before it. */
function commandOf(
  call: Call,
  read: Options,
  prefix: Prefix,
): { env: ReadonlyMap<string, Word>; rest: readonly Word[] } {
  const split = call.name === 'env' ? optionValue(read, '-S', '--split-string') : undefined;
  const words = [...(split === undefined ? [] : splitWord(split, /\s+/g)), ...read.operands.slice(prefix.skip ?? 0)];
  return prefix.assigns === true ? takeAssignments(call, words) : { env: call.env, rest: words };
}

/** Wrappers start programs: functions of the shell are not seen by them, builtins only by `command` and `builtin`. */
function withoutFunctions(call: Call, program: Word, args: readonly Word[]): Done {
  const { functions } = call.shell;
  const hidden = functions.get(program.text);
  if (hidden === undefined) return call.shell.walk.call({ ...call, program, name: nameOf(program), args });
  const way = fork(call.shell);
  way.functions.delete(program.text);
  return way.walk.call({ ...call, shell: way, program, name: nameOf(program), args });
}

function moveTo(call: Call, folder: Word | undefined, way: Call['shell']): void {
  if (folder !== undefined) way.cwd = isExact(folder) ? resolvePath(folder.text, call.shell.cwd) : undefined;
}

export function takeAssignments(
  call: Call,
  operands: readonly Word[],
): { env: Map<string, Word>; rest: readonly Word[] } {
  const env = new Map(call.env);
  let at = 0;
  for (; at < operands.length; at++) {
    const word = operands[at] ?? unknown('…');
    const match = /^([A-Za-z_]\w*)=/.exec(word.text);
    if (match === null && word.text !== '-') break;
    if (match !== null) env.set(match[1] ?? '', sliceWord(word, match[0].length));
  }
  return { env, rest: operands.slice(at) };
}
