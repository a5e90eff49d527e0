import type { LlmError, LlmErrorKind } from '../../core/llm-message.ts';
import { isObject, parseObject } from './members.ts';
import { kindOfStatus, unnamedError } from './unnamed-error.ts';
import type { Json, JsonObject, Wire } from './wire.ts';

/** Errors as all protocols of OpenAI have them: `{ error: { message, type, param, code } }`. */

type Answer = { status: number; type: string; code: string | null };

/** The clients try again after 408, 409, 429 and 5xx unless they are told not to; codes are those that agents look at. */
const answers: Readonly<Record<LlmErrorKind, Answer>> = {
  invalid_request: { status: 400, type: 'invalid_request_error', code: null },
  context_length: { status: 400, type: 'invalid_request_error', code: 'context_length_exceeded' },
  authentication: { status: 401, type: 'invalid_request_error', code: 'invalid_api_key' },
  permission: { status: 403, type: 'invalid_request_error', code: 'permission_denied' },
  policy: { status: 403, type: 'invalid_request_error', code: 'policy_denied' },
  budget: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
  not_found: { status: 404, type: 'invalid_request_error', code: 'model_not_found' },
  too_large: { status: 413, type: 'invalid_request_error', code: 'request_too_large' },
  rate_limit: { status: 429, type: 'requests', code: 'rate_limit_exceeded' },
  upstream: { status: 502, type: 'server_error', code: 'upstream_error' },
  timeout: { status: 504, type: 'server_error', code: 'upstream_timeout' },
  overloaded: { status: 503, type: 'server_error', code: 'server_is_overloaded' },
};

/** Refusals that stand however often one asks. */
const final: ReadonlySet<LlmErrorKind> = new Set(['policy', 'budget', 'permission', 'authentication']);

export function encodeOpenAiError(error: LlmError): ReturnType<Wire['encodeError']> {
  const { kind, retryAfterS, requestId } = error;
  const headers = {
    ...(retryAfterS === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterS)) }),
    ...(requestId === undefined ? {} : { 'x-request-id': requestId }),
    ...(final.has(kind) ? { 'x-should-retry': 'false' } : {}),
  };
  return { status: answers[kind].status, headers, body: { error: openAiErrorMembers(error) } };
}

/** What stands in `error`, in a stream as well. */
export function openAiErrorMembers({ kind, message }: LlmError): JsonObject & { code: string | null } {
  const { type, code } = answers[kind];
  return { message, type, param: null, code };
}

const kindsByCode: Readonly<Record<string, LlmErrorKind>> = {
  context_length_exceeded: 'context_length',
  invalid_api_key: 'authentication',
  insufficient_quota: 'permission',
  model_not_found: 'not_found',
  rate_limit_exceeded: 'rate_limit',
  server_is_overloaded: 'overloaded',
  slow_down: 'overloaded',
  server_error: 'upstream',
  // What local servers answer instead.
  exceed_context_size_error: 'context_length',
};

/** Local servers say it in words alone. */
const tooLong = /maximum context length|context (?:length|window|size)|prompt is too long/i;

/** The error that an upstream answered: its words exactly, or the status when it said nothing. */
export function decodeOpenAiError(status: number, body: string): LlmError {
  const parsed = parseObject(body);
  return readOpenAiError(parsed?.['error'] ?? parsed, kindOfStatus(status)) ?? unnamedError(status, body);
}

/** The error within a body or an event; undefined when nothing there says what is wrong. */
export function readOpenAiError(error: Json | undefined, fallback: LlmErrorKind = 'upstream'): LlmError | undefined {
  if (typeof error === 'string') return { kind: fallback, message: error };
  // Some servers put the problem in `detail`.
  const message = isObject(error) ? (error['message'] ?? error['detail']) : undefined;
  if (!isObject(error) || typeof message !== 'string') return undefined;
  const named = [error['code'], error['type']].map((word) =>
    typeof word === 'string' ? kindsByCode[word] : undefined,
  );
  const kind = named.find((known) => known !== undefined) ?? fallback;
  return { kind: kind === 'invalid_request' && tooLong.test(message) ? 'context_length' : kind, message };
}
