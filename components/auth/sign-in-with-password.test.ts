import { expect, it } from 'vitest';
import { messageOf } from './sign-in-with-password.ts';

const now = new Date('2026-01-01T10:05:30Z');

it.each([
  ['CredentialsSignin', 'Email and password do not fit together'],
  ['rate_limited 2026-01-01T10:15:00.000Z', 'Try again in 10 minutes.'],
  ['rate_limited 2026-01-01T10:06:00.000Z', 'Try again in 1 minute.'],
  ['rate_limited nonsense', 'a fault on the server'],
  ['unavailable', 'a fault on the server'],
  ['<script>', 'a fault on the server'],
])('[AC8] the sign-in page words %s', (error, words) => {
  expect(messageOf(error, now)).toContain(words);
});
