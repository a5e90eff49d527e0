import { expect, test } from 'vitest';
import { bestPaths, pathScore } from './path-match.ts';

const paths = [
  'src/money.ts',
  'src/money.test.ts',
  'src/cart/cart.ts',
  'README.md',
  'docs/moon/nested/entry.md',
  'src/parse-money-orders.ts',
];

test('the name of a file counts more than its folders', () => {
  expect(bestPaths(paths, 'money', 2)).toEqual(['src/money.ts', 'src/money.test.ts']);
});

test('letters may be scattered, in their order', () => {
  expect(bestPaths(paths, 'srcart', 5)).toContain('src/cart/cart.ts');
  expect(pathScore('README.md', 'dmr')).toBeUndefined();
});

test('an empty query keeps the order, cut to the limit', () => {
  expect(bestPaths(paths, ' ', 3)).toEqual(paths.slice(0, 3));
});

test('capitals and spaces in the query do not matter', () => {
  expect(bestPaths(paths, 'READ me', 1)).toEqual(['README.md']);
});
