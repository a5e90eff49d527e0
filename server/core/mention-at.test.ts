import { expect, test } from 'vitest';
import { mentionAt, withMention } from './mention-at.ts';

test.each([
  ['@', 1, { at: 0, query: '' }],
  ['fix @src/mo', 11, { at: 4, query: 'src/mo' }],
  ['fix @src/mo now', 11, { at: 4, query: 'src/mo' }],
  ['ana@example.com', 15, undefined],
  ['fix @src now', 12, undefined],
  ['', 0, undefined],
])('[CV34] in %j at %i somebody mentions %j', (text, caret, mention) => {
  expect(mentionAt(text, caret)).toEqual(mention);
});

test('[CV34] a mention is written out where it began, and the caret stands behind it', () => {
  expect(withMention('fix @mo', { at: 4, query: 'mo' }, '@src/money.ts')).toEqual({
    text: 'fix @src/money.ts ',
    caret: 18,
  });
  expect(withMention('fix @mo now', { at: 4, query: 'mo' }, '@src/money.ts')).toEqual({
    text: 'fix @src/money.ts now',
    caret: 18,
  });
});
