import type { Word } from '../interpreted.ts';
import { isExact, joinWords } from '../word.ts';
import { isBrought } from './brought-folders.ts';
import { inspectCode, languageOf } from './code.ts';
import { emit } from './emit.ts';
import { isForeign } from './files.ts';
import { hasOption, optionValue, readOptions } from './options.ts';
import { contentOf } from './redirect.ts';
import { assign, nothingPrinted, report, type Call, type Content, type Done, type Given } from './state.ts';

/** Shells: the program in `-c`, in a file or on the standard input. */

export const shellNames = ['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh', 'rbash', 'fish', 'yash', 'csh', 'tcsh', 'hush', 'su-exec-sh']; // prettier-ignore

const shape = { valued: 'oO', longValued: ['rcfile', 'init-file'] };

export function runShell(call: Call): Done {
  const args = call.args.filter(({ text }) => !/^\+[a-zA-Z]+$/.test(text));
  const read = readOptions(args, shape);
  const noRun = hasOption(read, '-n') && args.length === call.args.length;
  if (noRun || hasOption(read, '--version', '--help')) return plain(call);
  const [first, ...rest] = read.operands;
  const startup = optionValue(read, '--rcfile', '--init-file');
  if (startup !== undefined) runScript(call, startup, { via: call.name, positional: [] });
  if (hasOption(read, '-c', '--command')) return runText(call, first, rest);
  if (first === undefined || hasOption(read, '-s')) return runInput({ ...call, args: read.operands }, call.name);
  assign(call.shell, '0', { kind: 'text', word: first });
  return runScript(call, first, { via: call.name, positional: rest });
}

function plain(call: Call): Done {
  const at = emit(call);
  return { status: undefined, output: { text: undefined, from: [at] } };
}

function runText(call: Call, text: Word | undefined, rest: readonly Word[]): Done {
  if (text === undefined) return plain(call);
  if (rest[0] !== undefined) assign(call.shell, '0', { kind: 'text', word: rest[0] });
  return call.shell.walk.program(call, { text, via: `${call.name} -c`, positional: rest.slice(1), stdin: call.stdin });
}

/** A program that comes on the standard input of a shell (or of another interpreter). */
export function runInput(call: Call, language: string): Done {
  const { stdin, shell } = call;
  if (stdin === undefined) return plain(call);
  if (stdin.file !== undefined && stdin.text === undefined)
    return runFile(call, stdin.file, { via: language, positional: call.args });
  if (stdin.text === undefined) {
    reportUnknown(call, stdin, language);
    const at = emit(call);
    return { status: undefined, output: { text: undefined, from: [at] } };
  }
  if (shellNames.includes(language))
    return call.shell.walk.program(call, { text: stdin.text, via: language, positional: call.args, stdin: undefined });
  inspectCode(call, { code: stdin.text, language });
  void shell;
  return plain(call);
}

function reportUnknown(call: Call, content: Content, language: string): void {
  const foreign = isForeign(content, call.shell);
  const what = foreign
    ? `${language} runs what comes from the network, unseen`
    : `${language} runs what another command prints, and that is not known`;
  report(call.shell, { kind: foreign ? 'foreign' : 'program', what });
}

type Script = Omit<Given, 'text'>;

/** A program in a file: followed when this line wrote it, refused when it came from the network. */
export function runScript(call: Call, path: Word, script: Script): Done {
  return runFile(call, path, script);
}

function runFile(call: Call, path: Word, script: Script): Done {
  const { shell } = call;
  const isInput = /^\/(?:dev\/stdin|dev\/fd\/0|proc\/self\/fd\/0)$/.test(path.text);
  const content = isInput && call.stdin !== undefined ? call.stdin : contentOf(path, shell);
  if (isForeign(content, shell) || (content.text === undefined && content.from.length > 0)) {
    reportUnknown(call, content, script.via);
    return plain(call);
  }
  if (isBrought(path, shell))
    report(shell, {
      kind: 'program',
      what: `${path.text} came from elsewhere in this very line, and nobody has looked at it`,
    });
  if (content.text !== undefined) return runFileText(call, content.text, script);
  if (!isExact(path) && path.text.startsWith('\0'))
    report(shell, { kind: 'program', what: `It cannot be told which file ${script.via} runs: ${path.holes[0] ?? ''}` });
  return plain(call);
}

function runFileText(call: Call, text: Word, script: Script): Done {
  const language = languageOf(/^#!\s*\S*\/(?:env\s+(?:-S\s+)?)?([\w.-]+)/.exec(text.text)?.[1] ?? 'sh');
  if (language === undefined) return call.shell.walk.program(call, { ...script, text });
  inspectCode(call, { code: text, language });
  return { status: undefined, output: nothingPrinted };
}

/** `sudo -s`, `ssh`, `watch`: words that a shell gets as one line. */
export function runLine(call: Call, words: readonly Word[], via: string): Done {
  return call.shell.walk.program(call, { text: joinWords(words, ' '), via, positional: [], stdin: call.stdin });
}
