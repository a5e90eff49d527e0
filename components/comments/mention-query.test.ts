import { expect, test } from 'vitest';
import { mentionQuery, offeredPeople, withMention } from './mention-query.ts';

const people = [
  { id: 'a', name: 'Ana Lima' },
  { id: 'b', name: 'Bo Berg' },
];

test.each([
  ['@', 1, { at: 0, typed: '' }],
  ['ask @an', 7, { at: 4, typed: 'an' }],
  ['@Ana Li', 7, { at: 0, typed: 'Ana Li' }],
  ['mail a@b', 8, undefined],
  ['@ab\nc', 5, undefined],
  ['`@Component', 11, undefined],
  ['@ x', 3, undefined],
  [`@${'x'.repeat(50)}`, 51, undefined],
])('[CM20] in %j with the caret at %i the name typed is %j', (text, caret, query) => {
  expect(mentionQuery(text, caret)).toEqual(query);
});

test('[CM20] people are offered by any word of their name, until it stands there whole', () => {
  expect(offeredPeople(people, { at: 0, typed: 'b' })).toEqual([people[1]]);
  expect(offeredPeople(people, { at: 0, typed: 'li' })).toEqual([people[0]]);
  expect(offeredPeople(people, { at: 0, typed: 'ana lima' })).toEqual([]);
  expect(offeredPeople(people, { at: 0, typed: '' })).toEqual(people);
});

test('[CM20] the chosen name takes the place of what was typed', () => {
  const text = 'ask @an about it';
  expect(withMention(text, { query: { at: 4, typed: 'an' }, caret: 7, name: 'Ana Lima' })).toEqual({
    text: 'ask @Ana Lima about it',
    caret: 14,
  });
});
