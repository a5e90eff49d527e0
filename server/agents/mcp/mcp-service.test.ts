import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { McpMessage } from './mcp-message.ts';
import type { McpBackend } from './mcp-passage.ts';
import { serviceBackend } from './mcp-service.ts';
import { startTestService, type TestService } from './testing-mcp-service.ts';

let service: TestService;
let heard: McpMessage[];
let backend: McpBackend;

const open = (url: string) => {
  heard = [];
  backend = serviceBackend({ url, headers: { Authorization: 'Bearer secret-words' } })((one) => void heard.push(one));
};
beforeEach(async () => {
  service = await startTestService();
  open(service.url);
});
afterEach(async () => {
  backend.kill();
  await service.close();
});

const call = (id: number): McpMessage => ({ id, method: 'tools/call', params: { name: 'send', arguments: { id } } });
const until = (count: number) => vi.waitUntil(() => heard.length >= count, { timeout: 10_000, interval: 2 });
const errorOf = async (): Promise<string> => {
  backend.send(call(1));
  await until(1);
  return heard[0]?.error?.message ?? '';
};

test.each([false, true])('[AG122] what is asked is answered, by events: %s', async (saysEvents) => {
  service.saysEvents = saysEvents;
  backend.send({ id: 1, method: 'initialize', params: {} });
  backend.send({ method: 'notifications/initialized' });
  backend.send(call(2));
  await vi.waitUntil(() => heard.some(({ id }) => id === 2), { timeout: 10_000, interval: 2 });
  expect(heard.find(({ id }) => id === 2)?.result).toEqual({ content: [{ type: 'text', text: 'Heard: {"id":2}' }] });
  const [greeting, notice, called] = service.received;
  expect(greeting?.headers).toMatchObject({ authorization: 'Bearer secret-words' });
  expect(greeting?.headers['mcp-session-id']).toBeUndefined();
  for (const later of [notice, called])
    expect(later?.headers).toMatchObject({ 'mcp-session-id': 'session-1', 'mcp-protocol-version': '2025-06-18' });
});

test('[AG122] calls run side by side, and the session is ended after the last', async () => {
  backend.send({ id: 1, method: 'initialize', params: {} });
  for (const id of [2, 3, 4]) backend.send(call(id));
  backend.end();
  await backend.closed;
  expect(heard.map(({ id }) => id).toSorted()).toEqual([1, 2, 3, 4]);
  expect(service.received.at(-1)).toMatchObject({ method: 'DELETE', headers: { 'mcp-session-id': 'session-1' } });
});

describe('[AG122] what goes wrong is the answer to the call, without a secret', () => {
  test.each([
    [401, /refused the headers.*Settings/],
    [500, /answered with an error \(500\)/],
    [404, /knows nothing/],
  ])('%s', async (status, words) => {
    service.answer = (response) => void response.writeHead(status).end('You said Bearer secret-words');
    const message = await errorOf();
    expect(message).toMatch(words);
    expect(message).not.toContain('secret-words');
  });

  test('a redirect, which is not followed', async () => {
    service.answer = (response) => void response.writeHead(307, { location: `${service.url}/elsewhere` }).end();
    expect(await errorOf()).toContain('redirect');
    expect(service.received).toHaveLength(1);
  });

  test.each(['http://169.254.169.254/mcp', 'http://[fe80::1]/mcp', 'http://100.100.100.200/'])(
    '%s, which is never connected to',
    async (url) => {
      open(url);
      expect(await errorOf()).toContain('never connected to');
    },
  );

  test.each([
    ['an answer to something else', '{"jsonrpc":"2.0","id":99,"result":{}}'],
    ['no message', '<html>'],
    ['nothing', ''],
  ])('%s', async (_what, body) => {
    service.answer = (response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    backend.send(call(1));
    await vi.waitUntil(() => heard.some(({ id }) => id === 1), { timeout: 10_000, interval: 2 });
    expect(heard.find(({ id }) => id === 1)?.error?.message).toBe('The service did not answer.');
  });

  test('an answer without an end', async () => {
    service.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024, 'x')));
      };
      response.on('drain', more);
      more();
    };
    expect(await errorOf()).toContain('larger than 16 MB');
  });

  test('a connection that breaks', async () => {
    service.answer = (response) => void response.destroy();
    expect(await errorOf()).toMatch(/ended the connection/);
  });
});

test('[AG122] a service that was killed is asked nothing more', async () => {
  service.answer = () => undefined;
  backend.send(call(1));
  await vi.waitUntil(() => service.received.length === 1, { timeout: 10_000, interval: 2 });
  backend.kill();
  await backend.closed;
  await until(1);
  expect(heard[0]?.error?.message).toBe('The service did not answer in time.');
});
