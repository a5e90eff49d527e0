import { afterEach, describe, expect, test } from 'vitest';
import { testDatabase } from '../../db/testing.ts';
import { startModelServer, type ModelServer, type ModelServerOptions } from '../../e2e/fakes/model-server.ts';
import { auditOf, newPerson } from '../auth/testing.ts';
import { llmProtocols } from '../core/llm-message.ts';
import { listProviders } from './provider-queries.ts';
import { testProvider } from './test-provider.ts';
import { newModel, newProvider } from './testing.ts';

await testDatabase();
const root = await newPerson('root', { installationAdmin: true });

const started: ModelServer[] = [];
async function serve(options: ModelServerOptions = {}): Promise<ModelServer> {
  const server = await startModelServer(options);
  started.push(server);
  return server;
}
afterEach(async () => {
  for (const server of started.splice(0)) await server.close();
});

const key = 'sk-test-0123456789-key';

describe('a test of a provider', () => {
  test('[GW82] lists its models, asks one in each protocol, and tries what was asked for', async () => {
    const models = await serve({ key });
    models.script({ says: [{ tool: 'report', arguments: {} }] });
    const providerId = await newProvider({ baseUrl: `${models.url}/v1`, key, protocols: [...llmProtocols] });
    const outcome = await testProvider(root.ctx, { providerId, probes: ['streaming', 'tools', 'images'] });
    expect(outcome.ok).toBe(true);
    expect(outcome.models).toEqual(['scripted-large', 'scripted-small']);
    expect(outcome.upstreamModel).toBe('scripted-large');
    expect(outcome.probes.map(({ name, protocol, ok }) => `${name} ${protocol} ${ok}`)).toEqual([
      'models anthropic_messages true',
      'answer anthropic_messages true',
      'answer openai_responses true',
      'answer openai_chat true',
      'streaming anthropic_messages true',
      'tools anthropic_messages true',
      'images anthropic_messages true',
    ]);
    const view = (await listProviders(root.ctx)).find(({ id }) => id === providerId);
    expect(view?.lastTest).toEqual(outcome);
    expect((await auditOf('provider', providerId)).at(-1)).toMatchObject({
      action: 'provider.test',
      detail: { ok: true },
    });
  });

  test.each(llmProtocols)('[GW82] asks for few tokens over %s', async (protocol) => {
    const models = await serve();
    const providerId = await newProvider({ baseUrl: `${models.url}/v1`, protocols: [protocol] });
    await testProvider(root.ctx, { providerId, probes: ['streaming', 'tools', 'images'] });
    const calls = models.received.filter(({ method }) => method === 'POST');
    expect(calls).toHaveLength(4);
    for (const { json } of calls) {
      const { max_tokens, max_output_tokens } = json as Record<string, number | undefined>;
      expect(max_tokens ?? max_output_tokens ?? Infinity).toBeLessThanOrEqual(256);
    }
  });

  test('[GW82] asks the model that an alias leads to when none is named', async () => {
    const models = await serve();
    const providerId = await newProvider({ baseUrl: `${models.url}/v1` });
    await newModel('tested', [{ providerId, upstreamModel: 'scripted-small' }]);
    expect(await testProvider(root.ctx, { providerId })).toMatchObject({ ok: true, upstreamModel: 'scripted-small' });
    const named = await testProvider(root.ctx, { providerId, upstreamModel: 'by-name' });
    expect(named.upstreamModel).toBe('by-name');
  });

  test('[GW82] asks the cheapest of the models that are known, where it lists others as well', async () => {
    const models = await serve({ models: ['whisper-1', 'gpt-4.1', 'gpt-4o-mini', 'gpt-5'] });
    const providerId = await newProvider({ kind: 'openai', baseUrl: `${models.url}/v1` });
    expect((await testProvider(root.ctx, { providerId })).upstreamModel).toBe('gpt-4o-mini');
  });

  test('[GW82] says the upstream’s own words, without the key that it repeats', async () => {
    const models = await serve({ key: 'another' });
    const providerId = await newProvider({ baseUrl: `${models.url}/v1`, key });
    const refused = await testProvider(root.ctx, { providerId, upstreamModel: 'm' });
    expect(refused.ok).toBe(false);
    expect(refused.probes.map(({ says }) => says)).toEqual([
      expect.stringMatching(/^401: .*Incorrect API key provided\./),
      expect.stringMatching(/^401: .*Incorrect API key provided\./),
    ]);
    const echoing = await serve();
    echoing.script({ error: { status: 403, message: `Not with ${key}` } });
    const echoed = await newProvider({ baseUrl: `${echoing.url}/v1`, key });
    const told = JSON.stringify(await testProvider(root.ctx, { providerId: echoed }));
    expect(told).toContain('Not with [secret]');
    expect(told).not.toContain(key);
  });

  test('[GW82] tells what a provider lacks', async () => {
    const models = await serve();
    models.script({ says: [{ text: 'no tool for you' }] });
    const providerId = await newProvider({ baseUrl: `${models.url}/v1` });
    const { ok, probes } = await testProvider(root.ctx, { providerId, probes: ['tools'] });
    expect(ok).toBe(true);
    expect(probes.at(-1)).toMatchObject({ name: 'tools', ok: false, says: expect.stringContaining('without calling') });
  });

  test('[GW83] is refused where a call would be', async () => {
    const providerId = await newProvider({ baseUrl: 'http://169.254.169.254/latest', key });
    const { ok, probes } = await testProvider(root.ctx, { providerId, upstreamModel: 'm' });
    expect(ok).toBe(false);
    expect(probes[0]?.says).toContain('link-local');
  });

  test('[GW82] of one that is not there names the cause', async () => {
    const models = await startModelServer();
    await models.close();
    const providerId = await newProvider({ baseUrl: `${models.url}/v1` });
    const { ok, probes } = await testProvider(root.ctx, { providerId });
    expect(ok).toBe(false);
    expect(probes).toHaveLength(1);
    expect(probes[0]?.says).toContain('ECONNREFUSED');
  });

  test('[GW70] is for installation admins', async () => {
    const ana = await newPerson('ana');
    const providerId = await newProvider({ baseUrl: 'http://127.0.0.1:1/v1' });
    await expect(testProvider(ana.ctx, { providerId })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
