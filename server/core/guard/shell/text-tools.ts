import type { Word } from '../interpreted.ts';
import { literal, sliceWord, unknown } from '../word.ts';
import { emit } from './emit.ts';
import { printed } from './printed.ts';
import { optionValue, readOptions } from './options.ts';
import { contentOf } from './redirect.ts';
import { fork, report, type Call, type Done } from './state.ts';

/** awk and sed: languages of their own that can start programs, read and write files. */

function runLine(call: Call, text: Word, via: string): void {
  const shell = fork(call.shell, { via: [...call.shell.via, via] });
  shell.walk.program({ ...call, shell }, { text, via, positional: [], stdin: undefined });
}

/** A file that the program text reads or writes, as a command of its own so that the rules see it. */
function touch(call: Call, file: string, kind: '<' | '>'): void {
  const shell = fork(call.shell, { via: [...call.shell.via, call.name] });
  const word = literal(file);
  if (kind === '<') emit({ ...call, shell, name: 'cat', program: literal('cat'), args: [word], redirects: [] });
  else emit({ ...call, shell, args: [], redirects: [{ kind: '>', fd: 1, target: word }] });
}

const quoted = String.raw`"((?:\\.|[^"\\])*)"`;
const unescape = (text: string) => text.replaceAll(/\\([^])/g, (_, char: string) => (char === 'n' ? '\n' : char));

const longestProgram = 4_000;

function awk(call: Call): Done {
  const read = readOptions(call.args, {
    valued: 'FvfiE',
    longValued: ['field-separator', 'assign', 'file', 'exec', 'include'],
  });
  const at = emit(call);
  const file = optionValue(read, '-f', '--file', '-E', '--exec');
  const program = file === undefined ? read.operands[0] : contentOf(file, call.shell).text;
  if (program !== undefined && program.text.length <= longestProgram) inspectAwk(call, program);
  else if (program !== undefined)
    report(call.shell, { kind: 'program', what: `The program of ${call.name} is too long to be read` });
  return { status: undefined, output: { text: undefined, from: [...(call.stdin?.from ?? []), at] } };
}

/** Variables of the environment that the program prints or goes through, as `printenv` would. */
function awkEnvironment(call: Call, code: string): void {
  const names = [...code.matchAll(/ENVIRON\[\s*"(\w+)"\s*\]/g)].map((match) => literal(match[1] ?? ''));
  const all = /\bin\s+ENVIRON\b/.test(code);
  if (!all && names.length === 0) return;
  const shell = fork(call.shell, { via: [...call.shell.via, call.name] });
  emit({ ...call, shell, name: 'printenv', program: literal('printenv'), args: all ? [] : names, redirects: [] });
}

function inspectAwk(call: Call, program: Word): void {
  awkEnvironment(call, program.text);
  const code = program.text.replaceAll(/(?<=(?:^|[\s;{}()!~,]))\/(?:\\.|[^/\\\n])+\//g, '""');
  for (const match of code.matchAll(/\bsystem\s*\(\s*([^]*?)(?=\)\s*(?:[;}\n]|$))/g)) runAwkText(call, match[1] ?? '');
  for (const match of code.matchAll(new RegExp(`${quoted}\\s*\\|&?\\s*getline|\\|&?\\s*${quoted}`, 'g')))
    runPiped(call, match[1] ?? match[2] ?? '', printedBefore(code.slice(0, match.index)));
  if (
    /[\w$)]\s*\|&?\s*getline/.test(code) ||
    /\bprintf?\b[^;}\n"]*(?:"[^"]*"[^;}\n"]*)*[^|]\|(?!\|)\s*[\w$(]/.test(code)
  )
    reportUnknown(call);
  for (const match of code.matchAll(new RegExp(`getline(?:\\s+\\w+)?\\s*<\\s*${quoted}`, 'g')))
    touch(call, unescape(match[1] ?? ''), '<');
  for (const match of code.matchAll(new RegExp(`\\bprintf?\\b[^;}\\n]*?>>?\\s*${quoted}`, 'g')))
    touch(call, unescape(match[1] ?? ''), '>');
}

/** `print "text" | "cmd"`: the text, where it is one. */
function printedBefore(code: string): Word | undefined {
  const text = new RegExp(`\\bprintf?\\s*\\(?\\s*${quoted}\\s*\\)?\\s*$`).exec(code)?.[1];
  return text === undefined ? undefined : literal(unescape(text));
}

function runPiped(call: Call, line: string, text: Word | undefined): void {
  const shell = fork(call.shell, { via: [...call.shell.via, call.name] });
  const stdin = { text, from: [] };
  shell.walk.program(
    { ...call, shell, stdin },
    { text: literal(unescape(line)), via: call.name, positional: [], stdin },
  );
}

function runAwkText(call: Call, argument: string): void {
  const only = new RegExp(`^${quoted}\\s*$`).exec(argument)?.[1];
  if (only !== undefined) {
    runLine(call, literal(unescape(only)), call.name);
    return;
  }
  const texts = [...argument.matchAll(new RegExp(quoted, 'g'))].map((match) => unescape(match[1] ?? ''));
  if (texts.length > 0)
    runLine(call, { ...unknown('awk'), text: `${texts.join('\0')}\0`, holes: texts.map(() => 'awk') }, call.name);
  else reportUnknown(call);
}

function reportUnknown(call: Call): void {
  report(call.shell, { kind: 'program', what: `${call.name} runs what it reads as commands` });
}

