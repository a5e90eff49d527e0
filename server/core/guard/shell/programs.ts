import { HOLE, type Word } from '../interpreted.ts';
import { isExact, joinWords, literal, sliceWord, splitWord, unknown } from '../word.ts';
import { containerHandlers } from './containers.ts';
import { interpreterHandlers } from './code.ts';
import { emit } from './emit.ts';
import { findHandlers } from './find.ts';
import { gitHandler } from './git.ts';
import { hasOption, optionValue, readOptions, type Options } from './options.ts';
import { textHandlers } from './text-tools.ts';
import { runInput, runLine, runScript, runShell, shellNames } from './shells.ts';
import { fork, report, type Call, type Done } from './state.ts';
import { isForeign } from './files.ts';
import { contentOf } from './redirect.ts';
import { nameOf } from './simple.ts';
import { terminal } from './terminals.ts';
import { cmake, deviceShell } from './tools-of-tools.ts';
import { forfiles, invokeExpression, powershell, windowsShell } from './windows-shells.ts';

/** Programs that start others, each in its own way. A handler that answers undefined leaves the program to its rules. */

type Handler = (call: Call) => Done | undefined;

const through = (call: Call, via: string): Call => ({
  ...call,
  shell: fork(call.shell, { via: [...call.shell.via, via] }),
  byShell: false,
});

const runWords = (call: Call, words: readonly Word[]): Done | undefined => {
  const [program, ...args] = words;
  return program && call.shell.walk.call({ ...call, program, name: nameOf(program), args });
};

const switchUser: Handler = (call) => {
  const read = readOptions(call.args, {
    valued: 'cgGsTw',
    longValued: ['command', 'shell', 'group', 'user'],
    anywhere: true,
  });
  return optionValue(read, '-c', '--command') === undefined
    ? undefined
    : { status: undefined, output: { text: undefined, from: [emit(call)] } };
};

const sshShape = { valued: 'bcDEeFIiJLlmOopQRSWwB' };

/** What stands after the host runs there, in a shell of the other machine. */
const remote: Handler = (call) => {
  const { operands } = readOptions(call.args, sshShape);
  const [host, ...first] = operands;
  const words = first[0]?.text.startsWith('-') === true ? readOptions(first, sshShape).operands : first;
  if (host === undefined) return undefined;
  const at = emit(call);
  const inner = through(call, 'ssh');
  inner.shell.cwd = '/home/user';
  if (words.length > 0) runLine(inner, words, 'ssh');
  else if (call.stdin !== undefined) runInput({ ...inner, args: [] }, 'sh');
  return { status: undefined, output: { text: undefined, from: [at] } };
};

const watch: Handler = (call) => {
  const { operands } = readOptions(call.args, { valued: 'nq', longValued: ['interval', 'equexit'] });
  return operands.length === 0 ? undefined : runLine(call, operands, 'watch');
};

const most = 20;

