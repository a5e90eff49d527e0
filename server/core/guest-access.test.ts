import { expect, test } from 'vitest';
import {
  guestEnding,
  guestName,
  guestNameField,
  guestStanding,
  withoutGuestMark,
  type GuestFacts,
} from './guest-access.ts';
import { guestLevels, rightsOfGuest, rightsOfRole } from './permissions.ts';

const inside: GuestFacts = {
  state: 'admitted',
  isExpired: false,
  isUnanswered: false,
  isAnsweredFor: true,
  isArchived: false,
};

test.each<[Partial<GuestFacts>, ReturnType<typeof guestStanding>]>([
  [{}, 'in'],
  [{ state: 'knocking' }, 'waiting'],
  [{ state: 'knocking', isUnanswered: true }, 'unanswered'],
  [{ state: 'knocking', isAnsweredFor: false }, 'waiting'],
  [{ state: 'denied', isExpired: true }, 'denied'],
  [{ state: 'revoked', isArchived: true }, 'revoked'],
  [{ state: 'left' }, 'left'],
  [{ isExpired: true }, 'expired'],
  [{ state: 'knocking', isExpired: true }, 'expired'],
  [{ isAnsweredFor: false }, 'withdrawn'],
  [{ isArchived: true }, 'archived'],
])('[AC31] %o is told as %s', (facts, standing) => {
  expect(guestStanding({ ...inside, ...facts })).toBe(standing);
  if (standing !== 'in') expect(guestEnding(standing)).toMatch(/^[A-Z].+\. [A-Z].+\.$/);
});

test('[AC26] a link gives at most the right to edit, and each level what the one before it gives', () => {
  expect(guestLevels.map(rightsOfGuest)).toEqual([['view'], ['view', 'comment'], ['view', 'comment', 'edit']]);
  for (const level of guestLevels)
    expect(rightsOfRole('developer')).toEqual(expect.arrayContaining([...rightsOfGuest(level)]));
});

test('[AC33] a guest is called one wherever the name goes', () => {
  expect(guestName('Bo')).toBe('Bo (guest)');
  expect(guestName(guestName('Bo'))).toBe('Bo (guest)');
  expect(['Bo', 'Bo (guest)'].map(withoutGuestMark)).toEqual(['Bo', 'Bo']);
});

test.each([
  ['  Bo   Li ', 'Bo Li'],
  ['Zoë', 'Zoë'.normalize('NFC')],
  ['李 小龍', '李 小龍'],
])('[AC33] %o is the name %o', (given, name) => {
  expect(guestNameField.parse(given)).toBe(name);
});

test.each([
  ['nothing', '  '],
  ['only signs', '()'],
  ['more than 60 characters', 'x'.repeat(61)],
  ['a control character', 'Bo\u0007'],
  ['a turn of the writing direction', 'Bo\u202Eana'],
  ['a space without width', 'A\u200Bna'],
  ['half a surrogate pair', 'Bo\ud800'],
])('[AC33] %s is no name', (_what, given) => {
  expect(guestNameField.safeParse(given).success).toBe(false);
});
