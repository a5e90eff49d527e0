import { HOLE, type Word } from '../interpreted.ts';
import { isExact, joinWords, literal } from '../word.ts';
import { decodeEcho } from './ansi-c.ts';
import { hasOption, optionValue, readOptions } from './options.ts';
import { contentOf } from './redirect.ts';
import type { Call, Content } from './state.ts';

/** What a program prints, where that can be told: texts that travel through filters and decoders on their way to a shell. */

const longest = 32 * 1024;

export function printed(call: Call, at: number): Content {
  const filter = Object.hasOwn(filters, call.name) ? filters[call.name] : undefined;
  const text = filter?.(call) ?? settings(call);
  const known = text !== undefined && text.text.length <= longest ? text : undefined;
  return { text: known, from: known === undefined ? [...(call.stdin?.from ?? []), at] : [] };
}

type Filter = (call: Call) => Word | undefined;

const operandsOf = (call: Call, valued = '') => readOptions(call.args, { valued, anywhere: true }).operands;

/** The text of the files named, or of the standard input. */
function inputOf(call: Call, files: readonly Word[]): Word | undefined {
  if (files.length === 0) return call.stdin?.text;
  const texts = files.map((file) => (file.text === '-' ? call.stdin?.text : contentOf(file, call.shell).text));
  return texts.every((text) => text !== undefined) ? joinWords(texts) : undefined;
}

/** Only texts known to the letter are decoded. */
const decoded = (word: Word | undefined, decode: (text: string) => string | undefined): Word | undefined => {
  if (word === undefined || word.holes.length > 0 || word.text.length > longest) return undefined;
  const text = decode(word.text);
  return text === undefined ? undefined : literal(text.replaceAll('\0', ''));
};

const concatenate: Filter = (call) => inputOf(call, operandsOf(call));

const base64: Filter = (call) => {
  const read = readOptions(call.args, { valued: 'wio', longValued: ['wrap'], anywhere: true });
  const input = inputOf(
    call,
    read.operands.filter(({ text }) => text !== ''),
  );
  return decodes(call) ? decoded(input, fromBase64) : decoded(input, (text) => `${toBase64(text)}\n`);
};

const decodes = ({ args }: Call) =>
  args.some(({ text }) => /^-(?:-dec|-d$|[a-zA-Z]*[dD][a-zA-Z]*$)/.test(text) || text === '-decode');

function fromBase64(text: string): string | undefined {
  const clean = text.replaceAll(/[\s=]/g, '').replaceAll('-', '+').replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]*$/.test(clean)) return undefined;
  return latin(atob(clean.length % 4 === 1 ? clean.slice(0, -1) : clean));
}

/** Bytes as UTF-8 where they are, else as they stand. */
function latin(bytes: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes, (char) => char.codePointAt(0) ?? 0));
  } catch {
    return bytes;
  }
}

function toBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCodePoint(byte)).join(''));
}

const base32: Filter = (call) => {
  if (!decodes(call)) return undefined;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return decoded(inputOf(call, operandsOf(call)), (text) => {
    const bits = [...text.replaceAll(/[\s=]/g, '').toUpperCase()]
      .map((char) => alphabet.indexOf(char).toString(2).padStart(5, '0'))
      .join('');
    return latin((bits.match(/.{8}/g) ?? []).map((byte) => String.fromCodePoint(Number.parseInt(byte, 2))).join(''));
  });
};

const fromHex = (text: string) =>
  latin(
    (text.replaceAll(/\\x|0x|[^0-9a-fA-F]/g, '').match(/../g) ?? [])
      .map((byte) => String.fromCodePoint(Number.parseInt(byte, 16)))
      .join(''),
  );

const hex: Filter = (call) =>
  /(?:^| )-\w*r/.test(call.args.map(({ text }) => text).join(' '))
    ? decoded(inputOf(call, operandsOf(call, 'clos')), fromHex)
    : undefined;

const openssl: Filter = (call) => {
  const words = call.args.map(({ text }) => text);
  const plain =
    words[0] === 'base64' ||
    (words[0] === 'enc' &&
      words.some((word) => word === '-base64' || word === '-a') &&
      !words.some((word) => /^-(?:aes|des|k|pass)/.test(word)));
  return plain && words.includes('-d') ? decoded(call.stdin?.text, fromBase64) : undefined;
};

