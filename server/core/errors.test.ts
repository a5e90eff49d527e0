import { expect, test } from 'vitest';
import { z } from 'zod';
import { AppError, refusalOf } from './errors.ts';

test('a refusal is shown as it is', () => {
  const refusal = new AppError('conflict', 'Somebody was first.');
  expect(refusalOf(refusal)).toBe(refusal);
});

test('input that a schema does not accept is shown as invalid, with the field', () => {
  const parsed = z.object({ title: z.string().min(1, 'A session needs a title.') }).safeParse({ title: '' });
  expect(refusalOf(parsed.error)).toMatchObject({
    code: 'invalid',
    message: 'The input is not acceptable: title: A session needs a title.',
    details: { issues: [{ field: 'title', problem: 'A session needs a title.' }] },
  });
});

test.each([new Error('select * from secret'), 'text', undefined])('of a fault nothing is shown', (fault) => {
  expect(refusalOf(fault)).toBeUndefined();
});
