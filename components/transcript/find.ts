import { itemText } from '@/server/core/item-text.ts';
import type { TranscriptItem } from '@/server/core/transcript-item.ts';
import { itemsOf, type Row } from './rows.ts';

/** One place where the words stand: the `nth` in its item, from 0. */
export type Match = { row: number; rowKey: string; itemKey: string; nth: number };

const mostMatches = 5_000;

/** Items are values: what they say is put into small letters once. */
const small = new WeakMap<TranscriptItem, string>();

function smallText(item: TranscriptItem): string {
  const known = small.get(item);
  if (known !== undefined) return known;
  const text = itemText(item).toLowerCase();
  small.set(item, text);
  return text;
}

/** Every place where the words stand, from the first to the last, whatever is folded; capitals or not. */
export function findInRows(rows: readonly Row[], words: string): Match[] {
  const wanted = words.toLowerCase();
  if (wanted === '') return [];
  const matches: Match[] = [];
  for (const [row, each] of rows.entries()) {
    for (const item of itemsOf(each)) {
      const count = countIn(smallText(item), wanted);
      for (let nth = 0; nth < count; nth++) matches.push({ row, rowKey: each.key, itemKey: item.key, nth });
    }
    if (matches.length >= mostMatches) return matches.slice(0, mostMatches);
  }
  return matches;
}

function countIn(text: string, wanted: string): number {
  let count = 0;
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + wanted.length)) count += 1;
  return count;
}