const reverse: Filter = (call) =>
  decoded(inputOf(call, operandsOf(call)), (text) =>
    text
      .split('\n')
      .map((line) => [...line].reverse().join(''))
      .join('\n'),
  );

const lastFirst: Filter = (call) =>
  decoded(inputOf(call, operandsOf(call)), (text) => `${text.replace(/\n$/, '').split('\n').reverse().join('\n')}\n`);

const ends: Filter = (call) => {
  const read = readOptions(call.args, { valued: 'nc', longValued: ['lines', 'bytes'], anywhere: true });
  const count = Number(
    optionValue(read, '-n', '--lines')?.text ?? call.args.find(({ text }) => /^-\d+$/.test(text))?.text.slice(1) ?? 10,
  );
  if (hasOption(read, '-c', '--bytes') || !Number.isInteger(count) || count < 0) return undefined;
  return decoded(inputOf(call, read.operands), (text) => {
    const lines = text.replace(/\n$/, '').split('\n');
    return `${(call.name === 'head' ? lines.slice(0, count) : lines.slice(-count)).join('\n')}\n`;
  });
};

const translate: Filter = (call) => {
  const read = readOptions(call.args, { anywhere: true });
  const [from, to] = read.operands;
  if (from === undefined || !isExact({ ...from, glob: false }) || hasOption(read, '-c', '-C', '-s')) return undefined;
  const source = characters(from.text);
  if (hasOption(read, '-d'))
    return decoded(call.stdin?.text, (text) => [...text].filter((char) => !source.includes(char)).join(''));
  const target = characters(to?.text ?? '');
  if (source.length === 0 || target.length === 0) return undefined;
  return decoded(call.stdin?.text, (text) =>
    [...text]
      .map((char) => (source.includes(char) ? (target[source.lastIndexOf(char)] ?? target.at(-1) ?? '') : char))
      .join(''),
  );
};

/** The characters of one of tr's sets: ranges, escapes, the usual classes. */
function characters(set: string): string[] {
  const named = set.replaceAll('[:upper:]', 'A-Z').replaceAll('[:lower:]', 'a-z').replaceAll('[:space:]', ' \t\n');
  const plain = decodeEcho(named);
  return [...plain.matchAll(/(.)-(.)|([^])/gu)].flatMap(([, from, to, single]) => {
    if (single !== undefined) return [single];
    const [start, end] = [from?.codePointAt(0) ?? 0, to?.codePointAt(0) ?? 0];
    return end < start || end - start > 300
      ? []
      : Array.from({ length: end - start + 1 }, (_, index) => String.fromCodePoint(start + index));
  });
}

/** `s/a/b/` and nothing else. */
const substitute: Filter = (call) => {
  const [script, ...files] = operandsOf(call, 'ef');
  const match = /^s([^\w\s\\])((?:\\.|(?!\1)[^\\])*)\1((?:\\.|(?!\1)[^\\])*)\1(g?)$/.exec(script?.text ?? '');
  if (match === null || match[2] === undefined || /[[\](){}*+?^$.|]/.test(match[2].replaceAll(/\\[^]/g, '')))
    return undefined;
  const [, , from = '', to = '', all] = match;
  const [search, put] = [from.replaceAll(/\\([^])/g, '$1'), to.replaceAll(/\\([^])/g, '$1')];
  return decoded(inputOf(call, files), (text) =>
    all === 'g'
      ? text.replaceAll(search, () => put)
      : text
          .split('\n')
          .map((line) => line.replace(search, () => put))
          .join('\n'),
  );
};

const base: Filter = ({ args }) => {
  const word = args.at(-1);
  return word === undefined
    ? undefined
    : { ...word, text: `${word.text.replace(/\/+$/, '').split('/').at(-1) ?? ''}\n` };
};

const folder: Filter = ({ args }) => {
  const word = args.at(-1);
  if (word === undefined || !isExact(word)) return undefined;
  const cut = word.text.replace(/\/+$/, '').lastIndexOf('/');
  return literal(`${cut < 0 ? '.' : word.text.slice(0, cut) || '/'}\n`);
};

const named: Filter = (call) => {
  const word = operandsOf(call).at(-1);
  return word === undefined || !isExact(word) ? undefined : literal(`${word.text}\n`);
};

