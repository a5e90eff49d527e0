import { expect, test } from 'vitest';
import { readMoney, sharesOf, writeMoney } from './budget-words.ts';

test.each([
  ['50', 50_000_000],
  [' $1,250.50 ', 1_250_500_000],
  ['0.000001', 1],
  ['0', 0],
  ['', undefined],
  ['-3', undefined],
  ['1.0000001', undefined],
  ['abc', undefined],
])('%j is read as %s', (text, amount) => {
  expect(readMoney(text)).toBe(amount);
});

test('an amount is written as it would be typed', () => {
  expect(writeMoney(12_500_000)).toBe('12.5');
});

test.each([
  [{ spent: 50, reserved: 20 }, 100, { spent: 50, reserved: 20 }],
  [{ spent: 90, reserved: 20 }, 100, { spent: 90, reserved: 10 }],
  [{ spent: 150, reserved: 20 }, 100, { spent: 100, reserved: 0 }],
  [{ spent: 0, reserved: 0 }, 0, { spent: 0, reserved: 0 }],
  [{ spent: 1, reserved: 0 }, 0, { spent: 100, reserved: 0 }],
])('%j of %i fills the bar by %j', ({ spent, reserved }, limit, shares) => {
  const meter = { subjectId: '', name: '', spentMicroUsd: spent, reservedMicroUsd: reserved, forecastMicroUsd: null };
  expect(sharesOf(meter, limit)).toEqual(shares);
});
