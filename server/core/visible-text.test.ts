import { expect, test } from 'vitest';
import { excerptOf, visibleText } from './visible-text.ts';

test('[CM23] what hides, turns the direction or controls is shown', () => {
  expect(visibleText('a\u202eb\u2066c\u200bd\u0007e')).toBe('a‹U+202E›b‹U+2066›c‹U+200B›d‹U+0007›e');
  const plain = 'tabs\tand\nlines, שלום, 👩‍👧 and ümlaut';
  expect(visibleText(plain)).toBe(plain);
});

test('an excerpt is one line of whole characters', () => {
  expect(excerptOf('  two\n lines ', 20)).toBe('two lines');
  expect(excerptOf('abcdef', 4)).toBe('abc…');
  expect(excerptOf('ab😀cd', 4)).toBe('ab…');
});
