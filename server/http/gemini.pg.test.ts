import { desc } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { geminiClient, GeminiApiError } from '../../e2e/fakes/gemini-client.ts';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { newPerson, newTeam } from '../auth/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { singleton } from '../platform/singleton.ts';
import { newToken, startHttp, type TestHttp } from './testing.ts';

/** A client of Google's protocol through the whole gateway, to a provider of each protocol. */

const logged: string[] = [];
singleton('log', () => pino({ level: 'trace', base: null }, { write: (line: string) => void logged.push(line) }));

const { url } = await testDatabase();
setDatabaseUrl(url);
let http: TestHttp;
let models: ModelServer;
let token: string;

const upstreams = ['anthropic_messages', 'openai_responses', 'openai_chat'] as const;

beforeAll(async () => {
  models = await startModelServer();
  http = await startHttp();
  const ana = await newPerson('Ana');
  await newTeam('Cave', [[ana, 'developer']]);
  ({ token } = await newToken(ana.personId, ['models']));
  for (const upstream of upstreams) {
    const isAnthropic = upstream === 'anthropic_messages';
    const providerId = await newProvider({
      baseUrl: isAnthropic ? models.url : `${models.url}/v1`,
      kind: isAnthropic ? 'anthropic' : 'openai_compatible',
      protocols: [upstream],
      place: 'remote',
      key: 'sk-of-the-provider',
    });
    await newModel(upstream, [{ providerId, upstreamModel: `scripted-${upstream}` }]);
  }
});
afterAll(async () => {
  await http.close();
  await models.close();
  await closeNotifications();
});
beforeEach(() => {
  models.script();
  models.forget();
});

const client = (key = token) => geminiClient({ url: `${http.url}/gateway/gemini`, key });
const call = (path: string, body?: unknown, headers: Record<string, string> = { 'x-goog-api-key': token }) =>
  fetch(`${http.url}/gateway/gemini/v1beta/${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', ...headers },
  });
const hello = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };

describe.each(upstreams)('a provider of %s', (model) => {
  test.each(['ask', 'stream'] as const)(
    '[GW110] hears text, thoughts, calls and usage, which is recorded (%s)',
    async (way) => {
      models.script({
        says: [
          { thinking: 'I look.' },
          { text: 'Both – «ü» 🙂' },
          { tool: 'read', arguments: { path: '日本 "b".txt' } },
        ],
        usage: { input: 1200, output: 30, cacheRead: 200 },
        pieceLength: 3,
      });
      const tools = [{ name: 'read', parameters: { type: 'object', properties: { path: { type: 'string' } } } }];
      expect(await client()[way]({ model, text: 'Read', tools, think: true })).toEqual({
        text: 'Both – «ü» 🙂',
        thinking: 'I look.',
        calls: [{ name: 'read', arguments: { path: '日本 "b".txt' } }],
        stop: 'STOP',
        usage: { input: 1200, output: 30, cached: 200 },
      });
      await vi.waitFor(async () => {
        const [row] = await db().select().from(schema.modelCall).orderBy(desc(schema.modelCall.id)).limit(1);
        expect(row).toMatchObject({ protocol: 'gemini', alias: model, isStream: way === 'stream', inputTokens: 1200 });
      });
    },
  );

  test('[GW118] never sees what was masked, which comes back in the files that the model writes', async () => {
    const secret = `ghp_${'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaUiOb'.slice(0, 36)}`;
    models.script({ says: [{ tool: 'write_file', arguments: { content: 'got {{tool}}' } }], pieceLength: 2 });
    const earlier = { tool: 'read_file', arguments: { path: 'a.env' }, result: `TOKEN=${secret}` };
    const tools = [{ name: 'write_file', parameters: { type: 'object' } }];
    const heard = await client().stream({ model, text: `Use ${secret}`, earlier, tools });
    expect(heard.calls).toEqual([{ name: 'write_file', arguments: { content: `got TOKEN=${secret}` } }]);
    const sent = models.received.map(({ body }) => body.toString('utf8')).join('\n');
    expect(sent).toContain('TOKEN=ghp_');
    expect(sent).not.toContain(secret);
  });

  test('[GW119] that fails is told of in Google’s shape, before and in the middle of a stream', async () => {
    models.script({ error: { status: 400, message: 'Exactly these words.' } });
    const thrown = client().ask({ model, text: 'x' });
    await expect(thrown).rejects.toThrow(GeminiApiError);
    await expect(thrown).rejects.toThrow(/"code":400,"message":"Exactly these words\.","status":"INVALID_ARGUMENT"/);
    models.script({ says: [{ text: 'one two three' }], breaks: { afterEvents: 4, how: 'error' } });
    await expect(client().stream({ model, text: 'x' })).rejects.toThrow('The script lets this stream fail.');
  });
});

test('[GW111] a key is read from its header or as a bearer, and from no address', async () => {
  const path = 'models/openai_chat:generateContent';
  expect((await call(path, hello)).status).toBe(200);
  expect((await call(path, hello, { authorization: `Bearer ${token}` })).status).toBe(200);
  const inAddress = await call(`${path}?key=${token}`, hello, {});
  expect(inAddress.status).toBe(401);
  expect(await inAddress.json()).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } });
  expect(logged.join('')).not.toContain(token);
  await expect(client('ens_wrong').ask({ model: 'openai_chat', text: 'x' })).rejects.toThrow('UNAUTHENTICATED');
});

test('[GW110] the path says the model and whether to stream, whatever the body says', async () => {
  models.script({ says: [{ text: 'whole' }] });
  const answered = await call('models/openai_chat:generateContent', { ...hello, model: 'other', stream: true });
  expect(await answered.json()).toMatchObject({ candidates: [{ content: { parts: [{ text: 'whole' }] } }] });
  const unlike = await call('models/openai_chat:streamGenerateContent', hello);
  expect(unlike.status).toBe(400);
  expect(await unlike.json()).toMatchObject({ error: { message: expect.stringContaining('alt=sse') } });
  expect((await call('models/openai_chat:embedContent', hello)).status).toBe(405);
  expect((await call('models/nothing:generateContent', hello)).status).toBe(404);
});

test('[GW110] tokens are counted without a provider, also for a request within one', async () => {
  const count = async (body: unknown) => (await call('models/openai_chat:countTokens', body)).json();
  const long = { contents: [{ role: 'user', parts: [{ text: 'word '.repeat(400) }] }] };
  const { totalTokens } = await count(long);
  expect(totalTokens).toBeGreaterThan(300);
  expect(await count({ generateContentRequest: { model: 'models/openai_chat', ...long } })).toEqual({ totalTokens });
  expect(models.received).toEqual([]);
});

test('[GW120] models are listed, and one is shown', async () => {
  const { models: listed } = await (await call('models')).json();
  expect(listed.map(({ name }: { name: string }) => name).toSorted()).toEqual(
    upstreams.map((upstream) => `models/${upstream}`).toSorted(),
  );
  expect(await (await call('models/openai_chat')).json()).toMatchObject({ name: 'models/openai_chat' });
  expect((await call('models/none')).status).toBe(404);
});

test('[GW117] what cannot be translated is refused with the reason, and nothing is sent', async () => {
  const refused = await call('models/openai_chat:generateContent', { ...hello, tools: [{ googleSearch: {} }] });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({
    error: {
      status: 'INVALID_ARGUMENT',
      message: expect.stringContaining('tools.0.googleSearch: this tool is run by Google'),
    },
  });
  expect(models.received).toEqual([]);
});
