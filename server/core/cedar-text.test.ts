import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cedarString, positionAt, splitPolicies, utf16Offset } from './cedar-text.ts';

describe('the text of policies', () => {
  it('is cut at the semicolons outside of strings and comments', () => {
    const text = '// a;\n@id("x;\\";")\npermit; // b;\n  forbid\n;\n// end';
    expect(splitPolicies(text).map((span) => [span.start, span.text])).toEqual([
      [6, '@id("x;\\";")\npermit;'],
      [35, 'forbid\n;'],
    ]);
    expect(splitPolicies('permit; rest "open')).toMatchObject([{ text: 'permit;' }, { text: 'rest "open' }]);
    expect(splitPolicies(' // nothing\n')).toEqual([]);
  });

  it('is cut without losing a character that is no space or comment', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab";/\\\n ü') }), (text) => {
        const spans = splitPolicies(text);
        for (const [index, { start, end, text: part }] of spans.entries()) {
          expect(text.slice(start, end)).toBe(part);
          expect(start).toBeGreaterThanOrEqual(spans[index - 1]?.end ?? 0);
        }
      }),
    );
  });

  it('has lines and columns, and places in bytes', () => {
    expect(positionAt('ab\ncd', 4)).toEqual({ line: 2, column: 2 });
    expect(positionAt('', 0)).toEqual({ line: 1, column: 1 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, at) => {
        const units = [...text].slice(0, at).join('');
        expect(utf16Offset(text, new TextEncoder().encode(units).length)).toBe(units.length);
      }),
    );
  });

  it('writes strings that are read as they were', () => {
    expect(cedarString('a "b" \\ \n\t\r\0')).toBe('"a \\"b\\" \\\\ \\n\\t\\r\\0"');
  });
});
