import { describe, expect, it } from 'vitest';
import { openAiChat } from './openai-chat.ts';

describe('errors in OpenAI’s shape', () => {
  it.each([
    ['invalid_request', 400, null],
    ['context_length', 400, 'context_length_exceeded'],
    ['authentication', 401, 'invalid_api_key'],
    ['permission', 403, 'permission_denied'],
    ['policy', 403, 'policy_denied'],
    ['not_found', 404, 'model_not_found'],
    ['too_large', 413, 'request_too_large'],
    ['budget', 429, 'insufficient_quota'],
    ['rate_limit', 429, 'rate_limit_exceeded'],
    ['upstream', 502, 'upstream_error'],
    ['overloaded', 503, 'server_is_overloaded'],
    ['timeout', 504, 'upstream_timeout'],
  ] as const)('[GW49] %s is a %d with the code %s', (kind, status, code) => {
    const encoded = openAiChat.encodeError({ kind, message: 'Words.', retryAfterS: 1.2, requestId: 'r1' });
    expect(encoded).toMatchObject({ status, body: { error: { message: 'Words.', code, param: null } } });
    expect(encoded.headers).toMatchObject({ 'retry-after': '2', 'x-request-id': 'r1' });
    const isFinal = ['authentication', 'permission', 'policy', 'budget'].includes(kind);
    expect(encoded.headers['x-should-retry']).toBe(isFinal ? 'false' : undefined);
  });

  it.each([
    [400, { error: { message: 'W', code: 'context_length_exceeded' } }, 'context_length'],
    [400, { error: { message: 'the request exceeds the available context size', type: 'x' } }, 'context_length'],
    [429, { error: { message: 'W', code: 'insufficient_quota' } }, 'permission'],
    [404, { error: 'model "x" not found' }, 'not_found'],
    [422, { detail: 'W' }, 'invalid_request'],
    [500, { message: 'W' }, 'upstream'],
    [503, {}, 'overloaded'],
  ])('[GW49] a status of %d with %j is understood, its words kept', (status, body, kind) => {
    expect(openAiChat.decodeError(status, JSON.stringify(body)).kind).toBe(kind);
  });
});
