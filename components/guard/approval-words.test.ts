import { expect, test } from 'vitest';
import { allowedSoFarText, namesText, needsText, tooFewText } from './approval-words.ts';

test.each([
  [{ role: 'lead', others: true, approvers: 1 }, 'A lead or admin who did not ask for it has to allow this.'],
  [{ role: 'lead', others: false, approvers: 2 }, 'Two leads or admins have to allow this.'],
  [{ role: 'admin', others: false, approvers: 1 }, 'An admin has to allow this.'],
  [{ role: 'admin', others: true, approvers: 2 }, 'Two admins who did not ask for it have to allow this.'],
] as const)('[GU54] the terms %j are said in a sentence', (terms, words) => {
  expect(needsText(terms)).toBe(words);
});

test('[GU54] who has allowed it stands with how many more are needed', () => {
  const terms = { role: 'lead', others: false, approvers: 2 } as const;
  expect(allowedSoFarText(terms, [{ name: 'Ana' }])).toBe('Allowed by Ana · one more needed');
  expect(namesText([{ name: 'Ana' }, { name: 'Bo' }])).toBe('Ana and Bo');
});

test.each([
  [false, 2, 1, /^Of this team one person could, so all of this/],
  [true, 1, 1, /what they ask for themselves/],
  [true, 2, 2, /^Of this team 2 people could/],
  [true, 1, 2, undefined],
  [false, 2, 2, undefined],
  [true, 2, 0, /nobody could/],
] as const)('[GU54] for others: %s, people: %i, of %i who could', (others, approvers, able, words) => {
  const text = tooFewText({ role: 'lead', others, approvers }, able);
  if (words === undefined) expect(text).toBeUndefined();
  else expect(text).toMatch(words);
});
