import { expect, test } from 'vitest';
import { freeSlug, slugify } from './slug.ts';

test.each([
  ['Fix rounding', 'fix-rounding'],
  ['  Crème  brûlée!  ', 'creme-brulee'],
  ["Don't panic", 'dont-panic'],
  ['../../etc/passwd', 'etc-passwd'],
  ['日本', 'session'],
  ['---', 'session'],
  ['a'.repeat(90), 'a'.repeat(60)],
])('%j is slugged as %j', (text, slug) => {
  expect(slugify(text, 'session')).toBe(slug);
});

test('a taken slug gets the first free number', () => {
  expect(freeSlug('ledger', new Set())).toBe('ledger');
  expect(freeSlug('ledger', new Set(['ledger', 'ledger-2']))).toBe('ledger-3');
});
