import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addLine, describe, emptyCart, subtotal, total } from '../src/cart.ts';
import { parseAmount } from '../src/money.ts';
import { reducedRate, standardRate } from '../src/tax.ts';

const coffee = { name: 'Coffee', price: parseAmount('3.25'), quantity: 2 };
const bread = { name: 'Bread', price: parseAmount('4.50'), quantity: 1 };

test('the same article twice is one line', () => {
  const cart = addLine(addLine(emptyCart(), coffee), coffee);
  assert.deepEqual(cart.lines, [{ ...coffee, quantity: 4 }]);
});

test('the subtotal counts quantities', () => {
  assert.equal(subtotal(addLine(addLine(emptyCart(), coffee), bread)), 1100);
});

test('tax is added to the total', () => {
  const cart = addLine(emptyCart(), { name: 'Book', price: 1000, quantity: 1 });
  assert.equal(total(cart, standardRate), 1190);
  assert.equal(total(cart, reducedRate), 1070);
});

test('a cart describes itself', () => {
  assert.equal(describe(addLine(emptyCart(), coffee)), '2 articles, 6.50');
});
