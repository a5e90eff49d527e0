import type { ShellNode } from '../shell-tree.ts';
import { decodeAnsiC } from './ansi-c.ts';

/** What a word is made of, quotes and escapes taken off. Unquoted text may still hold braces, tildes and globs. */
export type Atom =
  | { kind: 'text'; text: string; quoted: boolean }
  /** The inside of `${…}`, or the name of `$name`. */
  | { kind: 'parameter'; body: Span; quoted: boolean }
  | { kind: 'command'; source: string; node: ShellNode | undefined; text: string; quoted: boolean }
  | { kind: 'process'; source: string; node: ShellNode | undefined; text: string; writes: boolean; quoted: boolean }
  | { kind: 'arithmetic'; body: Span; quoted: boolean };

/** A stretch of a source, with the substitutions the parser found in it. */
export type Span = { source: string; start: number; end: number; nodes: readonly ShellNode[] };

export type Mode = 'word' | 'quoted' | 'document';

/** Reads a stretch as the shell does. `document` is the text of a here-document, `quoted` what stands between double quotes. */
export function lexWord(span: Span, mode: Mode): Atom[] {
  const lexer: Lexer = { span, atoms: [], text: '', quoted: mode !== 'word' };
  let at = span.start;
  while (at < span.end) at = mode === 'word' ? unquotedAt(lexer, at) : quotedAt(lexer, at, mode);
  flush(lexer);
  return lexer.atoms;
}

type Lexer = { span: Span; atoms: Atom[]; text: string; quoted: boolean };

function flush(lexer: Lexer, evenEmpty = false): void {
  if (lexer.text !== '' || evenEmpty) lexer.atoms.push({ kind: 'text', text: lexer.text, quoted: lexer.quoted });
  lexer.text = '';
}

function put(lexer: Lexer, text: string, quoted: boolean): void {
  if (lexer.quoted !== quoted) flush(lexer);
  lexer.quoted = quoted;
  lexer.text += text;
}

function push(lexer: Lexer, atom: Atom): void {
  flush(lexer);
  lexer.atoms.push(atom);
}

function unquotedAt(lexer: Lexer, at: number): number {
  const { source, end } = lexer.span;
  const char = source[at] ?? '';
  const next = source[at + 1];
  if (char === '\\') return escaped(lexer, at);
  if (char === "'") return singleQuoted(lexer, at, end);
  if (char === '"') return doubleQuoted(lexer, at);
  if ((char === '<' || char === '>') && next === '(') return substitution(lexer, at, false);
  if (char === '$' || char === '`') return dollar(lexer, at, false);
  put(lexer, char, false);
  return at + 1;
}

/** A backslash before the end of a line takes both away. */
function escaped(lexer: Lexer, at: number): number {
  const { source, end } = lexer.span;
  const lineEnd = /^\r?\n/.exec(source.slice(at + 1, at + 3))?.[0];
  if (lineEnd !== undefined) return at + 1 + lineEnd.length;
  put(lexer, at + 1 < end ? (source[at + 1] ?? '') : '\\', true);
  return at + 2;
}

function singleQuoted(lexer: Lexer, at: number, end: number): number {
  const close = lexer.span.source.indexOf("'", at + 1);
  const stop = close < 0 || close > end ? end : close;
  flush(lexer);
  lexer.quoted = true;
  lexer.text = lexer.span.source.slice(at + 1, stop);
  flush(lexer, true);
  return stop + 1;
}

function doubleQuoted(lexer: Lexer, at: number): number {
  const { source, end } = lexer.span;
  flush(lexer);
  lexer.quoted = true;
  flush(lexer, true);
  let inside = at + 1;
  while (inside < end && source[inside] !== '"') inside = quotedAt(lexer, inside, 'quoted');
  flush(lexer);
  return inside + 1;
}

function dollarQuoted(lexer: Lexer, at: number): number {
  const { source, end } = lexer.span;
  if (source[at + 1] === '"') return doubleQuoted(lexer, at + 1);
  let close = at + 2;
  while (close < end && source[close] !== "'") close += source[close] === '\\' ? 2 : 1;
  flush(lexer);
  lexer.quoted = true;
  lexer.text = decodeAnsiC(source.slice(at + 2, Math.min(close, end)));
  flush(lexer, true);
  return close + 1;
}

