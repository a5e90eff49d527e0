import { expect, test } from 'vitest';
import { confusionOf } from './confusion.ts';

test('[GU209] recall, friction and what was asked too little are shares of what should have been said', () => {
  const judged = [
    ['deny', 'deny'],
    ['deny', 'ask'],
    ['deny', 'allow'],
    ['deny', 'deny'],
    ['allow', 'allow'],
    ['allow', 'ask'],
    ['ask', 'allow'],
  ] as const;
  const { counts, ...shares } = confusionOf(
    judged.map(([label, said], at) => ({ id: String(at), label, said, rules: [] })),
  );
  expect(shares).toEqual({ cases: 7, recall: 0.75, friction: 0.5, askedTooLittle: 1 });
  expect(counts.deny).toEqual({ allow: 1, ask: 1, deny: 2 });
  expect(confusionOf([])).toMatchObject({ recall: null, friction: null, askedTooLittle: null });
});
