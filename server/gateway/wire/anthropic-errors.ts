import type { LlmError, LlmErrorKind } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { isObject, parseObject } from './members.ts';
import { kindOfStatus, unnamedError } from './unnamed-error.ts';
import type { JsonObject, Wire } from './wire.ts';

type Answer = { status: number; type: string };

/** What the official clients know: they try again after 429 and 5xx, and take 400, 401, 403, 404 and 413 for final. */
const answers: Readonly<Record<LlmErrorKind, Answer>> = {
  invalid_request: { status: 400, type: 'invalid_request_error' },
  context_length: { status: 400, type: 'invalid_request_error' },
  authentication: { status: 401, type: 'authentication_error' },
  permission: { status: 403, type: 'permission_error' },
  policy: { status: 403, type: 'permission_error' },
  budget: { status: 402, type: 'billing_error' },
  not_found: { status: 404, type: 'not_found_error' },
  too_large: { status: 413, type: 'request_too_large' },
  rate_limit: { status: 429, type: 'rate_limit_error' },
  upstream: { status: 502, type: 'api_error' },
  timeout: { status: 504, type: 'timeout_error' },
  overloaded: { status: 529, type: 'overloaded_error' },
};

/** By these words clients know that their conversation is too long, and shorten it. */
const tooLong = 'prompt is too long';

/** Refusals of the gateway, which stand however often one asks. */
const final: ReadonlySet<LlmErrorKind> = new Set(['policy', 'budget', 'permission', 'authentication']);

export function encodeAnthropicError(error: LlmError): ReturnType<Wire['encodeError']> {
  const { kind, retryAfterS, requestId } = error;
  const headers = {
    ...(retryAfterS === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterS)) }),
    ...(requestId === undefined ? {} : { 'request-id': requestId }),
    ...(final.has(kind) ? { 'x-should-retry': 'false' } : {}),
  };
  return { status: answers[kind].status, headers, body: bodyOf(error) };
}

function bodyOf({ kind, message, requestId }: LlmError): JsonObject {
  const words =
    kind === 'context_length' && !message.toLowerCase().includes(tooLong) ? `${tooLong}: ${message}` : message;
  return {
    type: 'error',
    error: { type: answers[kind].type, message: words },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
}

/** The last event of a stream that breaks. */
export function anthropicStreamError(error: LlmError): SseEvent[] {
  return [{ event: 'error', data: JSON.stringify(bodyOf(error)) }];
}

const kindsByType: Readonly<Record<string, LlmErrorKind>> = {
  invalid_request_error: 'invalid_request',
  authentication_error: 'authentication',
  billing_error: 'permission',
  permission_error: 'permission',
  not_found_error: 'not_found',
  request_too_large: 'too_large',
  rate_limit_error: 'rate_limit',
  api_error: 'upstream',
  timeout_error: 'timeout',
  overloaded_error: 'overloaded',
};

/** The error that an upstream answered: its words exactly, or the status when it said nothing. */
export function decodeAnthropicError(status: number, body: string): LlmError {
  return readAnthropicError(parseObject(body), kindOfStatus(status)) ?? unnamedError(status, body);
}

/** The error within a body in the form of Messages; undefined when it has another form. */
function readAnthropicError(body: JsonObject | undefined, fallback: LlmErrorKind): LlmError | undefined {
  const error = body?.['error'];
  if (!isObject(error) || typeof error['message'] !== 'string') return undefined;
  const message = error['message'];
  const kind = (typeof error['type'] === 'string' ? kindsByType[error['type']] : undefined) ?? fallback;
  const isTooLong = kind === 'invalid_request' && message.toLowerCase().includes(tooLong);
  const requestId = body?.['request_id'];
  return {
    kind: isTooLong ? 'context_length' : kind,
    message,
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}

/** The error that an `error` event tells. */
export function readAnthropicStreamError(body: JsonObject): LlmError {
  return readAnthropicError(body, 'upstream') ?? { kind: 'upstream', message: JSON.stringify(body) };
}
