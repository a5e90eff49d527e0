import { HOLE } from '../interpreted.ts';
import { literal } from '../word.ts';
import { builtins } from './builtins.ts';
import { emit } from './emit.ts';
import { printed } from './printed.ts';
import { runPrefix } from './prefix.ts';
import { programHandlers, runOwnFile } from './programs.ts';
import { fork, nothingPrinted, report, step, type Call, type Done, type Given, type Shell } from './state.ts';
import { readStatements } from './read-statements.ts';
import { noteFiles } from './file-effects.ts';
import { nameOf } from './simple.ts';
import { programOptions } from './program-options.ts';

/** From a program's name to what it does with its words: functions, builtins, wrappers, interpreters, plain programs. */

const deepest = 14;

export function runCall(call: Call): Done {
  if (!step(call.shell) || call.shell.via.length > deepest) return tooDeep(call);
  if (call.name.includes(HOLE)) return unknownProgram(call);
  if (call.byShell) {
    const body = call.shell.functions.get(call.program.text);
    if (body !== undefined) return runFunction(call, call.program.text);
    const builtin = Object.hasOwn(builtins, call.name) ? builtins[call.name] : undefined;
    if (builtin !== undefined) return builtin(call);
    const hashed = call.shell.aliases.get(`hash ${call.name}`);
    if (hashed !== undefined)
      return runCall({ ...call, program: literal(hashed), name: nameOf(literal(hashed)), byShell: false });
  }
  return runProgramCall(call);
}

function runProgramCall(call: Call): Done {
  // `git-reset`, as git keeps its commands in a folder of its own, is `git reset`.
  const verb = /^git-([a-z][a-z-]+)$/.exec(call.name)?.[1];
  if (verb !== undefined)
    return runCall({
      ...call,
      name: 'git',
      program: literal('git'),
      args: [literal(verb), ...call.args],
      byShell: false,
    });
  const prefixed = runPrefix(call);
  if (prefixed !== undefined) return prefixed;
  programOptions(call);
  const name = call.name.replace(/^(python|pypy|perl|ruby|php|lua)[\d.]+$/, '$1');
  const handler = Object.hasOwn(programHandlers, name) ? programHandlers[name] : undefined;
  return handler?.(call) ?? runOwnFile(call) ?? leaf(call);
}

/** A program that is judged by its words. */
function leaf(call: Call): Done {
  const at = emit(call);
  noteFiles(call);
  const missing = call.shell.functions.get('command_not_found_handle');
  if (missing !== undefined && call.byShell && !call.shell.calling.includes('command_not_found_handle'))
    runFunction(call, 'command_not_found_handle');
  return { status: undefined, output: printed(call, at) };
}

function tooDeep(call: Call): Done {
  report(call.shell, { kind: 'limit', what: 'Programs stand too deep inside programs to be followed' });
  emit(call);
  return { status: undefined, output: { text: undefined, from: [] } };
}

/** The name may turn out to be anything; if it may be nothing at all, the next word is the program. */
function unknownProgram(call: Call): Done {
  const { program, args } = call;
  const at = emit(call);
  report(call.shell, {
    kind: 'program',
    what: `It cannot be told which program ${program.holes[0] ?? program.text} is`,
  });
  const [next, ...rest] = args;
  if (program.splits && program.text === HOLE && next !== undefined)
    call.shell.walk.call({ ...call, program: next, name: nameOf(next), args: rest });
  return { status: undefined, output: { text: undefined, from: [at] } };
}

function runFunction(call: Call, name: string): Done {
  const { shell } = call;
  const body = shell.functions.get(name);
  if (body === undefined) return { status: undefined, output: nothingPrinted };
  if (shell.calling.includes(name)) return recursive(call, name);
  const saved = { positional: shell.positional, stdin: shell.stdin, calling: shell.calling, locals: shell.locals };
  Object.assign(shell, {
    positional: call.args,
    stdin: call.stdin,
    calling: [...shell.calling, name],
    locals: new Map(),
  });
  const done = shell.walk.run(body, shell);
  for (const [local, value] of shell.locals) {
    if (value === undefined) shell.variables.delete(local);
    else shell.variables.set(local, value);
  }
  Object.assign(shell, saved);
  return done;
}

function recursive(call: Call, name: string): Done {
  const { shell } = call;
  if (shell.background || shell.piped)
    shell.walk.hazards.push({ kind: 'fork-bomb', what: `${name} starts itself again and again` });
  return { status: undefined, output: { text: undefined, from: [] } };
}

/** Stands in a program's text for what is not known of it. */
const unknownVariable = '${_not_known_}';

/** Runs a program that is given as text. */
export function runGiven(call: Call, given: Given): Done {
  const { shell } = call;
  if (given.text.holes.length > 0)
    report(shell, {
      kind: 'program',
      what: `A part of what ${given.via} runs is not known: ${given.text.holes[0] ?? ''}`,
    });
  const text = given.text.text.replaceAll(HOLE, unknownVariable);
  if (!step(shell, text.length)) return { status: undefined, output: { text: undefined, from: [] } };
  const tree = shell.walk.parse(text);
  if (tree.trouble !== undefined)
    report(shell, { kind: 'limit', what: `What ${given.via} runs is too long to be followed` });
  const { statement, errors } = readStatements(tree);
  if (errors.length > 0)
    report(shell, {
      kind: 'syntax',
      what: `What ${given.via} runs has no reading at “${(errors[0] ?? '').slice(0, 40)}”`,
    });
  const inner = given.here === true ? shell : child(call, given);
  const before = { via: shell.via, stdin: shell.stdin };
  inner.via = [...shell.via, given.via];
  if ('stdin' in given) inner.stdin = given.stdin;
  const done = shell.walk.run(statement, inner);
  if (given.here === true) Object.assign(shell, before);
  return done;
}

/** A new process: it gets what is exported, and nothing of what it does comes back. */
function child({ shell, env }: Call, given: Given): Shell {
  const inner = fork(shell, { positional: given.positional ?? [], aliases: new Map(), calling: shell.calling });
  for (const name of inner.variables.keys())
    if (!shell.exported.has(name) && !/^\d$/.test(name)) inner.variables.delete(name);
  for (const name of inner.functions.keys()) if (!shell.exported.has(name)) inner.functions.delete(name);
  for (const [name, word] of env) inner.variables.set(name, { kind: 'text', word });
  for (const name of env.keys()) inner.exported.add(name);
  return inner;
}
