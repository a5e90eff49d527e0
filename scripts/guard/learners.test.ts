import { expect, test } from 'vitest';
import { probability, train, type Example } from './logistic.ts';
import { chance, grow } from './trees.ts';

/** Bad is what has features 0 and 1 together; 2 stands in half of all. */
const examples: Example[] = Array.from({ length: 80 }, (_, index) => {
  const features = [index % 2 === 0 ? [0] : [], index % 4 < 2 ? [1] : [], index % 8 < 4 ? [2] : []].flat();
  return { features, isBad: features.includes(0) && features.includes(1) };
});

test('trees tell what two features mean together; a sum of weights ranks it highest', () => {
  const forest = grow(examples, 3);
  expect(chance(forest, [0, 1])).toBeGreaterThan(0.8);
  for (const features of [[0], [1], [2], [0, 2], [1, 2]]) expect(chance(forest, features)).toBeLessThan(0.2);
  const model = train(examples, { size: 3, decay: 0.001 });
  for (const features of [[0], [1], [2]])
    expect(probability(model, [0, 1])).toBeGreaterThan(probability(model, features));
});

test('the same examples always give the same model', () => {
  expect(train(examples, { size: 3, decay: 0.001 })).toEqual(train(examples, { size: 3, decay: 0.001 }));
  expect(grow(examples, 3)).toEqual(grow(examples, 3));
});
