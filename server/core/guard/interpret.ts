import type { Interpreted } from './interpreted.ts';
import { runCall, runGiven } from './shell/call.ts';
import { readStatements } from './shell/read-statements.ts';
import { isHarmlessText } from './foreign-call.ts';
import { fork, newShell, report, type Shell, type Walk } from './shell/state.ts';
import { run } from './shell/walk.ts';
import type { ShellTree } from './shell-tree.ts';
import type { GuardFacts } from './verdict.ts';

const mostSteps = 4_000;
const mostCharacters = 400_000;

/** Tells what a shell program does, without running it. Never throws, whatever the program. */
export function interpret(tree: ShellTree, facts: GuardFacts): Interpreted {
  const walk: Walk = {
    parse: tree.parse,
    facts,
    commands: [],
    unresolved: [],
    hazards: [],
    files: new Map(),
    stepsLeft: mostSteps,
    charactersLeft: mostCharacters,
    parts: 0,
    seen: new Set(),
    run,
    call: runCall,
    program: runGiven,
    capture: (reading, shell, via) => {
      const inner = fork(shell, { via: [...shell.via, via] });
      if (reading.errors.length > 0)
        report(shell, { kind: 'syntax', what: `“${shorten(reading.errors[0] ?? '')}” has no reading` });
      return run(reading.statement, inner).output;
    },
  };
  const shell = newShell(walk);
  if (tree.trouble !== undefined) report(shell, { kind: 'limit', what: troubles[tree.trouble] });
  else follow(tree, shell);
  const { commands, unresolved, hazards, files } = walk;
  return { commands, unresolved, hazards, files };
}

function follow(tree: ShellTree, shell: Shell): void {
  const { statement, errors } = readStatements(tree);
  if (errors.length > 0 && isHarmlessText(tree.source)) return;
  if (errors.length > 0) report(shell, { kind: 'syntax', what: `“${shorten(errors[0] ?? '')}” has no reading` });
  if (/\r(?!\n|$)/.test(tree.source))
    report(shell, { kind: 'syntax', what: 'A carriage return in the line hides a part of it from who reads it' });
  run(statement, shell);
}

const shorten = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

const troubles = {
  'too-long': 'The line is longer than 64 KB',
  'too-slow': 'The line takes too long to be read',
  'too-deep': 'The line is nested too deep to be read',
};
