import { duplexPair, type Duplex } from 'node:stream';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { McpMessage } from './mcp-message.ts';
import { passMcp, type JudgeCall } from './mcp-passage.ts';

/** A passage between an agent and a server that are both played by the test. */
let agent: Duplex;
let hostEnd: Duplex;
let told: McpMessage[];
let sent: McpMessage[];
let fromServer: (message: McpMessage) => void;
let server: { hasEnded: boolean; isKilled: boolean; close: () => void };
let passing: Promise<void>;

const answers: { judge: JudgeCall } = { judge: () => Promise.resolve({ allowed: false, reason: 'No.' }) };

beforeEach(() => {
  const [near, far] = duplexPair();
  agent = near;
  hostEnd = far;
  told = [];
  sent = [];
  const closed = Promise.withResolvers<void>();
  server = { hasEnded: false, isKilled: false, close: () => closed.resolve() };
  answers.judge = (call) => Promise.resolve({ allowed: true, arguments: call.arguments });
  near.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString('utf8').trim().split('\n')) told.push(JSON.parse(line) as McpMessage);
  });
  passing = passMcp(far, {
    judge: (call, signal) => answers.judge(call, signal),
    open: (onMessage) => {
      fromServer = onMessage;
      return {
        send: (message) => void sent.push(message),
        end: () => (server.hasEnded = true),
        kill: () => {
          server.isKilled = true;
          closed.resolve();
        },
        closed: closed.promise,
      };
    },
  });
});

const say = (...messages: unknown[]) => void agent.write(messages.map((one) => `${JSON.stringify(one)}\n`).join(''));
const call = (id: number, name = 'add', given: object = { text: 'x' }) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: given, _meta: { progressToken: 1 } },
});
const until = (fits: () => boolean) => vi.waitUntil(fits, { timeout: 5_000, interval: 2 });

test('[AG121] a call that was allowed reaches the server with its name and arguments alone, and its answer the agent', async () => {
  say(call(1));
  await until(() => sent.length === 1);
  expect(sent).toEqual([{ id: 1, method: 'tools/call', params: { name: 'add', arguments: { text: 'x' } } }]);
  fromServer({ id: 1, result: { content: [] } });
  await until(() => told.length === 1);
  expect(told).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }]);
});

test('[AG121] a call that was denied is answered with the reason, and the server hears nothing of it', async () => {
  answers.judge = () => Promise.resolve({ allowed: false, reason: 'Not today.' });
  say(call(1));
  await until(() => told.length === 1);
  expect(told).toMatchObject([{ id: 1, result: { isError: true, content: [{ type: 'text', text: 'Not today.' }] } }]);
  expect(sent).toEqual([]);
});

test('[AG121] a call that could not be judged is not made', async () => {
  answers.judge = () => Promise.reject(new Error('the database is away'));
  say(call(1));
  await until(() => told.length === 1);
  expect(told).toMatchObject([{ id: 1, error: { message: 'It could not be judged, so it was not called.' } }]);
  expect(sent).toEqual([]);
});

test.each([
  ['resources', { id: 1, method: 'resources/read', params: { uri: 'https://example.com/?q=secret' } }],
  ['prompts', { id: 1, method: 'prompts/get', params: { name: 'x' } }],
  ['completions', { id: 1, method: 'completion/complete', params: {} }],
  ['a call without a name', { id: 1, method: 'tools/call', params: { arguments: {} } }],
])('[AG121] %s are not open to agents', async (_what, request) => {
  say(request);
  await until(() => told.length === 1);
  expect(told).toMatchObject([{ id: 1, error: { code: -32_601 } }]);
  expect(sent).toEqual([]);
});

test('[AG121] batches, notices of its own and answers to nothing pass in neither direction', async () => {
  say(
    [call(1)],
    'text',
    { method: 'notifications/roots/list_changed' },
    { id: 9, result: {} },
    { id: 2, method: 'ping' },
  );
  fromServer({ id: 77, result: { content: [] } });
  fromServer({ method: 'notifications/resources/updated' });
  await until(() => told.length === 1);
  expect(told).toMatchObject([{ id: 2, result: {} }]);
  expect(sent).toEqual([]);
});

test('[AG121] what a server answers to a call before it was allowed is not its answer', async () => {
  const word = Promise.withResolvers<Awaited<ReturnType<JudgeCall>>>();
  answers.judge = () => word.promise;
  say(call(1), { id: 2, method: 'ping' });
  await until(() => told.length === 1);
  fromServer({ id: 1, result: { content: [{ type: 'text', text: 'guessed' }] } });
  word.resolve({ allowed: false, reason: 'No.' });
  await until(() => told.length === 2);
  expect(JSON.stringify(told)).not.toContain('guessed');
});

