import Anthropic from '@anthropic-ai/sdk';
import { desc } from 'drizzle-orm';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { officialClients, type Client, type ClientName } from '../../e2e/fakes/official-clients.ts';
import { newPerson, newTeam } from '../auth/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { newToken, startHttp, type TestHttp } from './testing.ts';

/** The official clients through the whole gateway, each to a provider of each protocol. */

const { url } = await testDatabase();
setDatabaseUrl(url);
let http: TestHttp;
let models: ModelServer;
let clients: Record<ClientName, Client>;
let openai: OpenAI;
let anthropic: Anthropic;

const upstreams = ['anthropic_messages', 'openai_responses', 'openai_chat'] as const;
const names: ClientName[] = ['messages', 'responses', 'chat'];
const pairs = names.flatMap((name) => upstreams.map((upstream) => [name, upstream] as const));

beforeAll(async () => {
  models = await startModelServer();
  http = await startHttp();
  const ana = await newPerson('Ana');
  await newTeam('Cave', [[ana, 'developer']]);
  const { token } = await newToken(ana.personId, ['models']);
  for (const upstream of upstreams) {
    const isAnthropic = upstream === 'anthropic_messages';
    const providerId = await newProvider({
      baseUrl: isAnthropic ? models.url : `${models.url}/v1`,
      kind: isAnthropic ? 'anthropic' : 'openai_compatible',
      protocols: [upstream],
      key: 'sk-of-the-provider',
    });
    await newModel(upstream, [{ providerId, upstreamModel: `scripted-${upstream}` }]);
  }
  const door = { anthropicUrl: `${http.url}/gateway/anthropic`, openaiUrl: `${http.url}/gateway/openai/v1` };
  clients = officialClients({ ...door, key: token });
  openai = new OpenAI({ baseURL: door.openaiUrl, apiKey: token, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: door.anthropicUrl, apiKey: token, maxRetries: 0 });
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

const tools = [{ name: 'read', parameters: { type: 'object', properties: { path: { type: 'string' } } } }];

async function newestCall() {
  const [row] = await db().select().from(schema.modelCall).orderBy(desc(schema.modelCall.id)).limit(1);
  return row;
}

describe.each(pairs)('the official client of %s with a provider of %s', (name, model) => {
  test.each(['ask', 'stream'] as const)(
    '[GW58] hears text, thoughts, parallel calls and usage, which is recorded (%s)',
    async (way) => {
      models.script({
        says: [
          { thinking: 'I look at both.' },
          { text: 'Both at once – «ü» 🙂' },
          { tool: 'read', arguments: { path: 'a "b".txt' } },
          { tool: 'read', arguments: { path: '日本.txt', lines: [1, null] } },
        ],
        usage: { input: 1200, output: 30, cacheRead: 200 },
        pieceLength: 3,
      });
      const heard = await clients[name][way]({ model, text: 'Read them', tools, think: true });
      expect(heard).toEqual({
        text: 'Both at once – «ü» 🙂',
        thinking: 'I look at both.',
        calls: [
          { name: 'read', arguments: { path: 'a "b".txt' } },
          { name: 'read', arguments: { path: '日本.txt', lines: [1, null] } },
        ],
        stop: { messages: 'tool_use', responses: 'completed', chat: 'tool_calls' }[name],
        usage: { input: 1200, output: 30, cached: 200 },
      });
      expect(models.received[0]?.json).toMatchObject({ model: `scripted-${model}` });
      await vi.waitFor(async () =>
        expect(await newestCall()).toMatchObject({
          alias: model,
          isStream: way === 'stream',
          inputTokens: 1200,
          outputTokens: 30,
          cacheReadTokens: 200,
          isEstimate: false,
        }),
      );
    },
  );

  test('[GW58] shows the model instructions, an image, and an earlier call with its result', async () => {
    models.script({ says: [{ text: '{{system}} | {{user}} | {{tool}}' }] });
    const { text } = await clients[name].stream({
      model,
      system: 'Be kind',
      text: 'What is it',
      png: 'iVBORw0KGgo=',
      earlier: { tool: 'read', arguments: { path: 'a' }, result: 'forty-two' },
      tools,
      maxTokens: 999,
    });
    expect(text).toBe('Be kind | What is it | forty-two');
    const sent = models.received[0]?.body.toString('utf8');
    for (const part of ['iVBORw0KGgo=', 'earlier_1', '999']) expect(sent).toContain(part);
  });

  test('[GW49] throws its own class of error with the words of the provider', async () => {
    models.script({ error: { status: 400, message: 'Exactly these words.' } });
    const thrown: unknown = await clients[name].ask({ model, text: 'Hello' }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(name === 'messages' ? Anthropic.BadRequestError : OpenAI.BadRequestError);
    expect(String(thrown)).toContain('Exactly these words.');
  });

  test('[GW57] throws when the provider fails, or is lost, in the middle of a stream', async () => {
    const says = [{ text: 'one two three' }];
    models.script({ says, breaks: { afterEvents: 4, how: 'error' } });
    await expect(clients[name].stream({ model, text: 'x' })).rejects.toThrow('The script lets this stream fail.');
    models.script({ says, breaks: { afterEvents: 4, how: 'cut' } });
    await expect(clients[name].stream({ model, text: 'x' })).rejects.toThrow(/./);
  });

  test('hangs up, and the provider is hung up on', async () => {
    models.script({ says: [{ text: 'one two three' }], breaks: { afterEvents: 6, how: 'hang' } });
    const leave = new AbortController();
    const heard = clients[name].stream({ model, text: 'x' }, { signal: leave.signal, onText: () => leave.abort() });
    await expect(heard).rejects.toThrow(/abort/i);
    expect(await models.received[0]?.ended).toBe('hung up');
  });
});

describe.each(names)('the official client of %s at the gateway', (name) => {
  const classes = name === 'messages' ? Anthropic : OpenAI;
  const thrownBy = (model: string) => clients[name].ask({ model, text: 'x' }).catch((error: unknown) => error);

  test('[GW49] is told of a model that does not exist, and of a wrong key, in its own classes', async () => {
    const door = { anthropicUrl: `${http.url}/gateway/anthropic`, openaiUrl: `${http.url}/gateway/openai/v1` };
    const stranger = officialClients({ ...door, key: 'ens_wrong' });
    expect(await thrownBy('nothing-of-that-name')).toBeInstanceOf(classes.NotFoundError);
    const thrown = await stranger[name].ask({ model: 'openai_chat', text: 'x' }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(classes.AuthenticationError);
    expect(models.received).toEqual([]);
  });
});

test('both clients list the models that may be chosen', async () => {
  const ids = [...upstreams].sort();
  expect((await openai.models.list()).data.map(({ id }) => id).sort()).toEqual(ids);
  expect((await anthropic.models.list()).data.map(({ id }) => id).sort()).toEqual(ids);
  expect((await openai.models.retrieve('openai_chat')).id).toBe('openai_chat');
});

test('[GW43] a chat client that did not ask for usage sees none, and it is recorded all the same', async () => {
  const stream = await openai.chat.completions.create({
    model: 'openai_chat',
    stream: true,
    messages: [{ role: 'user', content: 'Count' }],
  });
  for await (const chunk of stream) {
    expect(chunk.usage).toBeUndefined();
    expect(chunk.choices).toHaveLength(1);
  }
  await vi.waitFor(async () => expect(await newestCall()).toMatchObject({ inputTokens: 1500, isEstimate: false }));
});

test('[GW54] what only OpenAI keeps is refused before anything is sent', async () => {
  const asking = openai.responses.create({ model: 'openai_chat', input: 'x', previous_response_id: 'resp_1' });
  await expect(asking).rejects.toThrow(/previous_response_id/);
  await expect(asking).rejects.toBeInstanceOf(OpenAI.BadRequestError);
  expect(models.received).toEqual([]);
});
