import { createServer, type AddressInfo } from 'node:net';
import { desc } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { hello, startGateway, type TestGateway } from './testing-gateway.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
let gateway: TestGateway;
const retry = { tries: 3, firstPauseMs: 1, longestPauseMs: 50 };
const breaker = { failures: 5, pauseMs: 300, longestPauseMs: 300 };

beforeAll(async () => {
  gateway = await startGateway({ retry, breaker }, { firstByteTimeoutMs: 1_000, idleTimeoutMs: 1_000 });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  gateway.models.forget();
  gateway.spare.forget();
  // A success closes what the test before may have opened.
  gateway.models.script({ says: [{ text: 'fine' }] });
  gateway.spare.script({ says: [{ text: 'fine' }] });
  await vi.waitFor(async () => expect((await gateway.ask(hello)).status).toBe(200), patience);
  gateway.models.forget();
  gateway.spare.forget();
});

async function lastCall() {
  const { modelCall } = schema;
  const [row] = await db.select().from(modelCall).orderBy(desc(modelCall.startedAt), desc(modelCall.id)).limit(1);
  return row;
}
const patience = { timeout: 20_000 };
const settled = (state: string) => vi.waitFor(async () => expect(await lastCall()).toMatchObject({ state }), patience);
const textOf = async (response: Response) => (await response.json()).content?.[0]?.text;
const sure = { ...hello, model: 'sure' };

describe('trying again', () => {
  it('[GW9] a target that does not take the request is asked again, up to three times', async () => {
    gateway.models.script({ error: { status: 529 }, times: 2 }, { says: [{ text: 'at last' }] });
    expect(await textOf(await gateway.ask(hello))).toBe('at last');
    expect(gateway.models.received).toHaveLength(3);
    gateway.models.forget();
    gateway.models.script({ error: { status: 503 } });
    expect((await gateway.ask(hello)).status).toBeGreaterThanOrEqual(500);
    expect(gateway.models.received).toHaveLength(3);
  });

  it('[GW9] what was sent and then lost is not sent to the same target again', async () => {
    gateway.models.script({ breaks: { afterEvents: 0, how: 'cut' } });
    const response = await gateway.ask({ ...sure, stream: true });
    await response.text();
    expect(gateway.models.received).toHaveLength(1);
  });

  it('[GW9] [GW11] a connection that breaks before the answer leads to the next target, not to the same again', async () => {
    let asked = 0;
    const rude = createServer((socket) => socket.once('data', () => (asked++, socket.destroy())));
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has an address with a port.
    const { port } = rude.address() as AddressInfo;
    const providerOf = (baseUrl: string) =>
      newProvider({ kind: 'anthropic', protocols: ['anthropic_messages'], baseUrl });
    await newModel('rude', [
      { providerId: await providerOf(`http://127.0.0.1:${port}`), upstreamModel: 'a' },
      { providerId: await providerOf(gateway.spare.url), upstreamModel: 'b' },
    ]);
    expect(await textOf(await gateway.ask({ ...hello, model: 'rude' }))).toBe('fine');
    expect(asked).toBe(1);
    rude.close();
    gateway.spare.forget();
    expect(await textOf(await gateway.ask({ ...hello, model: 'rude' }))).toBe('fine');
  });

  it('[GW10] a long wait that a provider asks for is told to the caller', async () => {
    gateway.models.script({ error: { status: 429 }, headers: { 'retry-after': '30' } });
    const response = await gateway.ask(hello);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('30');
    expect(gateway.models.received).toHaveLength(1);
  });

  it.each([500, 404])('[GW11] after %i the next target answers, under its own name and key', async (status) => {
    gateway.models.script({ error: { status } });
    gateway.spare.script({ says: [{ text: 'from the spare' }] });
    expect(await textOf(await gateway.ask(sure))).toBe('from the spare');
    expect(gateway.models.received).toHaveLength(1);
    expect(gateway.spare.received[0]?.json).toMatchObject({ model: 'scripted-small' });
    expect(gateway.spare.received[0]?.headers['x-api-key']).toBe('sk-of-Second');
    await settled('succeeded');
    expect(await lastCall()).toMatchObject({ providerName: 'Second', upstreamModel: 'scripted-small' });
  });

  it('[GW11] what is wrong with the request is the answer, in the provider’s own words', async () => {
    gateway.models.script({ error: { status: 400, message: 'messages: too strange' } });
    const response = await gateway.ask(sure);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ type: 'error', error: { message: 'messages: too strange' } });
    expect(gateway.spare.received).toHaveLength(0);
  });
});

it('[GW12] a target that fails again and again is left alone, then probed, then used', async () => {
  gateway.models.script({ error: { status: 500 } });
  for (let call = 0; call < 5; call++) await gateway.ask(hello);
  expect(gateway.models.received).toHaveLength(5);
  gateway.models.script({ says: [{ text: 'well again' }] });
  const refused = await gateway.ask(hello);
  expect(refused.status).toBeGreaterThanOrEqual(500);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(gateway.models.received).toHaveLength(5);
  await vi.waitFor(async () => expect(await textOf(await gateway.ask(hello))).toBe('well again'), patience);
  expect(await textOf(await gateway.ask(hello))).toBe('well again');
});

