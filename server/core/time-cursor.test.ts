import { expect, test } from 'vitest';
import { readTimeCursor, writeTimeCursor } from './time-cursor.ts';

test('a cursor comes back as it was written', () => {
  const place = { at: new Date('2026-03-01T10:20:30.456Z'), id: 'aud_01h' };
  expect(readTimeCursor(writeTimeCursor(place))).toEqual(place);
});

test.each(['', 'x', '.id', 'abc.', "abc.id' or 1", '!!.id', 'zzzzzzzzzzzz.id'])('%j is refused', (cursor) => {
  expect(() => readTimeCursor(cursor)).toThrow('not one of this list');
});
