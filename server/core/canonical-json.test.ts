import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

test.each([
  ['members are sorted by UTF-16 units', { b: 1, a: 2, é: 3, A: 4 }, '{"A":4,"a":2,"b":1,"é":3}'],
  ['nested members too', { z: { y: 1, x: [3, { d: 1, c: 2 }] } }, '{"z":{"x":[3,{"c":2,"d":1}],"y":1}}'],
  ['undefined members are left out, in arrays they are null', { a: undefined, b: [undefined] }, '{"b":[null]}'],
  ['numbers as ECMAScript writes them', [1.0, 1e21, -0, 0.1], '[1,1e+21,0,0.1]'],
  ['instants as ISO 8601', new Date(0), '"1970-01-01T00:00:00.000Z"'],
])('%s', (_what, value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol('x'), 1n])(
  'what JSON cannot hold is refused: %s',
  (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  },
);
