import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { newPerson, newTeam } from '../auth/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { newToken, startHttp, type TestHttp } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
let http: TestHttp;
let models: ModelServer;
let token: string;

beforeAll(async () => {
  models = await startModelServer();
  http = await startHttp();
  const ana = await newPerson('Ana');
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
