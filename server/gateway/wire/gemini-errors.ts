import type { LlmError, LlmErrorKind } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import type { ClientWire, JsonObject } from './wire.ts';

type Answer = { code: number; status: string };

/** Codes of google.rpc.Code. The clients try again after 408, 429 and 5xx: a spent budget and a denial are final. */
const answers: Readonly<Record<LlmErrorKind, Answer>> = {
  invalid_request: { code: 400, status: 'INVALID_ARGUMENT' },
  context_length: { code: 400, status: 'INVALID_ARGUMENT' },
  authentication: { code: 401, status: 'UNAUTHENTICATED' },
  permission: { code: 403, status: 'PERMISSION_DENIED' },
  policy: { code: 403, status: 'PERMISSION_DENIED' },
  budget: { code: 403, status: 'PERMISSION_DENIED' },
  not_found: { code: 404, status: 'NOT_FOUND' },
  too_large: { code: 413, status: 'INVALID_ARGUMENT' },
  rate_limit: { code: 429, status: 'RESOURCE_EXHAUSTED' },
  upstream: { code: 502, status: 'INTERNAL' },
  timeout: { code: 504, status: 'DEADLINE_EXCEEDED' },
  overloaded: { code: 503, status: 'UNAVAILABLE' },
};

/** By these words clients know that their conversation is too long. */
const tooLong = 'exceeds the maximum number of tokens allowed';

export function encodeGeminiError(error: LlmError): ReturnType<ClientWire['encodeError']> {
  const { kind, retryAfterS } = error;
  return {
    status: answers[kind].code,
    headers: retryAfterS === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterS)) },
    body: bodyOf(error),
  };
}

function bodyOf({ kind, message, retryAfterS, requestId }: LlmError): JsonObject {
  const { code, status } = answers[kind];
  const words =
    kind === 'context_length' && !message.includes(tooLong) ? `The input token count ${tooLong}: ${message}` : message;
  const details: JsonObject[] = [
    ...(retryAfterS === undefined ? [] : [detail('RetryInfo', { retryDelay: `${Math.ceil(retryAfterS)}s` })]),
    ...(requestId === undefined ? [] : [detail('RequestInfo', { requestId })]),
  ];
  return { error: { code, message: words, status, ...(details.length === 0 ? {} : { details }) } };
}

const detail = (type: string, members: JsonObject): JsonObject => ({
  '@type': `type.googleapis.com/google.rpc.${type}`,
  ...members,
});

/** The last event of a stream that breaks, which the clients throw. */
export function geminiStreamError(error: LlmError): SseEvent[] {
  return [{ data: JSON.stringify(bodyOf(error)) }];
}
