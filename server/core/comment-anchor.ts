import type { StoredAnchor } from './stored-anchor.ts';

/**
 * What a comment is anchored to (docs/spec/comments.md): a place in the shared document, and the words that stood there
 * with what stood around them, for when the place is lost. Offsets are UTF-16, lines count from 1.
 */
export const longestQuote = 2_000;
export const longestContext = 80;

/** What is found again without the document's own memory. */
export type AnchorWords = Omit<StoredAnchor, 'position'>;

export type TextRange = { start: number; end: number };

/**
 * Where a comment belongs in a text as it is now.
 * `here`: its own characters, or what became of them (`isChanged`).
 * `found`: its characters are gone and its words stand in one place (`isSure`), or in one that may not be meant.
 * `gone`: neither; `at` is where it stood, when that is known.
 * `isDrifted`: the words stand wholly where the anchor holds less of them, so it should be set anew.
 */
export type CommentPlace =
  | ({ state: 'here'; isChanged: boolean; isDrifted: boolean } & TextRange)
  | ({ state: 'found'; isSure: boolean } & TextRange)
  | { state: 'gone'; at: number | undefined };

/** The words of a range, taken when somebody comments on it. `range` is not empty. */
export function wordsOf(text: string, range: TextRange): AnchorWords {
  const { start, end } = range;
  const whole = text.slice(start, end);
  return {
    quote: cut(whole, longestQuote),
    before: wellFormed(text.slice(Math.max(0, start - longestContext), start)),
    after: wellFormed(text.slice(end, end + longestContext)),
    length: end - start,
    startLine: lineAt(text, start),
    // A range that ends with a line feed ends in the line that this closes.
    endLine: lineAt(text, whole.endsWith('\n') ? end - 1 : end),
  };
}

/** The line, counted from 1, of an offset. */
export function lineAt(text: string, offset: number): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** @param range what the anchor's position is in this text; empty when its characters are gone, undefined when unknown */
export function placeOf(text: string, words: AnchorWords, range: TextRange | undefined): CommentPlace {
  if (range && holdsText(text, words, range)) return standing(text, words, range);
  const back = range && countOfLetters(words.quote) >= fewestLetters ? restored(text, words, range) : undefined;
  if (back) return back;
  const near = range?.start ?? offsetOfLine(text, words.startLine);
  const found = findWords(text, words, near);
  return found ? { state: 'found', ...found } : { state: 'gone', at: range?.start };
}

/** Less than this stands beside its former place by accident. */
const fewestLetters = 3;
/** Words shorter than this say little about their place by themselves. */
const tellingLetters = 12;

const countOfLetters = (text: string) => text.replaceAll(/\s/g, '').length;
const isBlank = (text: string) => text.trim() === '';

/** Whether something is left; mere spaces are what is left of spaces only. */
function holdsText(text: string, { quote }: AnchorWords, { start, end }: TextRange): boolean {
  return end > start && (isBlank(quote) || !isBlank(text.slice(start, end)));
}

function standing(text: string, words: AnchorWords, range: TextRange): CommentPlace {
  const { quote, length } = words;
  const isWhole = range.end - range.start === length && text.startsWith(quote, range.start);
  if (isWhole) return { state: 'here', ...range, isChanged: false, isDrifted: false };
  return restored(text, words, range) ?? { state: 'here', ...range, isChanged: true, isDrifted: false };
}

/** What was deleted and came back (undo, restore) consists of new characters, beside or between the old ones. */
function restored(text: string, { quote, length }: AnchorWords, range: TextRange): CommentPlace | undefined {
  if (quote.length < length) return undefined;
  const from = Math.max(0, range.start - length);
  const around = occurrences(text.slice(from, range.end + length), quote).map((at) => at + from);
  const [only, ...others] = around.filter((at) => at <= range.end && at + length >= range.start);
  if (only === undefined || others.length > 0) return undefined;
  return { state: 'here', start: only, end: only + length, isChanged: false, isDrifted: true };
}

/** More of one text are not worth comparing. */
const mostOccurrences = 200;

function occurrences(text: string, quote: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(quote); at !== -1 && found.length < mostOccurrences; at = text.indexOf(quote, at + 1))
    found.push(at);
  return found;
}

type Candidate = { at: number; end: number; score: number; isFramed: boolean };

/**
 * Looks for words that were deleted, or whose file came back as another one. Sure is: once in the text and long enough
 * to be no accident, or the only one with all that stood around it.
 */
function findWords(text: string, words: AnchorWords, near: number): (TextRange & { isSure: boolean }) | undefined {
  const candidates = occurrences(text, words.quote).map((at) => weigh(text, words, at));
  const best = candidates.reduce<Candidate | undefined>((one, other) => better(one, other, near), undefined);
  if (!best) return undefined;
  const isTelling = countOfLetters(words.quote) >= tellingLetters;
  const framed = candidates.filter((each) => each.isFramed).length;
  const isOnlyFramed = best.isFramed && framed === 1;
  if (!isTelling && !best.isFramed && best.score < tellingLetters) return undefined;
  return {
    start: best.at,
    end: best.end,
    isSure: isOnlyFramed || (candidates.length === 1 && isTelling && words.quote.length === words.length),
  };
}

function weigh(text: string, words: AnchorWords, at: number): Candidate {
  const end = Math.min(text.length, at + words.length);
  const before = sameEnd(text, words.before, at);
  const after = sameStart(text, words.after, end);
  return { at, end, score: before + after, isFramed: before === words.before.length && after === words.after.length };
}

function better(one: Candidate | undefined, other: Candidate, near: number): Candidate {
  if (!one || other.score > one.score) return other;
  return other.score === one.score && Math.abs(other.at - near) < Math.abs(one.at - near) ? other : one;
}

function sameEnd(text: string, before: string, at: number): number {
  let same = 0;
  while (same < before.length && text[at - 1 - same] === before[before.length - 1 - same]) same += 1;
  return same;
}

function sameStart(text: string, after: string, at: number): number {
  let same = 0;
  while (same < after.length && text[at + same] === after[same]) same += 1;
  return same;
}

function offsetOfLine(text: string, lineNumber: number): number {
  let at = 0;
  for (let current = 1; current < lineNumber; current += 1) {
    const next = text.indexOf('\n', at);
    if (next === -1) return at;
    at = next + 1;
  }
  return at;
}

/** The first characters of a text, never half of a pair. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : wellFormed(text.slice(0, length));
}

const halfAtEnd = /[\ud800-\udbff]$/;
const halfAtStart = /^[\udc00-\udfff]/;
const wellFormed = (text: string) => text.replace(halfAtEnd, '').replace(halfAtStart, '');
