import type { LlmError, LlmErrorKind } from '../../core/llm-message.ts';

const kindsByStatus: Readonly<Record<number, LlmErrorKind>> = {
  400: 'invalid_request',
  401: 'authentication',
  402: 'permission',
  403: 'permission',
  404: 'not_found',
  408: 'timeout',
  413: 'too_large',
  422: 'invalid_request',
  429: 'rate_limit',
  503: 'overloaded',
  504: 'timeout',
  // Anthropic's own.
  529: 'overloaded',
};

/** What an error is that its upstream does not name: by the status it came with. */
export function kindOfStatus(status: number): LlmErrorKind {
  return kindsByStatus[status] ?? (status < 500 ? 'invalid_request' : 'upstream');
}

/** An error in no known form: its words exactly, or the status when there are none. */
export function unnamedError(status: number, body: string): LlmError {
  const message = body.trim() === '' ? `The model’s server answered ${status} without a word.` : body;
  return { kind: kindOfStatus(status), message };
}
