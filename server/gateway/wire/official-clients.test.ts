import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startModelServer, type ModelServer } from '../../../e2e/fakes/model-server.ts';
import { officialClients, type Client, type ClientName } from '../../../e2e/fakes/official-clients.ts';

/** What the scripted model server says is what the official clients understand: all tests of the gateway build on it. */
let models: ModelServer;
let clients: Record<ClientName, Client>;

beforeAll(async () => {
  models = await startModelServer();
  clients = officialClients({ anthropicUrl: models.url, openaiUrl: `${models.url}/v1`, key: 'any' });
});
afterAll(() => models.close());
beforeEach(() => {
  models.script();
  models.forget();
});

const names: ClientName[] = ['messages', 'responses', 'chat'];
const ways = names.flatMap((name) => [[name, 'ask'] as const, [name, 'stream'] as const]);
const model = 'scripted-large';

describe.each(ways)('the %s client (%s)', (name, way) => {
  test('hears text, thinking, two tool calls and usage', async () => {
    models.script({
      says: [
        { thinking: 'First I look at the file.' },
        { text: 'I read both files – «ü» 🙂.' },
        { tool: 'read', arguments: { path: 'a "b".txt', lines: [1, 2] } },
        { tool: 'read', arguments: { path: '日本.txt' } },
      ],
      usage: { input: 120, output: 9, cacheRead: 20 },
    });
    const tools = [{ name: 'read', parameters: { type: 'object', properties: { path: { type: 'string' } } } }];
    expect(await clients[name][way]({ model, text: 'Read them', tools, think: true })).toEqual({
      text: 'I read both files – «ü» 🙂.',
      thinking: 'First I look at the file.',
      calls: [
        { name: 'read', arguments: { path: 'a "b".txt', lines: [1, 2] } },
        { name: 'read', arguments: { path: '日本.txt' } },
      ],
      stop: { messages: 'tool_use', responses: 'completed', chat: 'tool_calls' }[name],
      usage: { input: 120, output: 9, cached: 20 },
    });
  });

  test('hears an echo of the last user text, and of a tool result', async () => {
    expect((await clients[name][way]({ model, text: 'Say it again' })).text).toBe('Say it again');
    models.script({ says: [{ text: 'The tool said: {{tool}}' }] });
    const earlier = { tool: 'read', arguments: { path: 'a.txt' }, result: 'forty-two' };
    expect((await clients[name][way]({ model, text: 'Read it', earlier })).text).toBe('The tool said: forty-two');
  });

  test('hears that the answer was cut for its length', async () => {
    models.script({ says: [{ text: 'Once upon' }], stop: 'length' });
    const { stop } = await clients[name][way]({ model, text: 'Tell', maxTokens: 16 });
    expect(stop).toBe({ messages: 'max_tokens', responses: 'max_output_tokens', chat: 'length' }[name]);
  });

  test.each([
    [400, 'BadRequestError'],
    [401, 'AuthenticationError'],
    [403, 'PermissionDeniedError'],
    [404, 'NotFoundError'],
    [429, 'RateLimitError'],
    [500, 'InternalServerError'],
  ] as const)('throws its own error for a status of %d', async (status, className) => {
    models.script({ error: { status, message: 'Exactly these words.' } });
    const thrown: unknown = await clients[name][way]({ model, text: 'Hello' }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(name === 'messages' ? Anthropic[className] : OpenAI[className]);
    expect(String(thrown)).toContain('Exactly these words.');
  });
});

describe.each(names)('the %s client in a stream', (name) => {
  test.each([1, 7, 4096])('hears the same when the bytes are cut every %d', async (cuts) => {
    const says = [{ text: 'Grüße 🙂' }, { tool: 'read', arguments: { path: 'a.txt' } }];
    models.script({ says, cuts, pieceLength: 2 });
    const heard = await clients[name].stream({ model, text: 'Read' });
    expect(heard).toMatchObject({ text: 'Grüße 🙂', calls: [{ name: 'read', arguments: { path: 'a.txt' } }] });
  });

  test('throws what the stream says when it fails in the middle', async () => {
    models.script({ says: [{ text: 'one two three' }], breaks: { afterEvents: 3, how: 'error' } });
    await expect(clients[name].stream({ model, text: 'Count' })).rejects.toThrow('The script lets this stream fail.');
  });

  test('throws when the connection is lost in the middle', async () => {
    models.script({ says: [{ text: 'one two three' }], breaks: { afterEvents: 3, how: 'cut' } });
    await expect(clients[name].stream({ model, text: 'Count' })).rejects.toThrow(/./);
    expect(await models.received[0]?.ended).toBe('hung up');
  });

  test('hangs up when its answer is no longer wanted, and the server sees it', async () => {
    models.script({ says: [{ text: 'one two three' }], breaks: { afterEvents: 6, how: 'hang' } });
    const leave = new AbortController();
    const heard = clients[name].stream({ model, text: 'Count' }, { signal: leave.signal, onText: () => leave.abort() });
    await expect(heard).rejects.toThrow(/abort/i);
    expect(await models.received[0]?.ended).toBe('hung up');
    expect(models.received[0]?.hungUpAtMs).toBeTypeOf('number');
  });
});

test('a request is kept as it came: path, headers, bytes', async () => {
  await clients.messages.ask({ model, text: 'Grüße', png: 'iVBORw0KGgo=' });
  const [received] = models.received;
  expect(received).toMatchObject({ method: 'POST', path: '/v1/messages', hungUpAtMs: undefined });
  expect(received?.headers).toMatchObject({
    authorization: 'Bearer any',
    'user-agent': expect.stringContaining('Anthropic'),
  });
  expect(received?.body.toString('utf8')).toContain('"text":"Grüße"');
  expect(received?.json).toMatchObject({ messages: [{ content: [{ text: 'Grüße' }, { type: 'image' }] }] });
  expect(await received?.ended).toBe('answered');
});

test('an agent is led through its task by the number of its tool calls; other questions get other answers', async () => {
  models.script(
    { when: { hasTools: false }, says: [{ text: 'A title' }] },
    {
      turns: [{ says: [{ tool: 'read', arguments: { path: '{{user}}' } }] }, { says: [{ text: 'It says {{tool}}' }] }],
    },
  );
  const tools = [{ name: 'read', parameters: { type: 'object' } }];
  expect((await clients.chat.ask({ model, text: 'a "file"', tools })).calls).toEqual([
    { name: 'read', arguments: { path: 'a "file"' } },
  ]);
  const earlier = { tool: 'read', arguments: {}, result: 'yes' };
  expect((await clients.responses.stream({ model, text: 'a', tools, earlier })).text).toBe('It says yes');
  expect((await clients.messages.ask({ model, text: 'Make a title' })).text).toBe('A title');
});

test('a rule that is used up gives way to the next', async () => {
  models.script({ error: { status: 503 }, times: 1 }, { says: [{ text: 'now' }] });
  await expect(clients.chat.ask({ model, text: 'x' })).rejects.toThrow('503');
  expect((await clients.chat.ask({ model, text: 'x' })).text).toBe('now');
});

test('both clients list the models, and count tokens', async () => {
  const openai = new OpenAI({ baseURL: `${models.url}/v1`, apiKey: 'any' });
  const anthropic = new Anthropic({ baseURL: models.url, apiKey: 'any' });
  expect((await openai.models.list()).data.map(({ id }) => id)).toEqual(['scripted-large', 'scripted-small']);
  expect((await anthropic.models.list()).data.map(({ id }) => id)).toEqual(['scripted-large', 'scripted-small']);
  const counted = await anthropic.messages.countTokens({
    model,
    messages: [{ role: 'user', content: 'x'.repeat(400) }],
  });
  expect(counted.input_tokens).toBeGreaterThan(100);
});

test('with a fixed answer all protocols say the same, and nothing is kept', async () => {
  const fixed = await startModelServer({ fixed: { text: 'always this' }, keep: 0 });
  const quick = officialClients({ anthropicUrl: fixed.url, openaiUrl: `${fixed.url}/v1`, key: 'any' });
  for (const [name, way] of ways) expect((await quick[name][way]({ model, text: 'x' })).text).toBe('always this');
  expect(fixed.received).toHaveLength(0);
  await fixed.close();
});

test('without the key that was set it answers 401', async () => {
  const locked = await startModelServer({ key: 'right' });
  const door = { anthropicUrl: locked.url, openaiUrl: `${locked.url}/v1` };
  expect((await officialClients({ ...door, key: 'right' }).chat.ask({ model, text: 'in' })).text).toBe('in');
  for (const name of names) {
    await expect(officialClients({ ...door, key: 'wrong' })[name].ask({ model, text: 'x' })).rejects.toThrow('401');
  }
  await locked.close();
});
