import { refusalOf, type AppError } from '../core/errors.ts';
import { Untranslatable, type LlmError, type LlmErrorKind } from '../core/llm-message.ts';
import { log } from '../platform/log.ts';

/** A provider's error, or the lack of a provider, as the caller is told of it. */
export class UpstreamError extends Error {
  override name = 'UpstreamError';
  readonly error: LlmError;

  constructor(error: LlmError, options: { cause?: unknown } = {}) {
    super(error.message, options);
    this.error = error;
  }
}

const kinds = {
  unauthenticated: 'authentication',
  forbidden: 'permission',
  not_found: 'not_found',
  invalid: 'invalid_request',
  conflict: 'invalid_request',
  rate_limited: 'rate_limit',
  too_large: 'too_large',
  unsupported: 'invalid_request',
  unavailable: 'overloaded',
  pending: 'overloaded',
} as const satisfies Record<AppError['code'], LlmErrorKind>;

/** Whatever went wrong, in the vocabulary that each protocol has codes for. A fault shows nothing of itself. */
export function errorOf(error: unknown, callId: string): LlmError {
  if (error instanceof UpstreamError) return error.error;
  if (error instanceof Untranslatable) return { kind: 'invalid_request', message: error.message };
  const refusal = refusalOf(error);
  if (refusal) return ofRefusal(refusal);
  if (error instanceof RangeError && error.message.includes('call stack'))
    return { kind: 'invalid_request', message: 'The body is nested too deeply.' };
  log().error({ err: error, callId }, 'model call failed');
  return {
    kind: 'upstream',
    message: `The gateway met a fault it did not expect. Try again; an admin finds the cause in the log under ${callId}.`,
  };
}

function ofRefusal({ code, message, details }: AppError): LlmError {
  const after = details?.['retryAfterS'];
  return {
    kind: details?.['reason'] === 'budget' ? 'budget' : kinds[code],
    message,
    ...(typeof after === 'number' ? { retryAfterS: after } : {}),
  };
}
