import { RE2JS } from 're2js';

/**
 * Patterns that people write, searched in time linear in the text (docs/decisions/patterns-by-re2.md). They see one line at a
 * time: searching on after a match is linear only then.
 */
export type LinearPattern = { findAll(text: string): { start: number; end: number }[] };

/** A longer line is looked at in parts. */
const longestLine = 8_192;

/** @throws Error whose message says what is wrong with the pattern */
export function compilePattern(source: string): LinearPattern {
  const pattern = RE2JS.compile(source);
  if (pattern.test('')) throw new Error('the pattern fits the empty text, so it would be found everywhere');
  return {
    findAll(text) {
      if (!pattern.test(text)) return [];
      const found: { start: number; end: number }[] = [];
      for (const [start, line] of linesOf(text)) {
        const matcher = pattern.matcher(line);
        while (matcher.find())
          if (matcher.end() > matcher.start())
            found.push({ start: start + matcher.start(), end: start + matcher.end() });
      }
      return found;
    },
  };
}

function* linesOf(text: string): Generator<[number, string]> {
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const end = Math.min(found < 0 ? text.length : found, start + longestLine);
    yield [start, text.slice(start, end)];
    start = end === found ? end + 1 : end;
  }
}
