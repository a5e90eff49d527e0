import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAmount, parseAmount, sum } from '../src/money.ts';

test('an amount is read with and without cents', () => {
  assert.equal(parseAmount('12'), 1200);
  assert.equal(parseAmount('12.5'), 1250);
  assert.equal(parseAmount('1,250.00'), 125000);
  assert.equal(parseAmount('-3.25'), -325);
});

test('what is no amount is refused', () => {
  for (const text of ['', 'twelve', '1.234', '1.2.3', '$5']) {
    assert.throws(() => parseAmount(text), RangeError, text);
  }
});

test('cents are written in groups of three', () => {
  assert.equal(formatAmount(125000), '1,250.00');
  assert.equal(formatAmount(-5), '-0.05');
  assert.equal(formatAmount(123456789), '1,234,567.89');
});

test('a sum of nothing is zero', () => {
  assert.equal(sum([]), 0);
  assert.equal(sum([100, 250, -50]), 300);
});
