import type { Finding } from './finding.ts';
import { LiteralIndex } from './literal-index.ts';

/** Words and phrases that admins list, found as whole words whatever their case. */
export type WordList = { detector: string; class: string; words: readonly string[] };

const isWordUnit = (unit: string | undefined) => unit !== undefined && /[\p{L}\p{N}_]/u.test(unit);

/** A search for all lists at once. A word has at least four letters; shorter ones are part of too many others. */
export function findWords(lists: readonly WordList[]): (text: string) => Finding[] {
  const index = new LiteralIndex<WordList>();
  for (const list of lists) for (const word of list.words) index.add(lowered(word), list);
  if (index.size === 0) return () => [];
  return (text) =>
    index
      .findAll(lowered(text))
      .filter(({ start, end }) => !isWordUnit(text[start - 1]) && !isWordUnit(text[end]))
      .map(({ start, end, value }) => ({ detector: value.detector, class: value.class, severity: 'high', start, end }));
}

/** In lower case, of the same length: some letters get longer, and places would not be those of the text any more. */
function lowered(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : Array.from(text, lowerUnit).join('');
}

function lowerUnit(unit: string): string {
  const lower = unit.toLowerCase();
  return lower.length === unit.length ? lower : unit;
}
