import { expect, test } from 'vitest';
import { loggedError } from './log.ts';

class QueryError extends Error {
  override name = 'QueryError';
  readonly query: string;
  readonly params: unknown[];
  constructor(query: string, params: unknown[], cause: Error) {
    super(`Failed query: ${query}\nparams: ${params.join()}`, { cause });
    this.query = query;
    this.params = params;
  }
}

test('a failed query is logged without its parameters, whatever they look like, and with the reason', () => {
  const reason = Object.assign(new Error('duplicate key value violates unique constraint "person_email"'), {
    code: '23505',
    detail: 'Key (email)=(ana@private.example) already exists.',
  });
  const failed = new QueryError(
    'insert into "person" values ($1)',
    ['a prompt\n    at a place', 'argon2-hash'],
    reason,
  );
  const outer = new Error('could not store', { cause: failed });
  for (const error of [failed, outer]) {
    const logged = JSON.stringify(loggedError(error));
    expect(logged).toContain('insert into');
    expect(logged).toContain('duplicate key value');
    expect(logged).toContain('log.test.ts');
    expect(logged).not.toMatch(/a prompt|a place|argon2|private\.example/);
  }
});

test('other errors are logged as they are', () => {
  expect(loggedError(new TypeError('no'))).toMatchObject({
    message: 'no',
    stack: expect.stringContaining('log.test.ts'),
  });
  expect(loggedError('text')).toBe('text');
});
