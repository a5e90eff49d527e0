import { expect, test } from 'vitest';
import { inputInWords } from './tool-input.ts';

test.each([
  ['{"command":"npm test"}', '$ npm test'],
  ['{"command":["git","status"],"cwd":"/work"}', '$ git status'],
  ['{"path":"a.ts"}', '{"path":"a.ts"}'],
  ['{"command":"cut off', '{"command":"cut off'],
  ['plain words', 'plain words'],
])('[CV55] %s reads as %s', (given, shown) => {
  expect(inputInWords(given)).toBe(shown);
});