function sed(call: Call): Done {
  const read = readOptions(call.args, {
    valued: 'efl',
    longValued: ['expression', 'file', 'line-length'],
    anywhere: true,
  });
  const at = emit(call);
  const scripts = read.options
    .filter(({ name }) => name === '-e' || name === '--expression')
    .flatMap(({ value }) => value ?? []);
  const [first] = read.operands;
  const program =
    scripts.length === 0 && optionValue(read, '-f', '--file') === undefined && first !== undefined ? [first] : scripts;
  for (const script of program) inspectSed(call, script);
  return { status: undefined, output: printed(call, at) };
}

function inspectSed(call: Call, script: Word): void {
  for (const line of script.text.split(/[\n;]/)) inspectSedLine(call, line.replace(/^\s*\{/, ''));
  const substitution = /s([^\w\s\\])(?:\\.|(?!\1)[^\\])*\1((?:\\.|(?!\1)[^\\])*)\1([gpiIm0-9]*)([ewW])\s*([^\n;}]*)/g;
  for (const match of script.text.matchAll(substitution)) {
    const [, , replacement = '', , flag, file = ''] = match;
    if (flag !== 'e') {
      if (file.trim() !== '') touch(call, file.trim(), '>');
      continue;
    }
    // What runs is the whole line as it then is, of which the replacement is a part.
    runLine(call, literal(unescape(replacement)), call.name);
    reportUnknown(call);
  }
}

const sedAddress = String.raw`(?:\d+|\$|/(?:\\.|[^/\\])*/)`;
const sedCommand = new RegExp(`^\\s*${sedAddress}?(?:,${sedAddress})?\\s*!?\\s*([a-zA-Z])\\s*([^]*)$`);

function inspectSedLine(call: Call, line: string): void {
  const [, letter = '', rest = ''] = sedCommand.exec(line) ?? [];
  const file = rest.trim();
  if (letter === 'e') {
    if (file === '') reportUnknown(call);
    else runLine(call, literal(rest), call.name);
  } else if (file !== '' && /^[wWrR]$/.test(letter)) touch(call, file, letter.toLowerCase() === 'w' ? '>' : '<');
}

/** Words that an editor runs: `+!cmd`, `-c ':!cmd'` are options of programs; `-s script` and `-es` read theirs. */
function editorCommands(call: Call): Word[] {
  return call.args.flatMap((word, index) => {
    if (word.text.startsWith('+')) return [sliceWord(word, 1)];
    return /^(?:-\w*c|--cmd)$/.test(call.args[index - 1]?.text ?? '') ? [word] : [];
  });
}

const runsLine = /^:*(?:sil(?:ent)?!?\s+|exe(?:cute)?\s+["'])*!/;
/** Functions of Vim that remove, move or write files, or start programs. */
const vimFunction =
  /\b(delete|rename|writefile|system|systemlist|termopen|jobstart)\(\s*(?:\[[^\]]*\]\s*,\s*)?(?:expand\(|fnameescape\(|glob\()?\s*(["'])([^"']*)\2/g;
/** Commands after which the file is not what it was: `x`, `wq`, `w`. */
const writesFile = /(?:^|[|\n:])\s*(?:w(?:q|rite)?!?a?|x(?:it|all)?!?|up(?:date)?|wqa!?)\s*(?:$|[|\n])/;

function runEdited(call: Call, { text }: Word): void {
  for (const [, name = '', , path = ''] of text.matchAll(vimFunction)) {
    if (/^(?:system|systemlist|termopen|jobstart)$/.test(name)) runLine(call, literal(path), call.name);
    else if (name === 'writefile') touch(call, path, '>');
    else runLine(call, literal(`rm -rf -- ${path}`), call.name);
  }
}

/** Whether the editor is told, by options or on its standard input, to save. */
function isToldToSave({ args, stdin }: Call, commands: readonly Word[]): boolean {
  if (commands.some(({ text }) => writesFile.test(text))) return true;
  return args.some(({ text }) => /^-\w*[esE]\w*$/.test(text)) && writesFile.test(stdin?.text?.text ?? '');
}

function editedFiles({ args }: Call): Word[] {
  const takesNext = (text: string | undefined) => /^(?:-\w*c|--cmd|-[uUST])$/.test(text ?? '');
  return args.filter(({ text }, index) => !/^[-+]/.test(text) && !takesNext(args[index - 1]?.text));
}

function editor(call: Call): Done | undefined {
  const commands = editorCommands(call);
  const runs = commands.filter(({ text }) => runsLine.test(text.trim()));
  const saves = isToldToSave(call, commands);
  if (runs.length === 0 && !saves && !commands.some(({ text }) => text.search(vimFunction) >= 0)) return undefined;
  const at = emit(call);
  for (const word of runs) runLine(call, sliceWord(word, word.text.indexOf('!') + 1), call.name);
  for (const word of commands) runEdited(call, word);
  if (saves) for (const file of editedFiles(call)) touch(call, file.text, '>');
  return { status: undefined, output: { text: undefined, from: [at] } };
}

/** `ed` and `ex` take their commands from the standard input. */
function lineEditor(call: Call): Done | undefined {
  const byOption = editor(call);
  if (byOption !== undefined) return byOption;
  const text = call.stdin?.text;
  const at = emit(call);
  for (const line of text?.text.split('\n') ?? [])
    if (/^:?!/.test(line)) runLine(call, literal(line.replace(/^:?!/, '')), call.name);
  const file = call.args.findLast(({ text: word }) => !word.startsWith('-'));
  if (file !== undefined && writesFile.test(text?.text ?? '')) touch(call, file.text, '>');
  return { status: undefined, output: { text: undefined, from: [at] } };
}

export const textHandlers = {
  awk, gawk: awk, mawk: awk, nawk: awk, 'original-awk': awk, sed, gsed: sed,
  vim: editor, vi: editor, nvim: editor, view: editor, ed: lineEditor, ex: lineEditor,
}; // prettier-ignore