/** Numbers do no harm wherever they go: the first twenty stand for all. */
const sequence: Filter = ({ args }) => {
  const read = readOptions(
    args.filter(({ text }) => !/^-\d+$/.test(text)),
    { valued: 'fs', anywhere: true },
  );
  const numbers = args.filter(({ text }) => /^-?\d{1,9}$/.test(text)).map(({ text }) => Number(text));
  if (
    numbers.length === 0 ||
    read.options.some(({ name }) => name !== '-w') ||
    numbers.length !== args.length - read.options.length
  )
    return undefined;
  const last = numbers.at(-1) ?? 0;
  const first = numbers.length > 1 ? (numbers[0] ?? 1) : 1;
  const step = numbers.length > 2 ? (numbers[1] ?? 1) : 1;
  const count = step === 0 ? 0 : Math.min(20, Math.floor((last - first) / step) + 1);
  return literal(Array.from({ length: Math.max(0, count) }, (_, index) => `${first + index * step}\n`).join(''));
};

const filters: Record<string, Filter> = {
  seq: sequence, gseq: sequence,
  cat: concatenate, tee: (call) => call.stdin?.text, base64, gbase64: base64, base32, basenc: base64, xxd: hex, openssl,
  rev: reverse, tac: lastFirst, head: ends, tail: ends, tr: translate, sed: substitute, gsed: substitute,
  basename: base, dirname: folder, which: named, command: named, realpath: named, readlink: () => undefined, type: () => undefined,
  echo: ({ args }) => literal(`${args.map(({ text }) => text).join(' ')}\n`),
  printf: ({ args }) => format(args),
  pwd: ({ shell }) => (shell.cwd === undefined ? undefined : literal(`${shell.cwd}\n`)),
  dd: (call) => (call.args.some(({ text }) => /^(?:if|of)=/.test(text)) ? undefined : call.stdin?.text),
  sort: (call) => (call.stdin?.text?.text.trim().includes('\n') === false ? call.stdin.text : undefined),
  grep: () => undefined,
}; // prettier-ignore

/** Tools whose output only sets up a shell: `eval "$(ssh-agent -s)"`. */
const settingUp =
  /^(?:ssh-agent|dircolors|lesspipe|brew shellenv|direnv (?:hook|export)|(?:pyenv|rbenv|nodenv|goenv|jenv|starship|zoxide|mise|rtx|thefuck) (?:init|activate|--alias)|fnm env|conda shell\.\w+|opam env|minikube (?:-p \w+ )?docker-env|docker-machine env|(?:kubectl|gh|npm|helm|docker|pip|poetry|fzf|just) (?:completion|--bash|--completions))\b/;

function settings(call: Call): Word | undefined {
  const line = [call.name, ...call.args.map(({ text }) => text)].join(' ');
  return settingUp.test(line) ? literal('') : undefined;
}

/** What `printf` makes of a format and its arguments. */
export function format([pattern, ...args]: readonly Word[]): Word | undefined {
  if (pattern === undefined || !isExact({ ...pattern, glob: false }))
    return pattern === undefined ? literal('') : undefined;
  const pieces: Word[] = [];
  let left = [...args];
  do {
    const before = left.length;
    pieces.push(...formatOnce(pattern.text, () => left.shift() ?? literal('')));
    if (left.length === before) left = [];
  } while (left.length > 0 && pieces.length < 500);
  return { ...joinWords(pieces), glob: false, splits: false };
}

function formatOnce(pattern: string, next: () => Word): Word[] {
  return pattern.split(/(%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z%])/).map((piece, index) => {
    if (index % 2 === 0) return literal(decodeEcho(piece));
    if (piece === '%%') return literal('%');
    const word = next();
    const conversion = piece.at(-1);
    if (conversion === 'b') return { ...word, text: decodeEcho(word.text) };
    if (conversion === 'c') return word.text.startsWith(HOLE) ? word : literal(word.text.slice(0, 1));
    if (conversion === 'x' && /^\d+$/.test(word.text)) return literal(Number(word.text).toString(16));
    if (conversion === 'o' && /^\d+$/.test(word.text)) return literal(Number(word.text).toString(8));
    return word;
  });
}
