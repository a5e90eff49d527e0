import { expect, test } from 'vitest';
import { symbolsIn } from './symbols.ts';

test.each([
  ['export function parseMoney(s: string) {', 'parseMoney'],
  ['export default async function load() {', 'load'],
  ['  class Cart extends Basket {', 'Cart'],
  ['export const total = (items) =>', 'total'],
  ['type Money = { cents: number };', 'Money'],
  ['def add(a, b):', 'add'],
  ['    async def fetch(self):', 'fetch'],
  ['func (c *Cart) Total() int {', 'Total'],
  ['pub(crate) async fn run() {', 'run'],
  ['public final class Ledger {', 'Ledger'],
])('[CV34] %s declares %s', (line, name) => {
  expect(symbolsIn(`// first\n${line}`)).toEqual([{ name, line: 2 }]);
});

test.each(['return total;', 'if (x) {', '// class of things', '', `const ${'x'.repeat(500)} = 1`])(
  '[CV34] %j declares nothing',
  (line) => {
    expect(symbolsIn(line)).toEqual([]);
  },
);
