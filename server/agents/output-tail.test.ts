import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutputTail } from './output-tail.ts';

test('what fits is kept whole', () => {
  const tail = createOutputTail(10);
  tail.add(Buffer.from('hello'));
  expect([tail.text(), tail.truncated()]).toEqual(['hello', false]);
});

test('the newest part is kept, and that something is missing is known', () => {
  const tail = createOutputTail(4);
  for (const letter of 'abcdefghijkl') tail.add(Buffer.from(letter));
  expect([tail.text(), tail.truncated()]).toEqual(['ijkl', true]);
});

test('it never begins with half a character', () => {
  const tail = createOutputTail(4);
  tail.add(Buffer.from('€€€'));
  expect(tail.text()).toBe('€');
});

test('however it arrives, it is the end of what was written', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.integer({ min: 8, max: 40 }), (pieces, max) => {
      const tail = createOutputTail(max);
      for (const piece of pieces) tail.add(Buffer.from(piece));
      expect(pieces.join('').endsWith(tail.text())).toBe(true);
      expect(Buffer.byteLength(tail.text())).toBeLessThanOrEqual(max);
      expect(tail.truncated()).toBe(Buffer.byteLength(pieces.join('')) > max);
    }),
  );
});
