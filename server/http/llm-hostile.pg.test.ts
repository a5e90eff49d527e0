import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { forgetBudgets } from '../governance/budgets/known-budgets.ts';
import { newBudget } from '../governance/calls/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { hello, startGateway, type TestGateway } from './testing-gateway.ts';

/** Callers and providers that mean no good. */

const { db, url } = await testDatabase();
setDatabaseUrl(url);
let gateway: TestGateway;
/** A provider that answers as a test wants it to. */
let upstream: Server;
let answer: (res: ServerResponse) => void;
let asked = 0;
const secret = 'ghp_q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaU';
const patience = { timeout: 20_000 };

beforeAll(async () => {
  gateway = await startGateway({ retry: { tries: 1, firstPauseMs: 1, longestPauseMs: 1 } });
  upstream = createServer((req, res) => {
    asked += 1;
    req.resume().once('end', () => answer(res));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  const kinds = [
    ['chat', 'openai_compatible', 'openai_chat'],
    ['responses', 'openai', 'openai_responses'],
    ['messages', 'anthropic', 'anthropic_messages'],
  ] as const;
  for (const [alias, kind, protocol] of kinds) {
    const providerId = await newProvider({
      baseUrl: `http://127.0.0.1:${port}${kind === 'anthropic' ? '' : '/v1'}`,
      kind,
      protocols: [protocol],
      place: 'remote',
      key: 'sk-of-the-provider',
    });
    await newModel(alias, [{ providerId, upstreamModel: 'm', priceInput: 1_000_000, priceOutput: 1_000_000 }]);
  }
});
afterAll(async () => {
  await gateway.close();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});
beforeEach(() => {
  asked = 0;
  answer = (res) => json(res, { choices: [{ index: 0, message: { role: 'assistant', content: 'fine' } }] });
  gateway.models.forget();
});

function json(res: ServerResponse, body: unknown): void {
  res.writeHead(200, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

const chat = { model: 'chat', messages: [{ role: 'user', content: 'Good morning' }] };
const askChat = (more: object) => gateway.ask({ ...chat, ...more }, { path: '/openai/v1/chat/completions' });

async function lastCall() {
  const { modelCall } = schema;
  const [row] = await db.select().from(modelCall).orderBy(desc(modelCall.startedAt), desc(modelCall.id)).limit(1);
  return row;
}

describe('a caller whose budget is spent', () => {
  let budgetId: string;
  beforeAll(async () => {
    budgetId = await newBudget({ limitMicroUsd: 1, teamId: gateway.teamId, scope: 'team', period: 'month' });
  });
  afterAll(async () => {
    await db.delete(schema.budget).where(eq(schema.budget.id, budgetId));
    forgetBudgets();
  });

  it.each([
    ['a limit below nothing', '"max_tokens":-1000000'],
    ['a limit below nothing beside another', '"max_completion_tokens":1,"max_tokens":-1'],
    ['a limit without end', '"max_tokens":1e999'],
    ['an endless number of answers', '"max_tokens":1,"n":1e300'],
    ['fewer answers than none', '"max_tokens":1,"n":-50'],
  ])('[BU20] gets no further with %s', async (_what, members) => {
    const body = `{"model":"chat","messages":[{"role":"user","content":"Good morning"}],${members}}`;
    const response = await gateway.ask(body, { path: '/openai/v1/chat/completions' });
    expect([response.status, await response.json()]).toMatchObject([429, { error: { code: 'insufficient_quota' } }]);
    expect(asked).toBe(0);
  });

  it('[BU20] gets no further with a limit below nothing in Messages', async () => {
    const response = await gateway.ask({ ...hello, max_tokens: -1_000_000 });
    expect([response.status, gateway.models.received.length]).toEqual([402, 0]);
  });
});

it('[BU20] each of several answers is set aside for', async () => {
  await (await askChat({ max_tokens: 1_000, n: 7 })).text();
  await vi.waitFor(async () => expect(await lastCall()).toMatchObject({ state: 'succeeded' }), patience);
  expect((await lastCall())?.reservedMicroUsd).toBeGreaterThanOrEqual(7_000);
});

it('[GW162] an answer that would be made after the call is refused, and in the foreground it is not', async () => {
  const ask = (background: boolean) =>
    gateway.ask({ model: 'responses', input: 'hi', background }, { path: '/openai/v1/responses' });
  const refused = await ask(true);
  expect([refused.status, (await refused.json()).error.message, asked]).toEqual([
    400,
    expect.stringContaining('background'),
    0,
  ]);
  answer = (res) => json(res, { id: 'r', object: 'response', status: 'completed', output: [] });
  expect((await ask(false)).status).toBe(200);
});

describe('what a provider says of tokens', () => {
  it.each([
    ['parts of tokens', { prompt_tokens: 1.5, completion_tokens: 2.5, prompt_tokens_details: { cached_tokens: 0.5 } }],
    ['less than none', { prompt_tokens: -10, completion_tokens: -1e9 }],
    ['more than there are', { prompt_tokens: 1e300, completion_tokens: 9e15 }],
    ['words', { prompt_tokens: 'many', completion_tokens: null }],
  ])('[BU20] is booked, or estimated, when it is %s', async (_what, usage) => {
    answer = (res) => json(res, { choices: [{ index: 0, message: { role: 'assistant', content: 'fine' } }], usage });
    expect((await askChat({ max_tokens: 10 })).status).toBe(200);
    await vi.waitFor(async () => expect(await lastCall()).toMatchObject({ state: 'succeeded' }), patience);
    const { costMicroUsd, outputTokens, inputTokens } = (await lastCall()) ?? {};
    for (const count of [costMicroUsd, outputTokens, inputTokens]) expect(count).toBeGreaterThanOrEqual(0);
    expect(costMicroUsd).toBeLessThan(1_000);
  });
});

describe('a provider whose answer does not end', () => {
  const event = `: ${'a'.repeat(1_000_000)}\n\n`;

  it('[GW161] is hung up on, packed or not, and the caller told why', async () => {
    const packed = gzipSync(event.repeat(10), { level: 9 });
    let isLeft = false;
    answer = (res) => {
      res.once('close', () => void (isLeft = true));
      res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      const more = () => {
        while (!isLeft && res.write(packed));
        if (!isLeft) res.once('drain', more);
      };
      more();
    };
    const response = await askChat({ stream: true });
    const text = await response.text();
    expect(text.slice(-2_000)).toContain('larger than 128 MiB');
    await vi.waitFor(() => expect(isLeft).toBe(true), patience);
    await vi.waitFor(async () => expect(await lastCall()).toMatchObject({ state: 'failed' }), patience);
  });
});

describe('a body that is made to break its reader', () => {
  it.each([
    [
      'very deep',
      `{"model":"chat","messages":[{"role":"user","content":${'['.repeat(200_000)}${']'.repeat(200_000)}}]}`,
    ],
    [
      'very deep in a member that nobody knows',
      `{"model":"chat","messages":[],"x":${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}}`,
    ],
  ])('[GW4] is refused when it is %s, and nothing else suffers', async (_what, body) => {
    const response = await gateway.ask(body, { path: '/openai/v1/chat/completions' });
    expect([response.status, asked]).toEqual([400, 0]);
    expect((await askChat({})).status).toBe(200);
  });

  it('[GW5] members named after what objects inherit are members like others', async () => {
    let sent = '';
    upstream.once('request', (req) => req.on('data', (chunk: Buffer) => (sent += chunk.toString())));
    const body = `{"model":"chat","model":"chat","__proto__":{"model":"other","a":"${secret}"},"constructor":"${secret}","messages":[{"role":"user","content":"hi","__proto__":{"${secret}":"${secret}"},"toString":"${secret}"}]}`;
    const response = await gateway.ask(body, { path: '/openai/v1/chat/completions' });
    expect([response.status, asked]).toEqual([200, 1]);
    expect(sent).toContain('__proto__');
    expect(sent).not.toContain(secret);
  });
});

it('[GW160] what stands beside texts leaves masked, through the door', async () => {
  gateway.models.script({ says: [{ text: 'fine' }] });
  const response = await gateway.ask({
    ...hello,
    metadata: { user_id: 'ana.lopez@corp-mail.de' },
    tools: [{ name: 'look', description: 'd', input_schema: { type: 'object', properties: { [secret]: {} } } }],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'hi', cache_control: { type: 'ephemeral', note: secret } }] },
      {
        role: 'user',
        content: [
          {
            type: 'document',
            source: { type: 'base64', media_type: 'text/plain', data: Buffer.from(`a ${secret}`).toString('base64') },
          },
        ],
      },
    ],
  });
  expect(response.status).toBe(200);
  const sent = gateway.models.received[0]?.body.toString() ?? '';
  expect(sent).not.toContain(secret);
  expect(sent).not.toContain('ana.lopez');
  expect(sent).not.toContain(Buffer.from(secret).toString('base64').slice(4, 30));
  expect(sent).toContain('"note":"ghp_masked');
  const call = await lastCall();
  expect(call?.findings).toContainEqual(expect.objectContaining({ class: 'secret', action: 'mask' }));
  expect(JSON.stringify(call)).not.toContain(secret);
});