function quotedAt(lexer: Lexer, at: number, mode: Mode): number {
  const { source, end } = lexer.span;
  const char = source[at] ?? '';
  if (char === '\\' && at + 1 < end) {
    const next = source[at + 1] ?? '';
    if (next === '\n') return at + 2;
    const escapable = mode === 'document' ? '$`\\' : '$`"\\';
    put(lexer, escapable.includes(next) ? next : `\\${next}`, true);
    return at + 2;
  }
  if (char === '$' || char === '`') return dollar(lexer, at, true);
  put(lexer, char, true);
  return at + 1;
}

function dollar(lexer: Lexer, at: number, quoted: boolean): number {
  const { source } = lexer.span;
  const next = source[at + 1] ?? '';
  if (source[at] === '`') return substitution(lexer, at, quoted);
  if (!quoted && (next === "'" || next === '"')) return dollarQuoted(lexer, at);
  if (next === '{') return braced(lexer, at, quoted);
  if (next !== '(') return variable(lexer, at, quoted);
  const isSum = source[at + 2] === '(' && isArithmetic(lexer.span, at);
  return isSum ? arithmetic(lexer, at, quoted) : substitution(lexer, at, quoted);
}

function braced(lexer: Lexer, at: number, quoted: boolean): number {
  const { span } = lexer;
  const close = closing({ ...span, start: at + 2 }, '}');
  push(lexer, { kind: 'parameter', body: { ...span, start: at + 2, end: close }, quoted });
  return close + 1;
}

function variable(lexer: Lexer, at: number, quoted: boolean): number {
  const { span } = lexer;
  const name = /^(?:[A-Za-z_]\w*|[0-9@*#?$!-])/.exec(span.source.slice(at + 1, Math.min(span.end, at + 80)))?.[0];
  if (name === undefined) {
    put(lexer, '$', quoted);
    return at + 1;
  }
  push(lexer, { kind: 'parameter', body: { ...span, start: at + 1, end: at + 1 + name.length, nodes: [] }, quoted });
  return at + 1 + name.length;
}

function isArithmetic(span: Span, at: number): boolean {
  return !span.nodes.some(({ start }) => start === at);
}

function arithmetic(lexer: Lexer, at: number, quoted: boolean): number {
  const close = closing({ ...lexer.span, start: at + 2 }, ')');
  push(lexer, { kind: 'arithmetic', body: { ...lexer.span, start: at + 3, end: close - 1 }, quoted });
  return close + 1;
}

function substitution(lexer: Lexer, at: number, quoted: boolean): number {
  const { source, end, nodes } = lexer.span;
  const node = nodes.find(({ start }) => start === at);
  const tick = source[at] === '`';
  const stop =
    node?.end ?? (tick ? closingTick(source, at + 1, end) : closing({ source, start: at + 2, end }, ')')) + 1;
  const raw = source.slice(at + (tick ? 1 : 2), stop - 1);
  const text = tick ? raw.replaceAll(/\\([$`\\])/g, '$1') : raw;
  const exactly = text === raw ? node : undefined;
  if (tick || source[at] === '$') push(lexer, { kind: 'command', source, node: exactly, text, quoted });
  else push(lexer, { kind: 'process', source, node, text, writes: source[at] === '>', quoted });
  return stop;
}

function closingTick(source: string, from: number, end: number): number {
  let at = from;
  while (at < end && source[at] !== '`') at += source[at] === '\\' ? 2 : 1;
  return Math.min(at, end);
}

/** Where the bracket closes, quotes and inner brackets passed over; the stretch begins after it opened. */
export function closing(
  { source, start, end }: { source: string; start: number; end: number },
  bracket: '}' | ')',
): number {
  const open = bracket === '}' ? '{' : '(';
  let depth = 0;
  let at = start;
  while (at < end) {
    const char = source[at];
    if (char === '\\') at += 1;
    else if (char === "'" && bracket === ')') at = orEnd(source.indexOf("'", at + 1), end);
    else if (char === '"') at = closingQuote(source, at + 1, end);
    else if (char === bracket && depth === 0) return at;
    depth += Number(char === open) - Number(char === bracket);
    at += 1;
  }
  return end;
}

const orEnd = (at: number, end: number) => (at < 0 ? end : at);

function closingQuote(source: string, from: number, end: number): number {
  let at = from;
  while (at < end && source[at] !== '"') at += source[at] === '\\' ? 2 : 1;
  return Math.min(at, end);
}
