import { ZodError } from 'zod';
import { isAppError } from '../core/errors.ts';
import { EnvError } from '../platform/env.ts';
import { UsageError } from './command.ts';

const unreachable = /^(ECONNREFUSED|ENOENT|ENOTFOUND|ETIMEDOUT|ECONNRESET)$/;

/** One line for what an operator can mend; undefined for a fault of ours. */
export function explain(error: unknown): string | undefined {
  if (error instanceof UsageError || error instanceof EnvError || isAppError(error)) return error.message;
  if (error instanceof ZodError) return explainInput(error);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : '';
    if (code.startsWith('ERR_PARSE_ARGS')) return cause.message.split('\n', 1)[0];
    if (unreachable.test(code))
      return 'The database does not answer. Start Ensemble or its Postgres, or correct DATABASE_URL.';
    if (code === '42P01') return 'The database has no tables of Ensemble yet. Start Ensemble once: it makes them.';
  }
  return undefined;
}

function explainInput(error: ZodError): string {
  const [issue] = error.issues;
  const field = issue?.path.join('.');
  return `${field ? `${field}: ` : ''}${issue?.message ?? 'This input cannot be used'}.`;
}