describe('time', () => {
  it('[GW13] a provider that does not begin to answer in time is given up, and the caller told so', async () => {
    gateway.models.script({ delayMs: 60_000 });
    const response = await gateway.ask(hello);
    expect(response.status).toBe(504);
    await settled('failed');
    expect(await lastCall()).toMatchObject({ errorKind: 'timeout' });
  });

  it('[GW13] [GW15] a provider that falls silent in a stream ends it with the error event of the protocol', async () => {
    gateway.models.script({ says: [{ text: 'one two three four' }], breaks: { afterEvents: 4, how: 'hang' } });
    const response = await gateway.ask({ ...hello, stream: true });
    const text = await response.text();
    expect(text).toContain('event: error\n');
    expect(text).not.toContain('message_stop');
    await settled('failed');
  });
});

describe('broken off', () => {
  it('[GW14] a client that hangs up ends the provider’s work at once, and the record says cancelled', async () => {
    gateway.models.script({ says: [{ text: 'word '.repeat(500) }], paceMs: 20 });
    const hangUp = new AbortController();
    const response = await gateway.ask({ ...hello, stream: true }, { signal: hangUp.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    const [received] = gateway.models.received;
    hangUp.abort();
    expect(await received?.ended).toBe('hung up');
    await settled('cancelled');
    expect(await lastCall()).toMatchObject({ isEstimate: true });
  });

  it('[GW14] the same before the answer began', async () => {
    gateway.models.script({ delayMs: 60_000 });
    const hangUp = new AbortController();
    const asking = gateway.ask(hello, { signal: hangUp.signal }).catch(() => undefined);
    const received = await gateway.models.arrived(1);
    hangUp.abort();
    await asking;
    expect(await received.ended).toBe('hung up');
    await settled('cancelled');
  });

  it('[GW15] [GW66] a stream that is cut ends with the error event, and what was seen of it is counted as an estimate', async () => {
    gateway.models.script({ says: [{ text: 'one two three four five six' }], breaks: { afterEvents: 5, how: 'cut' } });
    const text = await (await gateway.ask({ ...hello, stream: true })).text();
    const last = text.trimEnd().split('\n\n').at(-1) ?? '';
    expect(last).toMatch(/^event: error\ndata: \{"type":"error"/);
    await settled('failed');
    const call = await lastCall();
    expect(call).toMatchObject({ isEstimate: true, errorKind: 'upstream' });
    expect(call?.outputTokens).toBeGreaterThan(0);
  });

  it('[GW15] an error that the provider tells in the stream is passed on once', async () => {
    gateway.models.script({ says: [{ text: 'one two three' }], breaks: { afterEvents: 3, how: 'error' } });
    const text = await (await gateway.ask({ ...hello, stream: true })).text();
    expect(text.match(/event: error/g)).toHaveLength(1);
    await settled('failed');
  });
});

it('[GW16] a caller who reads slowly holds the provider back, and loses nothing', async () => {
  const delta = (text: string) =>
    `event: content_block_delta\ndata: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })}\n\n`;
  const events = [
    `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } } })}\n\n`,
    `event: content_block_start\ndata: ${JSON.stringify({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } })}\n\n`,
    ...Array.from({ length: 30_000 }, () => delta('x'.repeat(1_000))),
    `event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n`,
    `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":9}}\n\n`,
    `event: message_stop\ndata: {"type":"message_stop"}\n\n`,
  ];
  gateway.models.script({ raw: { body: events.join('') } });
  const response = await gateway.ask({ ...hello, stream: true });
  const reader = response.body?.getReader();
  await reader?.read();
  const [received] = gateway.models.received;
  let isSent = false;
  void received?.ended.then(() => (isSent = true));
  const before = process.memoryUsage().arrayBuffers;
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(isSent).toBe(false);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
  let chars = 0;
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read())
    chars += Buffer.from(read.value).toString('latin1').split('x').length - 1;
  expect(chars).toBeGreaterThan(29_900_000);
});

it('[GW17] a provider that refuses this installation’s key does not send callers looking at theirs', async () => {
  gateway.models.script({ error: { status: 401, message: 'invalid x-api-key sk-of-First' } });
  const response = await gateway.ask(hello);
  expect(response.status).toBe(502);
  const body = await response.text();
  expect(body).toContain('First refused the key of this installation');
  expect(body).not.toContain('sk-of-First');
});

it('[GW30] a provider that cannot count tokens is spared a fault: the caller gets the estimate', async () => {
  const path = '/anthropic/v1/messages/count_tokens';
  gateway.models.script({ error: { status: 404 } });
  const counted = await gateway.ask(hello, { path });
  expect(counted.status).toBe(200);
  expect(await counted.json()).toEqual({ input_tokens: expect.any(Number) });
  await settled('succeeded');
  gateway.models.script({ error: { status: 404 } });
  expect((await gateway.ask(hello)).status).toBe(404);
});
