import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { createProviderClient, ProviderFault, type ProviderRequest } from './provider-http.ts';

const servers: http.Server[] = [];

async function serve(handle: http.RequestListener): Promise<number> {
  const server = http.createServer(handle);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const timeouts = { connectMs: 5_000, firstByteMs: 5_000, idleMs: 5_000 };
const to = (url: string, more: Partial<ProviderRequest> = {}): ProviderRequest => ({
  method: 'POST',
  url,
  headers: { 'x-api-key': 'k' },
  body: '{}',
  timeouts,
  ...more,
});
const faultOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ProviderFault ? { kind: error.kind, message: error.message } : { error }),
  );

test('[GW73] a name is looked up once for a connection, and the connection goes to the address that was checked', async () => {
  const port = await serve((req, res) => res.end(`${req.headers.host} ${String(req.headers['x-api-key'])}`));
  const lookedUp: string[] = [];
  // A name that answers differently the second time, as one that rebinds does.
  const call = createProviderClient(async (host) => {
    lookedUp.push(host);
    return lookedUp.length === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
  });
  const answer = await call(to(`http://models.example:${port}/v1`));
  expect(await text(answer.body)).toBe(`models.example:${port} k`);
  expect(lookedUp).toEqual(['models.example']);
});

test('[GW72] a name that leads to a forbidden address, alone or among others, is not connected to', async () => {
  const port = await serve((_req, res) => res.end('reached'));
  for (const addresses of [['169.254.169.254'], ['127.0.0.1', 'fe80::1'], ['::ffff:100.100.100.200']]) {
    const call = createProviderClient(async () => addresses);
    expect(await faultOf(call(to(`http://models.example:${port}/`)))).toMatchObject({ kind: 'address' });
  }
});

test.each([
  'http://169.254.169.254/',
  'http://[fe80::1]/',
  'http://0.0.0.0:80/',
  'http://2852039166/',
  'http://[fd00:ec2::254]/',
])('[GW72] %s is refused without a look-up', async (url) => {
  const call = createProviderClient(() => Promise.reject(new Error('looked up')));
  expect(await faultOf(call(to(url)))).toMatchObject({ kind: 'address' });
});

test('[GW73] a redirect is not followed and the key does not travel on', async () => {
  const seen: string[] = [];
  const elsewhere = await serve((req, res) => {
    seen.push(String(req.headers['x-api-key']));
    res.end();
  });
  const port = await serve((_req, res) => res.writeHead(307, { location: `http://127.0.0.1:${elsewhere}/` }).end());
  const fault = await faultOf(createProviderClient()(to(`http://127.0.0.1:${port}/`)));
  expect(fault).toMatchObject({ kind: 'redirect', message: expect.stringContaining('307') });
  expect(seen).toEqual([]);
});

test('a status that is no success is an answer, with its words', async () => {
  const port = await serve((_req, res) => res.writeHead(429, { 'retry-after': '3' }).end('slow down'));
  const answer = await createProviderClient()(to(`http://127.0.0.1:${port}/`));
  expect([answer.status, answer.headers['retry-after'], await text(answer.body)]).toEqual([429, '3', 'slow down']);
});

test('connections are kept and used again', async () => {
  const ports = new Set<number | undefined>();
  const port = await serve((req, res) => {
    ports.add(req.socket.remotePort);
    res.end('ok');
  });
  const call = createProviderClient();
  for (let i = 0; i < 3; i++) await text((await call(to(`http://127.0.0.1:${port}/`))).body);
  expect(ports.size).toBe(1);
});

test('a kept connection that the provider has closed is replaced without anyone noticing', async () => {
  let requests = 0;
  const port = await serve((_req, res) => {
    requests++;
    const { socket } = res;
    res.end('ok', () => setImmediate(() => socket?.resetAndDestroy()));
  });
  const call = createProviderClient();
  for (let i = 0; i < 5; i++) expect(await text((await call(to(`http://127.0.0.1:${port}/`))).body)).toBe('ok');
  expect(requests).toBeGreaterThanOrEqual(5);
});

test('a provider that does not begin to answer, or falls silent in it, is given up', async () => {
  const silent = await serve(() => undefined);
  const call = createProviderClient();
  const late = call(to(`http://127.0.0.1:${silent}/`, { timeouts: { ...timeouts, firstByteMs: 50 } }));
  expect(await faultOf(late)).toEqual({
    kind: 'timeout',
    message: 'The provider did not begin to answer within 50 ms.',
  });
  const halting = await serve((_req, res) => void res.write('a part'));
  const answer = await call(to(`http://127.0.0.1:${halting}/`, { timeouts: { ...timeouts, idleMs: 50 } }));
  expect(await faultOf(text(answer.body))).toMatchObject({
    kind: 'timeout',
    message: expect.stringContaining('fell silent'),
  });
});

test('who gives up closes the connection, before the answer and in it', async () => {
  const closed = { early: Promise.withResolvers<void>(), late: Promise.withResolvers<void>() };
  const port = await serve((req, res) => {
    req.socket.once('close', () => closed[req.url === '/early' ? 'early' : 'late'].resolve());
    if (req.url === '/late') res.write('a part');
  });
  const call = createProviderClient();
  const early = new AbortController();
  const pending = faultOf(call(to(`http://127.0.0.1:${port}/early`, { signal: early.signal })));
  setImmediate(() => early.abort());
  expect(await pending).toMatchObject({ kind: 'aborted' });
  const late = new AbortController();
  const answer = await call(to(`http://127.0.0.1:${port}/late`, { signal: late.signal }));
  late.abort();
  await expect(text(answer.body)).rejects.toThrow();
  await closed.late.promise;
});

test('a host that is unknown or does not listen is named', async () => {
  const unknown = createProviderClient(() => Promise.reject(new Error('ENOTFOUND')));
  expect(await faultOf(unknown(to('http://nowhere.example/')))).toEqual({
    kind: 'connect',
    message: 'The host nowhere.example is unknown. Check the address.',
  });
  const port = await serve(() => undefined);
  const [server] = servers.splice(0);
  await new Promise((resolve) => server?.close(resolve));
  expect(await faultOf(createProviderClient()(to(`http://127.0.0.1:${port}/`)))).toMatchObject({
    kind: 'connect',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('[GW85] a model of this machine that is not loaded is said to be so, without where its socket lies', async () => {
  const fault = await faultOf(createProviderClient()(to('http://local-model/v1', { socketPath: '/nowhere/a.sock' })));
  expect(fault).toMatchObject({
    kind: 'connect',
    message: expect.stringMatching(/^The model on this machine is not loaded/),
  });
  expect(JSON.stringify(fault)).not.toContain('nowhere');
});
