import type { Word } from '../interpreted.ts';
import { literal } from '../word.ts';
import { emit } from './emit.ts';
import { readOptions } from './options.ts';
import { runLine } from './shells.ts';
import { nameOf } from './simple.ts';
import { fork, type Call, type Done } from './state.ts';

/** Programs that carry others inside: `cmake -E rm`, `adb shell`. */

function runWords(call: Call, words: readonly Word[]): Done | undefined {
  const [program, ...args] = words;
  const shell = fork(call.shell, { via: [...call.shell.via, call.name] });
  return program && shell.walk.call({ ...call, shell, program, name: nameOf(program), args, byShell: false });
}

const cmakeTools: Record<string, readonly string[]> = {
  rm: ['rm'], remove: ['rm', '-f'], remove_directory: ['rm', '-rf'], rename: ['mv'], copy: ['cp'], copy_directory: ['cp', '-r'], copy_if_different: ['cp'], touch: ['touch'], env: ['env'], time: ['env'], tar: ['tar'], create_symlink: ['ln', '-s'],
}; // prettier-ignore

/** CMake's own small tools, for scripts that run anywhere. */
export function cmake(call: Call): Done | undefined {
  const [first, tool, ...rest] = call.args;
  const words = first?.text === '-E' ? cmakeTools[tool?.text ?? ''] : undefined;
  return words && runWords(call, [...words.map((word) => literal(word)), ...rest]);
}

/** What runs on the device, under the device's own folders. */
export function deviceShell(call: Call): Done | undefined {
  const { operands } = readOptions(call.args, { valued: 'sHPLt' });
  const [verb, ...line] = operands;
  if (verb?.text !== 'shell' || line.length === 0) return undefined;
  const at = emit(call);
  const shell = fork(call.shell, { via: [...call.shell.via, 'adb shell'] });
  shell.cwd = '/sdcard';
  runLine({ ...call, shell, byShell: false }, line, 'adb');
  return { status: undefined, output: { text: undefined, from: [at] } };
}