/** Words that xargs reads; undefined when they are not known. */
function items(call: Call, lines: boolean, separator: RegExp | undefined): Word[] | undefined {
  const text = call.stdin?.text;
  if (text === undefined || text.text.length > 4_000) return undefined;
  // In a text with unknown parts the sign of an unknown part is no separator; such names stand on lines.
  const between = separator?.source === String.raw`\0` && text.holes.length > 0 ? /\n/g : separator;
  const parts = splitWord(text, between ?? (lines ? /\n/g : /\s+/g)).filter((word) => word.text !== '');
  const plain = parts.map((word) =>
    /^(['"])[^]*\1$/.test(word.text) ? sliceWord(word, 1, word.text.length - 1) : word,
  );
  return plain.length > most ? undefined : plain;
}

function separatorOf(read: Options): RegExp | undefined {
  if (hasOption(read, '-0', '--null')) return /\0/g;
  const delimiter = optionValue(read, '-d', '--delimiter')?.text;
  if (delimiter === undefined) return undefined;
  return new RegExp(delimiter.replace('\\n', '\n').replace(/[.*+?^${}()|[\]]/, '\\$&'), 'g');
}

const xargs: Handler = (call) => {
  const read = readOptions(call.args, {
    valued: 'adEeILlnPsi', longValued: ['arg-file', 'delimiter', 'max-lines', 'max-args', 'max-procs', 'max-chars', 'process-slot-var', 'replace', 'eof'],
  }); // prettier-ignore
  const placeholder =
    optionValue(read, '-I', '--replace', '-i')?.text ?? (hasOption(read, '-i', '--replace') ? '{}' : undefined);
  const separator = separatorOf(read);
  const words = read.operands.length === 0 ? [literal('echo')] : read.operands;
  const inner = { ...through(call, 'xargs'), stdin: undefined };
  const fromFile = optionValue(read, '-a', '--arg-file') !== undefined;
  // The file that it reads is for rules to see.
  if (fromFile) emit(call);
  const known = fromFile ? undefined : items(call, placeholder !== undefined, separator);
  for (const each of argumentsFor({ call, words, known, placeholder })) runWords(inner, each);
  return {
    status: undefined,
    output: { text: undefined, from: [...(call.stdin?.from ?? []), Math.max(0, call.shell.walk.commands.length - 1)] },
  };
};

type Filling = {
  call: Call;
  words: readonly Word[];
  known: readonly Word[] | undefined;
  placeholder: string | undefined;
};

/** The command lines that xargs makes. A shell's program may be one of the items: those are given to it line by line too. */
function argumentsFor({ call, words, known, placeholder }: Filling): Word[][] {
  const given = known ?? [unknown('input', placeholder === undefined)];
  if (placeholder !== undefined) return given.map((item) => words.map((word) => fill(word, placeholder, item)));
  const all = [...words, ...given];
  const isShell = words.some(({ text }) => shellNames.includes(text.slice(text.lastIndexOf('/') + 1)));
  const lines = isShell ? items(call, true, undefined) : undefined;
  return lines === undefined || known === undefined ? [all] : [all, [...words, ...lines]];
}

function fill(word: Word, placeholder: string, item: Word): Word {
  const at = word.text.indexOf(placeholder);
  if (at < 0) return word;
  return joinWords([sliceWord(word, 0, at), item, fill(sliceWord(word, at + placeholder.length), placeholder, item)]);
}

const parallelShape = {
  valued: 'jNnLSaIPsDdE', longValued: ['jobs', 'delay', 'timeout', 'colsep', 'arg-file', 'retries', 'joblog', 'results', 'tmpdir', 'workdir', 'wd', 'sshlogin', 'max-args', 'max-procs', 'load', 'nice', 'halt', 'env', 'tagstring', 'replace'],
}; // prettier-ignore

const placeholders = /\{[.#%/]*\}/;

/** An item that is not known, in the place of each `{}`, `{.}`, `{/}`. */
const fillAll = (word: Word, item: Word): Word =>
  placeholders.test(word.text)
    ? joinWords(splitWord(word, /\{[.#%/]*\}/g).flatMap((part, index) => (index === 0 ? [part] : [item, part])))
    : word;

/** Each item makes a line for a shell; without a command the items are the lines. */
const parallel: Handler = (call) => {
  const read = readOptions(call.args, parallelShape);
  const job = jobOf(call, read);
  if (job === undefined || hasOption(read, '--dry-run', '--dryrun')) return undefined;
  const { words, known } = job;
  const inner = { ...through(call, 'parallel'), stdin: undefined };
  if (isPlain(words) && known?.every(isExact) !== true) runWords(inner, placeAll(words));
  else
    for (const item of known ?? [unknown('input')])
      runLine(
        inner,
        filled(words, (word) => fill(word, '{}', item), item),
        'parallel',
      );
  return { status: undefined, output: { text: undefined, from: call.stdin?.from ?? [] } };
};

/** The words of its command, and the items as far as they are known. */
function jobOf(call: Call, read: Options): { words: readonly Word[]; known: readonly Word[] | undefined } | undefined {
  const { operands } = read;
  const cut = operands.findIndex(({ text }) => /^:{3,4}\+?$/.test(text));
  if (optionValue(read, '-a', '--arg-file') !== undefined)
    return { words: cut < 0 ? operands : operands.slice(0, cut), known: undefined };
  if (cut >= 0) return { words: operands.slice(0, cut), known: listed(operands.slice(cut)) };
  return call.stdin === undefined ? undefined : { words: operands, known: items(call, true, undefined) };
}

/** It quotes what it puts in: in a line without any sign of the shell an item stays one word. */
const isPlain = (words: readonly Word[]) =>
  words.length > 0 && words.every(({ text }) => !/[;&|<>$`()'"\\\n]/.test(text));

/** The words with an item that is not known in each place for one. */
function placeAll(words: readonly Word[]): readonly Word[] {
  const item = unknown('input');
  const parts = words.flatMap((word) => splitWord(word, /\s+/g));
  return filled(parts, (word) => fillAll(word, item), item);
}

const filled = (words: readonly Word[], place: (word: Word) => Word, item: Word): readonly Word[] =>
  words.some(({ text }) => placeholders.test(text)) ? words.map(place) : [...words, item];

/** What follows `:::`; `::::` names files instead. */
function listed([sign, ...words]: readonly Word[]): Word[] | undefined {
  const list = words.filter(({ text }) => !/^:::\+?$/.test(text));
  return sign?.text.startsWith('::::') === true || list.length > most ? undefined : list;
}

/** `at` and `batch` run what they read, later. */
const later: Handler = (call) => {
  if (call.stdin === undefined) return undefined;
  const at = emit(call);
  runInput({ ...through(call, call.name), stdin: call.stdin, args: [] }, 'sh');
  return { status: undefined, output: { text: undefined, from: [at] } };
};

/** A makefile that is read from a pipe, or that this line wrote: its recipes are lines for a shell. */
const make: Handler = (call) => {
  const file = optionValue(readOptions(call.args, { valued: 'fCjlIoW', longValued: ['file', 'makefile'], anywhere: true }), '-f', '--file', '--makefile'); // prettier-ignore
  if (file === undefined) return undefined;
  const content = file.text === '-' ? call.stdin : contentOf(file, call.shell);
  if (content === undefined) return undefined;
  const at = emit(call);
  if (content.text === undefined) {
    if (content.file === undefined || isForeign(content, call.shell))
      report(call.shell, { kind: 'program', what: 'make runs what another command prints, and that is not known' });
    return { status: undefined, output: { text: undefined, from: [at] } };
  }
  for (const line of splitWord(content.text, /\n/g))
    if (line.text.startsWith('\t')) runLine(through(call, 'make'), [line], 'make');
  return { status: undefined, output: { text: undefined, from: [at] } };
};

/** Each word is a line for a shell: `hyperfine 'a' 'b'`, `concurrently "a" "b"`. */
const eachLine: Handler = (call) => {
  const { operands } = readOptions(call.args, {
    valued: 'wrmMnpscSLPD', longValued: ['warmup', 'runs', 'min-runs', 'max-runs', 'prepare', 'setup', 'cleanup', 'export-json', 'export-markdown', 'export-csv', 'shell', 'names', 'prefix', 'prefix-colors', 'max-processes', 'restart-tries', 'success', 'command-name', 'style'],
    anywhere: true,
  }); // prettier-ignore
  const at = emit(call);
  // `npm:dev` is short for `npm run dev`.
  for (const line of operands.filter(({ text }) => !/^(?:npm|yarn|pnpm|bun|node|deno):/.test(text)))
    runLine(through(call, call.name), [line], call.name);
  return { status: undefined, output: { text: undefined, from: [at] } };
};

/** Another program's name is the first word: a script with a path is looked at when this line wrote it. */
export const programHandlers: Record<string, Handler> = {
  ...Object.fromEntries(shellNames.map((name) => [name, runShell])),
  ...interpreterHandlers,
  ...findHandlers,
  ...containerHandlers,
  ...textHandlers,
  git: gitHandler,
  su: switchUser, runuser: switchUser,
  ssh: remote, rsh: remote, autossh: remote, mosh: remote,
  hyperfine: eachLine, concurrently: eachLine,
  watch, make, gmake: make, cmd: windowsShell, iex: invokeExpression, 'invoke-expression': invokeExpression, pwsh: powershell, powershell, forfiles, cmake, adb: deviceShell, xargs, gxargs: xargs, parallel, rush: parallel, at: later, batch: later, tmux: terminal, byobu: terminal, screen: terminal, zellij: terminal,
}; // prettier-ignore

/** `./script.sh`: a file of this very line, or one that came over the network. */
export function runOwnFile(call: Call): Done | undefined {
  const { program, shell } = call;
  if (!program.text.includes('/') || !isExact(program) || program.text.includes(HOLE)) return undefined;
  const known = shell.walk.files.size > 0;
  return known ? runScript(call, program, { via: program.text, positional: call.args }) : undefined;
}