test('[AG121] nothing but an allowed call carries words of the agent: greeting, numbers and pages are the host’s own', async () => {
  say(
    { id: 'a secret', method: 'initialize', params: { clientInfo: { name: 'a secret' }, protocolVersion: 'a secret' } },
    { id: 'another secret', method: 'tools/list', params: { cursor: 'a secret' } },
    { method: 'notifications/initialized', params: { with: 'a secret' } },
    { method: 'notifications/cancelled', params: { requestId: 'a secret', reason: 'a secret' } },
  );
  await until(() => sent.length === 4);
  expect(JSON.stringify(sent)).not.toContain('secret');
  expect(sent[0]).toMatchObject({ id: 1, params: { protocolVersion: '2025-06-18', clientInfo: { name: 'ensemble' } } });
  fromServer({ id: 2, result: { tools: [], nextCursor: 'page 2' } });
  await until(() => told.length === 1);
  expect(told[0]).toMatchObject({ id: 'another secret', result: { nextCursor: 'page 2' } });
  say({ id: 3, method: 'tools/list', params: { cursor: 'page 2' } });
  await until(() => sent.length === 5);
  expect(sent[4]).toMatchObject({ params: { cursor: 'page 2' } });
});

test('[AG121] a word of the host stands beside the answer', async () => {
  answers.judge = () => Promise.resolve({ allowed: true, arguments: { text: 'masked' }, notice: '(A word.)' });
  say(call(1));
  await until(() => sent.length === 1);
  expect(sent[0]?.params).toEqual({ name: 'add', arguments: { text: 'masked' } });
  fromServer({ id: 1, result: { content: [{ type: 'text', text: 'Done' }] } });
  await until(() => told.length === 1);
  expect(told[0]?.result?.['content']).toEqual([
    { type: 'text', text: 'Done' },
    { type: 'text', text: '(A word.)' },
  ]);
});

test('[AG121] a server is offered no model, no questions and no folders, and offers only its tools', async () => {
  for (const [id, method] of ['sampling/createMessage', 'elicitation/create', 'roots/list'].entries())
    fromServer({ id, method });
  await until(() => sent.length === 3);
  expect(sent.every(({ error }) => error?.code === -32_601)).toBe(true);
  say({ id: 1, method: 'initialize', params: {} });
  await until(() => sent.length === 4);
  fromServer({ id: 1, result: { capabilities: { tools: {}, resources: {} }, protocolVersion: '2025-06-18' } });
  await until(() => told.length === 1);
  expect(told[0]?.result).toEqual({ capabilities: { tools: {} }, protocolVersion: '2025-06-18' });
});

describe('[AG121] a call that was taken back', () => {
  test('while it was judged is not made', async () => {
    const word = Promise.withResolvers<Awaited<ReturnType<JudgeCall>>>();
    let judged: AbortSignal | undefined;
    answers.judge = (_call, signal) => {
      judged = signal;
      return word.promise;
    };
    say(call(1));
    await until(() => judged !== undefined);
    say({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await until(() => judged?.aborted === true);
    word.resolve({ allowed: true, arguments: {} });
    await until(() => told.length === 1);
    expect(sent).toEqual([]);
  });

  test('after that is told to the server', async () => {
    say(call(1));
    await until(() => sent.length === 1);
    say({ method: 'notifications/cancelled', params: { requestId: 1 } });
    await until(() => sent.length === 2);
    expect(sent[1]).toEqual({ method: 'notifications/cancelled', params: { requestId: 1 } });
  });
});

test('[AG121] an agent that has said everything still gets its answers, and the server ends after that', async () => {
  say(call(1));
  agent.end();
  await until(() => sent.length === 1);
  expect(server.hasEnded).toBe(false);
  fromServer({ id: 1, result: {} });
  await until(() => server.hasEnded);
  server.close();
  await passing;
  await until(() => told.length === 1);
});

test('[AG121] when the agent is gone its server is ended, and what was being judged is withdrawn', async () => {
  let judged: AbortSignal | undefined;
  answers.judge = (_call, signal) => {
    judged = signal;
    return new Promise(() => undefined);
  };
  say(call(1));
  await until(() => judged !== undefined);
  hostEnd.destroy();
  await passing;
  expect([server.isKilled, judged?.aborted]).toEqual([true, true]);
});
