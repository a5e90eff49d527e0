import { HOLE, type Word } from './interpreted.ts';

const noHoles: readonly string[] = [];

/** A word whose text is known to the letter. */
export function literal(text: string): Word {
  return { text, glob: false, holes: noHoles, splits: false };
}

/** A word of which nothing is known but where it comes from. */
export function unknown(from: string, splits = false): Word {
  return { text: HOLE, glob: false, holes: [from], splits };
}

/** True when the program gets exactly this text. */
export function isExact(word: Word): boolean {
  return word.holes.length === 0 && !word.glob;
}

export function joinWords(words: readonly Word[], between = ''): Word {
  const [only] = words;
  if (only !== undefined && words.length === 1) return only;
  return {
    text: words.map(({ text }) => text).join(between),
    glob: words.some(({ glob }) => glob),
    holes: words.flatMap(({ holes }) => holes),
    splits: words.some(({ splits }) => splits),
  };
}

/** The word from `start` on, with the holes that lie there. */
export function sliceWord(word: Word, start: number, end = word.text.length): Word {
  if (start === 0 && end >= word.text.length) return word;
  const holesBefore = countHoles(word.text.slice(0, start));
  const text = word.text.slice(start, end);
  const holes = word.holes.slice(holesBefore, holesBefore + countHoles(text));
  return { text, glob: word.glob && /[*?[]/.test(text), holes, splits: word.splits && holes.length > 0 };
}

function countHoles(text: string): number {
  let count = 0;
  for (let at = text.indexOf(HOLE); at >= 0; at = text.indexOf(HOLE, at + 1)) count += 1;
  return count;
}

/** The parts between separators. */
export function splitWord(word: Word, separator: RegExp): Word[] {
  const parts: Word[] = [];
  let start = 0;
  for (const match of word.text.matchAll(separator)) {
    parts.push(sliceWord(word, start, match.index));
    start = match.index + match[0].length;
  }
  parts.push(sliceWord(word, start));
  return parts;
}
