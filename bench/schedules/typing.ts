import type * as Y from 'yjs';
import { below, pick, type Random } from './random.ts';

const words = ['a', 'word ', 'שלום ', 'é', 'e\u0301', '😀', '😃👍', '👩‍👩‍👧', '\n', '    ', 'x = 1;\n', '{}'];

function insertion(next: Random): string {
  if (next() < 0.01) return 'a long line that someone pasted 😀 '.repeat(20 + below(next, 200));
  return Array.from({ length: 1 + below(next, 3) }, () => pick(next, words) ?? '').join('');
}

const isLowHalf = (text: string, at: number) => /[\uDC00-\uDFFF]/.test(text.charAt(at));

/** Inserts or deletes somewhere, never inside a surrogate pair. @returns which of both */
export function typeSomewhere(next: Random, text: Y.Text): 'insert' | 'delete' {
  const value = text.toJSON();
  const anywhere = below(next, value.length + 1);
  const from = isLowHalf(value, anywhere) ? anywhere - 1 : anywhere;
  if (value.length === 0 || next() >= 0.3) {
    text.insert(from, insertion(next));
    return 'insert';
  }
  let to = Math.min(value.length, from + 1 + below(next, next() < 0.1 ? 40 : 4));
  if (isLowHalf(value, to)) to++;
  text.delete(from, to - from);
  return 'delete';
}
