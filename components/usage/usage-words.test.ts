import { expect, test } from 'vitest';
import { costText, daysOf, foundPlaceWords, recentMonths } from './usage-words.ts';

test('[BU7] what has no price is never shown as nothing', () => {
  expect(costText({ costMicroUsd: 0, unpricedCalls: 0 })).toBe('$0.00');
  expect(costText({ costMicroUsd: 0, unpricedCalls: 2 })).toBe('Unpriced');
  expect(costText({ costMicroUsd: 5_000_000, unpricedCalls: 1 })).toBe('$5.00 + unpriced');
});

test('months go back over the turn of a year', () => {
  expect(recentMonths(new Date('2026-01-31T23:00:00Z'), 3)).toEqual([
    { value: '2026-01', label: 'January 2026' },
    { value: '2025-12', label: 'December 2025' },
    { value: '2025-11', label: 'November 2025' },
  ]);
});

test('a month has its days', () => {
  expect(daysOf('2028-02').at(-1)).toBe('2028-02-29');
  expect(daysOf('2026-11')).toHaveLength(30);
});

test('[DL12] a hint says where a kind of data stood', () => {
  const found = { class: 'secret', detector: 'aws-key', count: 1, action: 'mask' as const };
  expect(foundPlaceWords(found)).toBe('aws-key');
  const places = [{ role: 'tool_result', text: 2, start: 9 }];
  expect(foundPlaceWords({ ...found, places })).toBe('aws-key, in tool result (text 3, from 10)');
  expect(foundPlaceWords({ ...found, count: 21, places })).toContain('and 20 more');
});
