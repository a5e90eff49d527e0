import { expect, test } from 'vitest';
import { mentionsIn } from './mention.ts';

const people = [
  { id: 'ana', name: 'Ana Lima' },
  { id: 'ann', name: 'Ana Lima Costa' },
  { id: 'bo', name: 'Bo Berg' },
  { id: 'bo2', name: 'Bo Berg' },
  { id: 'zoe', name: 'Zoë' },
];

test.each([
  ['@Ana Lima, look', ['ana']],
  ['@Ana Lima Costa look', ['ann']],
  ['@ana lima and @zoë.', ['ana', 'zoe']],
  ['@Bo Berg: both are meant', ['bo', 'bo2']],
  ['@Ana is two people', []],
  ['@Zoëlle is another', []],
  ['mail ana@zoë.example', []],
  ['`@Zoë` and\n```ts\n@Zoë\n```\nend', []],
  ['```\nnever closed @Zoë', []],
  ['(@Zoë)', ['zoe']],
  ['@@Zoë @', []],
  ['**@Zoë**', ['zoe']],
])('[CM20] %j names %j', (text, ids) => {
  expect(mentionsIn(text, people)).toEqual(ids);
});

test('[CM20] a first name is enough when one person has it, and a name with signs is taken as it is', () => {
  expect(mentionsIn('@Ana!', [{ id: 'ana', name: 'Ana Lima' }])).toEqual(['ana']);
  expect(mentionsIn('@a.b* (c)', [{ id: 'x', name: 'a.b* (c)' }])).toEqual(['x']);
  expect(mentionsIn('@', [{ id: 'x', name: ' ' }])).toEqual([]);
});
