import { describe, expect, it } from 'vitest';
import { headersBack, headersTranslated, headersUpstream } from './upstream-headers.ts';

describe('headers to a provider', () => {
  it('[GW6] hold no key of the caller, no cookie, no address, nothing of the connection and nothing unknown', () => {
    const kept = {
      authorization: 'Bearer ens_x',
      'x-api-key': 'ens_x',
      'api-key': 'ens_x',
      'x-goog-api-key': 'ens_x',
      cookie: 'next-auth.session-token=1',
      host: 'ensemble.example.com',
      connection: 'keep-alive, x-hop',
      'x-hop': '1',
      'transfer-encoding': 'chunked',
      'content-length': '12',
      'content-encoding': 'gzip',
      'x-forwarded-for': '10.0.0.9',
      'x-forwarded-proto': 'https',
      forwarded: 'for=10.0.0.9',
      'x-real-ip': '10.0.0.9',
      origin: 'https://ensemble.example.com',
      referer: 'https://ensemble.example.com/x',
      'x-ensemble-project': 'prj_1',
      'x-codex-turn-metadata': '{"workspace":"/home/me/secret"}',
      traceparent: '00-1-2-01',
      'sec-fetch-mode': 'cors',
      'x-company-user': 'ana@example.com',
      'openai-organization': 'org_mine',
      'anthropic-api-key': 'ens_x',
      'openai-auth-token': 'ens_x',
      'anthropic-beta': 'ghp_q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaU',
      'user-agent': 'tool/1.0 (password=Tr0ub4dor&3x)',
    };
    expect(headersUpstream(kept)).toEqual({});
  });

  it('[GW6] hold what the client says of itself and of the protocol, untouched', () => {
    const told = {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14',
      'openai-beta': 'responses=v1',
      'user-agent': 'claude-cli/2.1.316 (external, sdk-ts, agent-sdk/0.3.316)',
      'x-stainless-lang': 'js',
      'x-app': 'cli',
      'x-claude-code-session-id': '8ed4',
      'session-id': '8ed4',
      accept: 'application/json',
    };
    expect(headersUpstream(told)).toEqual(told);
  });

  it('[GW6] tell a provider of another protocol only who asks', () => {
    expect(headersTranslated({ 'user-agent': 'x/1', 'anthropic-beta': 'a' })).toEqual({ 'user-agent': 'x/1' });
  });
});

describe('headers of an answer', () => {
  it('[GW7] pass when they tell of limits and ids, and not otherwise', () => {
    const passed = {
      'request-id': 'req_1',
      'retry-after': '3',
      'anthropic-ratelimit-requests-remaining': '9',
      'x-ratelimit-remaining-tokens': '100',
    };
    expect(
      headersBack({
        ...passed,
        'set-cookie': ['a=b'],
        server: 'cloudflare',
        'anthropic-organization-id': 'org',
        'cf-ray': '1',
      }),
    ).toEqual(passed);
  });
});
