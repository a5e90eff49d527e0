import { expect, test } from 'vitest';
import { inputOf, newValues, readHeaders } from './provider-values.ts';

test('headers are read a line each, and a line that is none is named', () => {
  expect(readHeaders('')).toBeUndefined();
  expect(readHeaders('X-Tenant: a:b\n\n  Other:c ')).toEqual({ 'X-Tenant': 'a:b', Other: 'c' });
  expect(readHeaders('nonsense')).toMatch(/“nonsense” is no header/);
});

test('an empty key is not sent, so that the one that is stored stays', () => {
  const values = newValues('anthropic');
  expect(inputOf(values)).not.toHaveProperty('key');
  expect(inputOf(values)).not.toHaveProperty('headers');
  expect(inputOf({ ...values, key: 'sk-1', connectS: '' })).toMatchObject({
    key: 'sk-1',
    baseUrl: 'https://api.anthropic.com',
    timeouts: { connectMs: 10_000 },
  });
});
