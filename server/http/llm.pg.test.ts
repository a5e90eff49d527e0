import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { newPerson, newTeam } from '../auth/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { cookieOf, newToken, startHttp, type TestHttp } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
let http: TestHttp;
let models: ModelServer;
let token: string;
let authSessionId: string;

beforeAll(async () => {
  models = await startModelServer();
  http = await startHttp();
  const ana = await newPerson('Ana');
  ({ authSessionId } = ana);
  await newTeam('Cave', [[ana, 'developer']]);
  ({ token } = await newToken(ana.personId, ['models']));
  const providerId = await newProvider({
    baseUrl: models.url,
    kind: 'anthropic',
    protocols: ['anthropic_messages'],
    key: 'sk-of-the-provider',
  });
  await newModel('large', [{ providerId, upstreamModel: 'scripted-large' }]);
});
afterAll(async () => {
  await http.close();
  await models.close();
  await closeNotifications();
});
beforeEach(() => models.forget());

const ask = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${http.url}/gateway/anthropic/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': token, ...headers },
    body: JSON.stringify(body),
  });

const hello = { model: 'large', max_tokens: 100, messages: [{ role: 'user', content: 'Good morning' }] };

describe('a call from the door to the provider and back', () => {
  it('[GW1] goes to the provider under its own key and model name, and the answer comes back as it came', async () => {
    models.script({ says: [{ text: 'Good morning to you' }] });
    const response = await ask(hello);
    expect(response.status, await response.clone().text()).toBe(200);
    const body = await response.json();
    expect(body).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'Good morning to you' }] });
    const [received] = models.received;
    expect(received?.path).toBe('/v1/messages?beta=true');
    expect(received?.json).toEqual({ ...hello, model: 'scripted-large' });
    expect(received?.headers['x-api-key']).toBe('sk-of-the-provider');
  });

  it('[GW1] streams', async () => {
    models.script({ says: [{ text: 'one two three' }] });
    const response = await ask({ ...hello, stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('event: message_start');
    expect(text.trimEnd().endsWith('data: {"type":"message_stop"}')).toBe(true);
  });
});

it('[GW64] metrics tell of calls by protocol and end, and of what was decided', async () => {
  models.script({ says: [{ text: 'Hello' }] });
  await (await ask(hello)).text();
  const text = await (await fetch(`${http.url}/metrics`)).text();
  expect(text).toMatch(/ensemble_gateway_requests_total\{wire="anthropic_messages",outcome="succeeded"\} \d/);
  expect(text).toMatch(/ensemble_gateway_request_seconds_count\{wire="anthropic_messages"\} \d/);
  expect(text).toMatch(/ensemble_gateway_in_flight \d/);
  expect(text).toMatch(/ensemble_policy_decisions_total\{effect="allow"\} \d/);
  expect(text).toMatch(
    /ensemble_gateway_tokens_total\{provider="Provider \w+",model="scripted-large",type="output"\} \d/,
  );
  expect(text).toMatch(/ensemble_gateway_circuit_state\{provider="Provider \w+",model="scripted-large"\} 0/);
});

describe('the door', () => {
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${http.url}/gateway${path}`, { ...init, headers: { 'x-api-key': token, ...init.headers } });

  it('[GW4] unknown paths, wrong methods and missing keys are told of in the protocol of the path', async () => {
    const messages = await call('/anthropic/v1/complete', { method: 'POST' });
    expect([messages.status, await messages.json()]).toMatchObject([
      404,
      { type: 'error', error: { type: 'not_found_error' } },
    ]);
    const chat = await call('/openai/v1/embeddings', { method: 'POST' });
    expect([chat.status, await chat.json()]).toMatchObject([
      404,
      { error: { message: expect.stringContaining('no /openai/v1/embeddings') } },
    ]);
    const get = await call('/openai/v1/chat/completions');
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const nobody = await fetch(`${http.url}/gateway/openai/v1/models`);
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="Ensemble"']);
  });

  it('[GW4] cookies count for nothing, and no browser of another site may read an answer', async () => {
    const response = await fetch(`${http.url}/gateway/openai/v1/models`, {
      headers: { cookie: await cookieOf(authSessionId), origin: 'https://elsewhere.example' },
    });
    expect(response.status).toBe(401);
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    const asked = await call('/anthropic/v1/messages', {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example' },
    });
    expect([...asked.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('[GW4] takes bodies packed as %s', async (encoding, pack) => {
    const body = new Uint8Array(pack(Buffer.from(JSON.stringify(hello))));
    const response = await call('/anthropic/v1/messages', {
      method: 'POST',
      body,
      headers: { 'content-encoding': encoding },
    });
    expect(response.status).toBe(200);
    expect(models.received[0]?.headers['content-encoding']).toBeUndefined();
  });

  it.each([
    ['no JSON', '{"model":', {}, 400],
    ['no object', '[]', {}, 400],
    ['nested without end', `{"model":"large","messages":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, {}, 400],
    ['packed in an unknown way', '{}', { 'content-encoding': 'lzma' }, 400],
    ['not packed as it says', '{}', { 'content-encoding': 'gzip' }, 400],
  ])('[GW4] refuses a body that is %s', async (_what, body, headers, status) => {
    const response = await call('/anthropic/v1/messages', { method: 'POST', body, headers });
    expect([response.status, await response.json()]).toMatchObject([
      status,
      { type: 'error', error: { type: 'invalid_request_error' } },
    ]);
    expect(models.received).toHaveLength(0);
  });

  it('[GW4] refuses bodies over 32 MiB, also when they are small while packed', async () => {
    const big = Buffer.from(JSON.stringify({ ...hello, system: 'x'.repeat(33 * 1024 * 1024) }));
    const plain = await call('/anthropic/v1/messages', { method: 'POST', body: new Uint8Array(big) });
    expect([plain.status, await plain.json()]).toMatchObject([413, { error: { type: 'request_too_large' } }]);
    const packed = { method: 'POST', body: new Uint8Array(gzipSync(big)), headers: { 'content-encoding': 'gzip' } };
    expect((await call('/anthropic/v1/messages', packed)).status).toBe(413);
    expect(models.received).toHaveLength(0);
  });

  it('[GW5] of a member that stands twice, what was not read does not leave', async () => {
    const body = `{"model":"elsewhere","messages":[{"role":"user","content":"hidden"}],"max_tokens":9,"model":"large","messages":[{"role":"user","content":"seen"}]}`;
    expect((await call('/anthropic/v1/messages', { method: 'POST', body })).status).toBe(200);
    expect(models.received[0]?.body.toString()).toBe(
      '{"model":"scripted-large","messages":[{"role":"user","content":"seen"}],"max_tokens":9}',
    );
  });

  it('[GW7] tells the provider’s ids and limits, and nothing else of its headers', async () => {
    models.script({
      says: [{ text: 'hi' }],
      headers: { 'request-id': 'req_p', 'anthropic-ratelimit-requests-remaining': '7', 'set-cookie': 'a=b', via: 'x' },
    });
    const { headers } = await ask(hello);
    expect(headers.get('request-id')).toBe('req_p');
    expect(headers.get('anthropic-ratelimit-requests-remaining')).toBe('7');
    expect([headers.get('set-cookie'), headers.get('via')]).toEqual([null, null]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
