import { expect, test } from 'vitest';
import { hashSecret, newSecret, seal, sign, unseal, verifySigned } from './secrets.ts';

test('what is sealed for a purpose is read for that purpose only', () => {
  const sealed = seal('project-credential', 'pä55word');
  expect(sealed).not.toContain('pä55word');
  expect(unseal('project-credential', sealed)).toBe('pä55word');
  expect(() => unseal('something-else', sealed)).toThrow();
});

test('the same text is sealed differently each time', () => {
  expect(seal('p', 'x')).not.toBe(seal('p', 'x'));
});

test.each([0, 1, 2, 3])('a change in part %i is noticed', (part) => {
  const parts = seal('p', 'some text').split('.');
  const original = parts[part] ?? '';
  parts[part] = original.startsWith('A') ? `B${original.slice(1)}` : `A${original.slice(1)}`;
  expect(() => unseal('p', parts.join('.'))).toThrow();
});

test('secrets that are handed out do not repeat, and their hash is all that is kept', () => {
  const secret = newSecret();
  expect(newSecret()).not.toBe(secret);
  expect(hashSecret(secret)).toMatch(/^[0-9a-f]{64}$/);
  expect(hashSecret(secret)).toBe(hashSecret(secret));
});

test('what is signed for a purpose is believed for that purpose, unchanged', () => {
  const signed = sign('p', 'to whom it may concern');
  expect(verifySigned('p', signed)).toBe('to whom it may concern');
  expect(verifySigned('q', signed)).toBeUndefined();
  expect(verifySigned('p', `x${signed}`)).toBeUndefined();
  expect(verifySigned('p', '')).toBeUndefined();
  expect(verifySigned('p', signed.split('.')[0] ?? '')).toBeUndefined();
});
