import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { createModelClient } from './model-client.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Answering = (response: ServerResponse, at: number) => void;

/** A gateway that answers as told, and what it was asked; waits pass at once and are noted. */
async function gateway(answering: Answering) {
  const asked: { url: string | undefined; key: string | undefined; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ url: request.url, key: request.headers.authorization, body });
      answering(response, asked.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close().closeAllConnections());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const waits: number[] = [];
  const pause = async (ms: number) => waits.push(ms);
  return { asked, waits, client: createModelClient({ url: `http://127.0.0.1:${port}/v1`, key: 'k', pause }) };
}

const fails = (response: ServerResponse, status: number, headers: Record<string, string> = {}, body: unknown = {}) =>
  response.writeHead(status, headers).end(JSON.stringify(body));
const answers = (response: ServerResponse, ...events: unknown[]) =>
  response
    .writeHead(200)
    .end(events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''));
const says = (content: string) => ({ choices: [{ delta: { content } }] });
const silent = { onText: async () => undefined, onThought: async () => undefined };
const request = { model: 'large', messages: [{ role: 'user', content: 'Hello' }] } as const;
const never = new AbortController().signal;

test('what is asked goes out streamed, with tools and effort where there are some', async () => {
  const { client, asked } = await gateway((response) => answers(response, says('Hi'), '[DONE]'));
  const tools = [{ type: 'function', function: { name: 'read', description: 'Reads', parameters: {} } }] as const;
  expect(await client.ask({ ...request, tools, effort: 'high' }, silent, never)).toMatchObject({ text: 'Hi' });
  await client.ask(request, silent, never);
  const [full, plain] = asked.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  expect(asked[0]).toMatchObject({ url: '/v1/chat/completions', key: 'Bearer k' });
  expect(full).toEqual({
    ...request,
    tools,
    reasoning_effort: 'high',
    stream: true,
    stream_options: { include_usage: true },
  });
  expect(plain).toEqual({ ...request, stream: true, stream_options: { include_usage: true } });
});

test.each([
  [429, {}, 4],
  [503, {}, 4],
  [500, {}, 4],
  [503, { 'x-should-retry': 'false' }, 1],
  [429, { 'retry-after': '3600' }, 1],
  [400, {}, 1],
  [403, {}, 1],
])('[AG96] after status %d with %j it is asked %d times in all', async (status, headers, times) => {
  const error = { error: { message: 'Not now', code: null } };
  const { client, asked, waits } = await gateway((response) => fails(response, status, headers, error));
  await expect(client.ask(request, silent, never)).rejects.toThrow('Not now');
  expect(asked).toHaveLength(times);
  expect(waits).toHaveLength(times - 1);
  // Half of it is by chance, so that many do not come back at once.
  for (const [at, ms] of waits.entries()) expect(ms / (500 * 2 ** at)).toBeGreaterThanOrEqual(0.5);
});

test('[AG96] it waits as long as it is told to', async () => {
  const { client, waits } = await gateway((response, at) =>
    at === 1 ? fails(response, 429, { 'retry-after': '7' }) : answers(response, says('Hi'), '[DONE]'),
  );
  expect(await client.ask(request, silent, never)).toMatchObject({ text: 'Hi' });
  expect(waits).toEqual([7000]);
});

test('[AG96] an answer of which something came is not asked for again here', async () => {
  const { client, asked } = await gateway((response) => answers(response, says('Ha')));
  await expect(client.ask(request, silent, never)).rejects.toMatchObject({ kind: 'again' });
  expect(asked).toHaveLength(1);
});

test.each([
  [{ error: { message: 'Too long', code: 'context_length_exceeded' } }, 'too_long', 'Too long'],
  ['nonsense', 'final', 'The gateway answered with status 400 and no words of its own.'],
])('an error %j is read', async (body, kind, message) => {
  const { client } = await gateway((response) => fails(response, 400, {}, body));
  await expect(client.ask(request, silent, never)).rejects.toMatchObject({ kind, message });
});

test('an abort ends it at once, in the middle of an answer as well', async () => {
  const stop = new AbortController();
  const { client } = await gateway((response) => {
    response.writeHead(200);
    response.write(`data: ${JSON.stringify(says('Ha'))}\n\n`);
  });
  const heard = { ...silent, onText: async () => stop.abort() };
  await expect(client.ask(request, heard, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
});

test('models are listed with what is known of them', async () => {
  const full = {
    id: 'a',
    name: 'A model',
    context_length: 8000,
    supported_parameters: ['tools', 'reasoning_effort'],
    architecture: { input_modalities: ['text', 'image'] },
  };
  const { client } = await gateway((response) => fails(response, 200, {}, { data: [full, { id: 'b' }] }));
  expect(await client.models()).toEqual([
    { id: 'a', name: 'A model', contextTokens: 8000, takes: { tools: true, effort: true, images: true } },
    { id: 'b', name: 'b' },
  ]);
});
