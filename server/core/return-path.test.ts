import { expect, it } from 'vitest';
import { returnPath } from './return-path.ts';

it.each([
  ['/ledger/sessions/ses_1?file=a.ts#L3', '/ledger/sessions/ses_1?file=a.ts#L3'],
  ['/', '/'],
  [undefined, '/'],
  ['', '/'],
  ['ledger', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/a/../..//evil.example', '/'],
  ['https://evil.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?callbackUrl=/x', '/'],
  ['/api/auth/signout', '/'],
])('[AC10] after signing in, %j leads to %s', (asked, expected) => {
  expect(returnPath(asked)).toBe(expected);
});
