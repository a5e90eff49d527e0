import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { newPerson } from '../../auth/testing.ts';
import { callAddress } from '../../governance/call-address.ts';
import { listModelFiles } from '../../governance/list-model-files.ts';
import { forgetModelSnapshot, modelSnapshot } from '../../governance/model-snapshot.ts';
import { testProvider } from '../../governance/test-provider.ts';
import { newProvider } from '../../governance/testing.ts';
import { modelsFolder } from '../../platform/llama-package.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { callProvider } from '../../platform/provider-http.ts';
import { startLocalModels, type LocalModels } from './service.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
const root = await newPerson('root', { installationAdmin: true });
const library = path.join(import.meta.dirname, 'testing-library.ts');

let models: LocalModels;
let providerId: string;

beforeAll(async () => {
  mkdirSync(modelsFolder(), { recursive: true });
  writeFileSync(path.join(modelsFolder(), 'tiny.gguf'), 'GGUF');
  providerId = await newProvider({
    kind: 'local_gguf',
    baseUrl: '',
    options: { modelFile: 'tiny.gguf', contextSize: 40 },
  });
  models = startLocalModels({ lookEveryMs: 20, library: () => library });
});
afterAll(async () => {
  await models.stop();
  await closeNotifications();
});
afterEach(forgetModelSnapshot);

async function send(body: Record<string, unknown>, signal?: AbortSignal): Promise<{ status: number; text: string }> {
  const provider = (await modelSnapshot()).providers.get(providerId);
  if (!provider) throw new Error('the provider is gone');
  const address = callAddress(provider, { protocol: 'openai_chat', operation: 'generate', upstreamModel: 'tiny' });
  const answer = await callProvider({
    method: 'POST',
    url: address.url,
    headers: { ...address.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'tiny', ...body }),
    timeouts: { connectMs: 5_000, firstByteMs: 10_000, idleMs: 10_000 },
    socketPath: address.socketPath,
    signal,
  });
  return { status: answer.status, text: await text(answer.body) };
}

const say = (content: string) => ({ messages: [{ role: 'user', content }] });
const isReady = () => vi.waitFor(async () => expect((await send(say('a b'))).status).toBe(200), { timeout: 20_000 });

describe('a model file', () => {
  test('[GW82] [GW85] is tested like any provider, as soon as it is loaded', async () => {
    const outcome = await testProvider(root.ctx, { providerId, probes: ['streaming'] });
    expect(outcome).toMatchObject({ ok: true, models: ['tiny'] });
  });

  test('[GW85] is served by a process of its own over chat/completions', async () => {
    await isReady();
    const answer = await send({
      ...say('one two three'),
      messages: [{ role: 'system', content: 's' }, ...say('one two three').messages],
    });
    expect(JSON.parse(answer.text)).toMatchObject({
      object: 'chat.completion',
      model: 'tiny',
      choices: [
        {
          message: { role: 'assistant', content: 'three two one ', reasoning_content: 'backwards' },
          finish_reason: 'stop',
        },
      ],
      usage: { completion_tokens: 4 },
    });
  });

  test('[GW85] streams, with its thoughts apart and its usage at the end when asked', async () => {
    await isReady();
    const { text: stream } = await send({ ...say('x y'), stream: true, stream_options: { include_usage: true } });
    const events = stream
      .split('\n\n')
      .filter((event) => event !== '')
      .map((event) => event.slice('data: '.length));
    expect(events.at(-1)).toBe('[DONE]');
    const deltas = events.slice(0, -1).map((event) => JSON.parse(event).choices[0]?.delta);
    expect(deltas).toEqual([
      { role: 'assistant', content: '' },
      { reasoning_content: 'backwards' },
      { content: 'y ' },
      { content: 'x ' },
      {},
      undefined,
    ]);
  });

  test('[GW85] calls tools and takes their results', async () => {
    await isReady();
    const tools = [{ type: 'function', function: { name: 'read', parameters: { type: 'object', properties: {} } } }];
    const first = JSON.parse((await send({ ...say('a.txt'), tools })).text).choices[0];
    expect(first).toMatchObject({
      message: {
        content: null,
        tool_calls: [{ type: 'function', function: { name: 'read', arguments: '{"path":"a.txt"}' } }],
      },
      finish_reason: 'tool_calls',
    });
    const [call] = first.message.tool_calls;
    const result = { role: 'tool', tool_call_id: call.id, content: 'the text' };
    const messages = [...say('a.txt').messages, first.message, result];
    const second = JSON.parse((await send({ messages, tools })).text).choices[0];
    expect(second.message.content).toContain('"result":"the text"');
  });

  test('[GW85] refuses by name what it cannot do, and what does not fit', async () => {
    await isReady();
    const image = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }];
    const refused = [
      await send({ messages: [{ role: 'user', content: image }] }),
      await send({ ...say('x'), tool_choice: 'required' }),
      await send({ ...say('x'), response_format: { type: 'json_object' } }),
      await send(say('word '.repeat(60))),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(refused[0]?.text).toContain('takes text alone');
    expect(refused[3]?.text).toContain('room for 40');
  });

  test('[GW85] answers one after the other, and a caller who leaves frees it', async () => {
    await isReady();
    const leaving = new AbortController();
    const hung = send(say('hang'), leaving.signal).catch(() => 'gone');
    const waiting = Promise.all([send(say('a b')), send(say('c d'))]);
    setImmediate(() => leaving.abort());
    expect(await hung).toBe('gone');
    expect((await waiting).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('[GW85] lets in nobody without its secret', async () => {
    await isReady();
    const provider = (await modelSnapshot()).providers.get(providerId);
    const status = await new Promise<number | undefined>((resolve) => {
      http.get({ socketPath: provider?.socketPath, path: '/v1/models' }, (response) => resolve(response.statusCode));
    });
    expect(status).toBe(401);
  });

  test('[GW85] is started again when its process ends, and ended when its provider is switched off', async () => {
    await isReady();
    await expect(send(say('crash'))).rejects.toThrow();
    await isReady();
    await db().update(schema.provider).set({ isEnabled: false }).where(eq(schema.provider.id, providerId));
    const before = (await modelSnapshot()).providers.get(providerId);
    forgetModelSnapshot();
    await vi.waitFor(
      async () =>
        expect(
          await new Promise((resolve) => {
            http
              .get({ socketPath: before?.socketPath, path: '/v1/models' }, () => resolve('there'))
              .on('error', () => resolve('gone'));
          }),
        ).toBe('gone'),
      { timeout: 10_000 },
    );
    await db().update(schema.provider).set({ isEnabled: true }).where(eq(schema.provider.id, providerId));
    forgetModelSnapshot();
  });
});

test('[GW70] [GW85] installation admins see which files there are', async () => {
  expect(await listModelFiles(root.ctx)).toMatchObject({ files: [{ name: 'tiny.gguf', sizeBytes: 4 }] });
  const ana = await newPerson('ana');
  await expect(listModelFiles(ana.ctx)).rejects.toMatchObject({ code: 'forbidden' });
});
