import { z } from 'zod';

/** The closed list of expected refusals. Each transport maps a code to its own wire error in one place. */
export const errorCodes = [
  'unauthenticated', // no identity, or one that ended
  'forbidden', // known identity, visible resource, missing right
  'not_found', // absent, or not visible to this actor
  'invalid', // the input is not acceptable
  'conflict', // the state does not allow it now
  'rate_limited',
  'too_large',
  'unsupported', // understood, and not offered on this installation
  'unavailable', // a part the request needs does not answer
  'pending', // accepted, result not known yet
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * An expected refusal. `message` is shown to people: what happened, why, what to do next.
 * `details` is machine-readable and free of secrets; transports may show it.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
  }
}

export function isAppError(value: unknown): value is AppError {
  return value instanceof AppError || (value instanceof Error && value.name === 'AppError' && 'code' in value);
}

/**
 * The refusal behind an error, for a transport to show: the refusal itself, or `invalid` for input that a use case's
 * schema does not accept. Undefined for a fault, of which nothing is shown.
 */
export function refusalOf(error: unknown): AppError | undefined {
  if (isAppError(error)) return error;
  if (!(error instanceof z.ZodError)) return undefined;
  const issues = error.issues.map((issue) => ({ field: issue.path.join('.'), problem: issue.message }));
  const [first] = issues;
  const where = first?.field ? `${first.field}: ` : '';
  return new AppError('invalid', `The input is not acceptable: ${where}${first?.problem ?? 'wrong form'}`, {
    cause: error,
    details: { issues },
  });
}
