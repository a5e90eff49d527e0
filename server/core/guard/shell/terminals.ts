import type { Word } from '../interpreted.ts';
import { emit } from './emit.ts';
import { readOptions } from './options.ts';
import { runLine } from './shells.ts';
import { nameOf } from './simple.ts';
import { fork, type Call, type Done } from './state.ts';

/** Terminals that hold other programs: `tmux new -d 'cmd'`, `tmux send-keys 'cmd' Enter`, `screen -dm cmd args`. */

/** Start a program: one word is a line for a shell, several are the program and its words. */
const starting =
  /^(?:new(?:-session|-window)?|neww|split(?:-window|w)?|respawn-(?:pane|window)|respawn[pw]|run(?:-shell)?|if(?:-shell)?|pipe-pane|pipep|(?:display-)?popup)$/;
/** Type into a shell that is open already. */
const typing = /^(?:send(?:-keys)?|stuff|write-chars)$/;
const keys = /^(?:Enter|KPEnter|C-[a-z]|Escape|Space|\^M|-l)$/;

export function terminal(call: Call): Done {
  const at = emit(call);
  for (const words of call.name === 'screen' ? screenLines(call) : commandLines(call)) run(call, words);
  return { status: undefined, output: { text: undefined, from: [at] } };
}

type Line = { words: readonly Word[]; isText: boolean };

function run(call: Call, { words, isText }: Line): void {
  const [program, ...args] = words;
  if (program === undefined) return;
  const shell = fork(call.shell, { via: [...call.shell.via, call.name] });
  if (isText || args.length === 0) runLine({ ...call, shell, byShell: false }, words, call.name);
  else shell.walk.call({ ...call, shell, program, name: nameOf(program), args, byShell: false });
}

function screenLines({ args }: Call): Line[] {
  const log = args.findIndex(({ text }) => text === '-Logfile');
  const rest = log < 0 ? args : [...args.slice(0, log), ...args.slice(log + 2)];
  const { operands } = readOptions(rest, { valued: 'SceTshp' });
  const [first, ...more] = operands;
  if (first === undefined) return [];
  if (typing.test(first.text)) return [{ words: more, isText: true }];
  return [{ words: /^(?:exec|screen)$/.test(first.text) ? more : operands, isText: false }];
}

/** `tmux new -d \\; send-keys …`: several commands in one line. */
function commandLines({ args }: Call): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at < args.length; at++) {
    const text = args[at]?.text ?? '';
    if (!starting.test(text) && !typing.test(text)) continue;
    const end = args.findIndex((word, index) => index > at && word.text === ';');
    const own = args.slice(at + 1, end < 0 ? args.length : end);
    if (typing.test(text)) lines.push({ words: typed(own), isText: true });
    else lines.push(...started(text, own));
    at = end < 0 ? args.length : end;
  }
  return lines;
}

const typed = (words: readonly Word[]) =>
  readOptions(words, { valued: 'tNc' }).operands.filter(({ text }) => !keys.test(text));

function started(verb: string, words: readonly Word[]): Line[] {
  const { operands } = readOptions(words, { valued: verb.endsWith('popup') ? 'tcdehwxyST' : 'tncsxyFelb' });
  // Each word of `if-shell` is a line of its own, of a shell or of tmux.
  if (verb.startsWith('if')) return operands.map((word) => ({ words: [inner(word)], isText: true }));
  return [{ words: operands, isText: verb.startsWith('run') || verb.startsWith('pipe') }];
}

/** `run-shell "cmd"` as one word. */
function inner(word: Word): Word {
  const match = /^(?:run(?:-shell)?|new-window|split-window)\s+(["'])([^]*)\1$/.exec(word.text);
  return match === null ? word : { ...word, text: match[2] ?? '' };
}
