import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discountOn } from '../src/discount.ts';
import { parseAmount } from '../src/money.ts';

test('a discount is a share of the amount', () => {
  assert.equal(discountOn(2000, 25), 500);
  assert.equal(discountOn(999, 10), 100);
});

test('a discount of more than everything is refused', () => {
  assert.throws(() => discountOn(100, 101), RangeError);
});

test('prices that end in 99 keep their last cent', () => {
  assert.equal(parseAmount('19.99'), 1999);
  assert.equal(parseAmount('19.99') - discountOn(parseAmount('19.99'), 10), 1799);
});
