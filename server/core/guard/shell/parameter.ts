import { HOLE, type Word } from '../interpreted.ts';
import { isExact, joinWords, literal, sliceWord, unknown } from '../word.ts';
import { fitsPattern, patternSource } from './glob.ts';
import type { Span } from './lex-word.ts';
import { assign, lookUp, type Shell, type Value } from './state.ts';

/** Parameter expansion: `$x`, `${x:-word}`, `${x#pattern}`, `${x/a/b}`, `${!x}`, `${x[@]}`. */

export type Parameter = { words: readonly Word[]; /** Each word stays one: `"$@"`. */ separate: boolean };

/** Expands the words inside `${…}` (defaults, patterns). */
type Inner = (span: Span) => Word;

const one = (word: Word): Parameter => ({ words: [word], separate: false });

const shape = /^(#?)(!?)([A-Za-z_]\w*|\d+|[@*#?$!-])(\[[^\]]*\])?/;

export function expandParameter(body: Span, shell: Shell, inner: Inner): Parameter {
  const text = body.source.slice(body.start, body.end);
  const match = shape.exec(text);
  if (match === null) return one(unknown(`\${${text}}`, true));
  const [whole, length, indirect, name = '', index] = match;
  const rest: Span = { ...body, start: body.start + whole.length };
  if (indirect !== '' && /^\[[@*]\]$/.test(index ?? '')) return one(unknown(`\${!${name}[@]}`, true));
  if (indirect !== '') return indirectly(shell, name);
  const found = read(shell, name, index);
  if (length !== '' && rest.start === rest.end) return one(lengthOf(found, name));
  return operate({ shell, name, found, rest, inner });
}

function indirectly(shell: Shell, name: string): Parameter {
  const value = lookUp(shell, name);
  if (value?.kind !== 'text' || !isExact(value.word)) return one(unknown(`\${!${name}}`, true));
  return read(shell, value.word.text, undefined) ?? one(literal(''));
}

/** The value as words; undefined when it is unset, a hole when it is not known. */
function read(shell: Shell, name: string, index: string | undefined): Parameter | undefined {
  if (name === '@' || name === '*') {
    if (shell.positional === undefined) return { words: [unknown('$@', true)], separate: false };
    return name === '@' ? { words: shell.positional, separate: true } : one(joinWords(shell.positional, ' '));
  }
  if (/^[1-9]/.test(name)) return positional(shell, Number(name));
  if (/^[#?$!-]$/.test(name)) return one(name === '#' ? count(shell) : unknown(`$${name}`));
  return element(lookUp(shell, name), name, index);
}

function positional(shell: Shell, at: number): Parameter | undefined {
  if (shell.positional === undefined) return one(unknown(`$${at}`, true));
  const before = shell.positional.slice(0, at);
  const word = shell.positional[at - 1];
  if (before.some(({ splits }) => splits)) return one(unknown(`$${at}`, true));
  return word && one(word);
}

function count(shell: Shell): Word {
  const words = shell.positional;
  return words === undefined || words.some(({ splits }) => splits) ? unknown('$#') : literal(String(words.length));
}

function element(value: Value | undefined, name: string, index: string | undefined): Parameter | undefined {
  if (value === undefined) return one(unknown(`$${name}`, true));
  if (value.kind === 'unset') return undefined;
  const words = value.kind === 'list' ? value.words : [value.word];
  if (index === '[@]') return { words, separate: true };
  if (index === '[*]') return one(joinWords(words, ' '));
  const at = index === undefined ? 0 : Number(index.slice(1, -1));
  if (Number.isNaN(at)) return one(unknown(`$${name}`, true));
  const word = words.at(at);
  return word && one(word);
}

function lengthOf(found: Parameter | undefined, name: string): Word {
  const [word, ...more] = found?.words ?? [literal('')];
  return word !== undefined && more.length === 0 && isExact(word)
    ? literal(String(word.text.length))
    : unknown(`\${#${name}}`);
}

type Operation = { shell: Shell; name: string; found: Parameter | undefined; rest: Span; inner: Inner };

function operate(operation: Operation): Parameter {
  const { found, rest } = operation;
  const text = rest.source.slice(rest.start, rest.end);
  if (text === '') return found ?? { words: [], separate: false };
  const fallback = /^:?[-=+?]/.exec(text)?.[0];
  if (fallback !== undefined) return withFallback(operation, fallback);
  const words = (found?.words ?? []).map((word) => transform(operation, word, text));
  return { words, separate: found?.separate ?? false };
}

function withFallback({ shell, name, found, rest, inner }: Operation, operator: string): Parameter {
  const none: Parameter = { words: [], separate: false };
  const isUnknown = isLeftOpen(found, name, shell);
  const isEmpty = operator.startsWith(':') && found?.words.every(({ text }) => text === '') === true;
  const has = found !== undefined && !isUnknown && !isEmpty;
  const word = () => inner({ ...rest, start: rest.start + operator.length });
  if (operator.endsWith('+')) return has || isUnknown ? one(word()) : none;
  if (has || operator.endsWith('?')) return found ?? none;
  const value = word();
  if (operator.endsWith('=')) assign(shell, name, { kind: 'text', word: value });
  return one(value);
}

/** The environment may or may not set it: then the fallback is what can be told. */
function isLeftOpen(found: Parameter | undefined, name: string, shell: Shell): boolean {
  if (found === undefined || shell.variables.has(name) || /^[@*]/.test(name)) return false;
  if (/^\d/.test(name)) return shell.positional === undefined;
  return found.words.some(({ holes }) => holes[0] === `$${name}`);
}

function transform({ rest, inner, name }: Operation, word: Word, text: string): Word {
  const operator = /^(?:##?|%%?|\/[/#%]?|\^\^?|,,?|:|@)/.exec(text)?.[0];
  if (operator === undefined) return unknown(`\${${name}${text}}`, true);
  const argument = () => inner({ ...rest, start: rest.start + operator.length });
  if (operator.startsWith('@')) return word;
  if (operator.startsWith('^') || operator.startsWith(',')) return changeCase(word, operator);
  if (operator === ':') return substring(word, text.slice(1), name);
  const pattern = argument();
  if (word.holes.length > 0 || pattern.holes.length > 0) return keepEnd(word, operator, name);
  if (fitsPattern('', pattern.text) === undefined) return unknown(`$${name}`, true);
  if (operator.startsWith('#')) return trimStart(word, pattern.text, operator === '##');
  if (operator.startsWith('%')) return trimEnd(word, pattern.text, operator === '%%');
  return replace(word, pattern.text, operator);
}

/** A part is cut off a text that is not wholly known. */
function keepEnd(word: Word, operator: string, name: string): Word {
  const hole = unknown(`$${name}`, true);
  const lastHole = word.text.lastIndexOf(HOLE);
  return operator.startsWith('#') && lastHole >= 0 ? joinWords([hole, sliceWord(word, lastHole + 1)]) : hole;
}

function changeCase(word: Word, operator: string): Word {
  const change = (text: string) => (operator.startsWith('^') ? text.toUpperCase() : text.toLowerCase());
  return {
    ...word,
    text: operator.length === 2 ? change(word.text) : change(word.text.slice(0, 1)) + word.text.slice(1),
  };
}

function substring(word: Word, text: string, name: string): Word {
  const match = /^\s*(-?\d+)(?::\s*(-?\d+))?$/.exec(text);
  if (match === null || word.holes.length > 0) return unknown(`\${${name}:${text}}`, true);
  const start = Number(match[1]) < 0 ? Math.max(0, word.text.length + Number(match[1])) : Number(match[1]);
  const size = match[2] === undefined ? word.text.length : Number(match[2]);
  return sliceWord(
    word,
    start,
    Math.max(start, size < 0 ? word.text.length + size : Math.min(word.text.length, start + size)),
  );
}

function trimStart(word: Word, pattern: string, longest: boolean): Word {
  const lengths = Array.from({ length: Math.min(word.text.length, 1_000) + 1 }, (_, index) => index);
  const found = (longest ? lengths.reverse() : lengths).find((size) => fitsPattern(word.text.slice(0, size), pattern));
  return found === undefined ? word : sliceWord(word, found);
}

function trimEnd(word: Word, pattern: string, longest: boolean): Word {
  const lengths = Array.from({ length: Math.min(word.text.length, 1_000) + 1 }, (_, index) => word.text.length - index);
  const found = (longest ? lengths.reverse() : lengths).find((start) => fitsPattern(word.text.slice(start), pattern));
  return found === undefined ? word : sliceWord(word, 0, found);
}

function replace(word: Word, argument: string, operator: string): Word {
  const slash = argument.search(/(?<!\\)\//);
  const from = (slash < 0 ? argument : argument.slice(0, slash)).replaceAll('\\/', '/');
  const to = slash < 0 ? '' : argument.slice(slash + 1);
  const anchored =
    operator === '/#' ? `^(?:${patternSource(from)})` : `(?:${patternSource(from)})${operator === '/%' ? '$' : ''}`;
  if (from === '' || (from.match(/\*/g)?.length ?? 0) > 3) return word;
  try {
    const pattern = new RegExp(anchored, operator === '//' ? 'gu' : 'u');
    return { ...word, text: word.text.slice(0, 10_000).replace(pattern, () => to) };
  } catch {
    return unknown('${…/…}', true);
  }
}
