import { HOLE, type Word } from '../interpreted.ts';
import { isExact, joinWords, literal, splitWord } from '../word.ts';
import { inspectCode } from './code.ts';
import { emit } from './emit.ts';
import { nameOf } from './simple.ts';
import { fork, report, type Call, type Done } from './state.ts';

/** Shells of Windows, which people call from Linux too: PowerShell's lines and those of cmd. */

const ended = (at: number): Done => ({ status: undefined, output: { text: undefined, from: [at] } });

/** Options of PowerShell that take a value, by the letters that are enough to name them. */
const valued = /^-(?:ex|ep|ec?$|enc|w|win|v|ver|of|if|in|out|psc|con|wo|cwa|settings)/i;

/** `-Command LINE`, `-EncodedCommand BASE64`, or words that are a line. */
export function powershell(call: Call): Done {
  const at = emit(call);
  const { args } = call;
  for (let index = 0; index < args.length; index++) {
    const word = args[index];
    if (word === undefined) break;
    if (/^-(?:e|ec|enc\w*)$/i.test(word.text)) {
      runEncoded(call, args[index + 1]);
      return ended(at);
    }
    if (/^-c\w*$/i.test(word.text)) {
      runLine(call, joinWords(args.slice(index + 1), ' '));
      return ended(at);
    }
    if (/^-f(?:i|ile)?$/i.test(word.text)) return ended(at);
    if (!word.text.startsWith('-')) {
      if (!/\.ps1$/i.test(word.text)) runLine(call, joinWords(args.slice(index), ' '));
      return ended(at);
    }
    if (valued.test(word.text)) index += 1;
  }
  if (call.stdin?.text !== undefined) runLine(call, call.stdin.text);
  return ended(at);
}

function runEncoded(call: Call, word: Word | undefined): void {
  const text = word !== undefined && isExact(word) ? decode(word.text) : undefined;
  report(call.shell, { kind: 'program', what: 'PowerShell is given a line that is hidden in an encoding' });
  if (text !== undefined) runLine(call, literal(text));
}

function decode(base64: string): string | undefined {
  try {
    const bytes = atob(base64);
    const text = [...bytes].filter((_, index) => index % 2 === 0).join('');
    return /^[\t\n\r -~]+$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

const fetchesAndRuns =
  /\b(?:iex|invoke-expression)\b[^]*\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod|downloadstring|webclient)\b|\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod)\b[^]*\|\s*(?:iex|invoke-expression)\b|downloadstring\(/i;

/** A line of PowerShell is near enough to one of a shell: words, pipes, lists. Its slashes lean the other way. */
function runLine(call: Call, line: Word): void {
  const shell = fork(call.shell, { via: [...call.shell.via, call.name] });
  if (fetchesAndRuns.test(line.text))
    report(shell, { kind: 'foreign', what: 'PowerShell runs what comes from the network, unseen' });
  inspectCode({ ...call, shell }, { code: line, language: 'powershell' });
  const plain = line.text
    .replaceAll('\\', '/')
    .replaceAll('`', '')
    .replaceAll(/\$(?:true|false|null|_)\b(?:\.\w+)?/g, 'x')
    .replaceAll(/[@()]|(?<=[\s|;]|^)[{}]|[{}](?=[\s|;]|$)/g, ' ');
  if (!/[a-z]/i.test(plain)) return;
  for (const part of splitWord({ ...line, text: plain, holes: plain.includes(HOLE) ? line.holes : [] }, /[|;\n]|&&/g)) {
    const words = splitWord(part, /\s+/g).filter(({ text }) => text !== '');
    const command = words.findIndex(
      ({ text }) => !/^(?:%|\?|foreach-object|foreach|where-object|if|else|try|catch|finally|&|\.)$/i.test(text),
    );
    const [program, ...rest] = words.slice(Math.max(0, command)).map(unquoted);
    if (program === undefined || /^[$[\d'"-]|\0/.test(program.text)) continue;
    shell.walk.call({
      ...call,
      shell,
      program,
      name: nameOf(program),
      args: rest,
      stdin: piped(part, line),
      redirects: [],
      byShell: false,
    });
  }
}

/** What stands behind a pipe gets something; what, is not told. */
const piped = (part: Word, line: Word) => (line.text.startsWith(part.text) ? undefined : { text: undefined, from: [] });

function unquoted(word: Word): Word {
  const match = /^(['"])([^]*)\1$/.exec(word.text);
  return match === null ? word : { ...word, text: match[2] ?? '' };
}

/** `Invoke-Expression LINE`; `iex` is Elixir's shell too, which takes options. */
export function invokeExpression(call: Call): Done | undefined {
  const [first] = call.args;
  if (first === undefined || first.text.startsWith('-')) return undefined;
  const at = emit(call);
  runLine(call, joinWords(call.args, ' '));
  return ended(at);
}

/** `cmd /c LINE`; a caret only hides the next letter. */
export function windowsShell(call: Call): Done | undefined {
  const at = call.args.findIndex(({ text }) => /^\/[ck]$/i.test(text));
  const words = call.args
    .slice(at + 1)
    .map((word) => ({ ...word, text: word.text.replaceAll('^', '') }))
    .flatMap((word) => splitWord(word, /\s+/g));
  return at < 0 ? undefined : runWords(call, words);
}

/** `forfiles /c "cmd /c del @path"` runs a line for each file. */
export function forfiles(call: Call): Done | undefined {
  const at = call.args.findIndex(({ text }) => /^\/c$/i.test(text));
  const line = call.args[at + 1];
  if (at < 0 || line === undefined) return undefined;
  const folder = call.args[call.args.findIndex(({ text }) => /^\/p$/i.test(text)) + 1];
  const path = folder !== undefined && call.args.some(({ text }) => /^\/p$/i.test(text)) ? folder.text : '.';
  const filled = { ...line, text: line.text.replaceAll(/@(?:path|file|relpath)/gi, `${path}/*`), glob: true };
  return runWords(call, splitWord(filled, /\s+/g));
}

function runWords(call: Call, words: readonly Word[]): Done | undefined {
  const [program, ...args] = words;
  const shell = fork(call.shell, { via: [...call.shell.via, call.name] });
  return program && shell.walk.call({ ...call, shell, program, name: nameOf(program), args, byShell: false });
}