it('[DL11] what a provider repeats of a request in an error is told to whoever asked, and is in no row', async () => {
  const address = 'ana.lopez@corp-mail.de';
  answer = (res) => {
    res.writeHead(400, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ error: { message: `Bad text: write to ${address}, key ${secret}` } }));
  };
  const response = await askChat({});
  expect(await response.text()).toContain(address);
  await vi.waitFor(async () => expect(await lastCall()).toMatchObject({ state: 'failed' }), patience);
  const call = JSON.stringify(await lastCall());
  expect(call).toContain('Bad text: write to <');
  expect(call).not.toContain(address);
  expect(call).not.toContain(secret);
});

describe('a request that is written to be read otherwise', () => {
  const body = JSON.stringify(chat);
  const path = '/gateway/openai/v1/chat/completions';

  /** What comes back to these very bytes, until the door hangs up. */
  async function raw(lines: readonly string[], sent: string): Promise<string> {
    const { port } = new URL(gateway.http.url);
    const socket = connect(Number(port), '127.0.0.1');
    const key = `x-api-key: ${gateway.token}`;
    socket.write([...lines, 'host: ensemble', key, 'connection: close', '', sent].join('\r\n'));
    let said = '';
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
    // Whoever is hung up on while still sending may be told so by an error.
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('close', resolve));
    return said;
  }
  const statuses = (said: string) => [...said.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status);
  const length = `content-length: ${body.length}`;

  it('[GW1] is answered once when it is as it should be', async () => {
    expect(statuses(await raw([`POST ${path} HTTP/1.1`, length], body))).toEqual(['200']);
    expect(asked).toBe(1);
  });

  it.each([
    ['two lengths', [length, 'content-length: 3']],
    ['a length and chunks', [length, 'transfer-encoding: chunked']],
    ['chunks of another kind', ['transfer-encoding: chunked, identity']],
    ['a name with a blank', ['content-length : 3']],
    ['a line that is folded', ['x-a: b', ' transfer-encoding: chunked']],
  ])('[GW4] is refused with %s, and nothing of it is called', async (_what, lines) => {
    const said = await raw([`POST ${path} HTTP/1.1`, ...lines], `0\r\n\r\nPOST ${path} HTTP/1.1\r\n\r\n${body}`);
    expect(statuses(said).filter((status) => !status?.startsWith('4'))).toEqual([]);
    expect(asked).toBe(0);
  });

  it.each([
    '/gateway/../gateway/openai/v1/chat/completions',
    '//gateway/openai/v1/chat/completions',
    '/gateway//openai/v1/chat/completions',
    '/gateway/openai/v1/%63hat/completions',
    '/gateway/openai%2Fv1%2Fchat%2Fcompletions',
    '/gateway/openai/v1/chat/completions/..;/completions',
    '/GATEWAY/openai/v1/chat/completions',
    '/gateway/openai/v1/chat/completions\\..',
    'http://other.example/gateway/openai/v1/chat/completions?x=/gateway/',
    '/gateway/constructor',
    '/gateway/__proto__',
  ])('[GW1] leads nowhere by the path %s', async (odd) => {
    const said = await raw([`POST ${odd} HTTP/1.1`, length], body);
    expect(statuses(said).filter((status) => !status?.startsWith('4'))).toEqual([]);
    expect(asked).toBe(0);
  });

  it('[GW111] a key in the address is none', async () => {
    const at = `${gateway.http.url}${path}?key=${gateway.token}&api_key=${gateway.token}&access_token=${gateway.token}`;
    const response = await fetch(at, { method: 'POST', body });
    expect([response.status, asked]).toEqual([401, 0]);
  });
});
