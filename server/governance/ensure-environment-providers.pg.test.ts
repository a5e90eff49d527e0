import { expect, test } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf, newPerson } from '../auth/testing.ts';
import { startModelServer } from '../../e2e/fakes/model-server.ts';
import { systemContext } from '../context.ts';
import { knownModelsOf } from '../core/known-models.ts';
import { env } from '../platform/env.ts';
import { addListedModels } from './add-listed-models.ts';
import { ensureEnvironmentProviders } from './ensure-environment-providers.ts';
import { newModel, newProvider } from './testing.ts';

await testDatabase();

const nothing = { anthropicKey: undefined, openaiKey: undefined, openaiCompatibleUrl: undefined };
const rows = () => db().select().from(schema.provider);
const aliases = async () =>
  (await db().select({ alias: schema.model.alias }).from(schema.model)).map(({ alias }) => alias);

test('[GW80] without variables nothing appears', async () => {
  await ensureEnvironmentProviders(systemContext('start'), nothing);
  expect(await rows()).toEqual([]);
});

test('[GW80] [GW81] a key makes a provider with its known models, once, and is not stored', async () => {
  const mine = await newProvider({ baseUrl: 'http://127.0.0.1:1/v1' });
  await newModel('claude-sonnet-4-5', [{ providerId: mine, upstreamModel: 'my-own' }]);
  const given = { ...nothing, anthropicKey: 'sk-ant-0123456789' };
  await Promise.all([1, 2].map(() => ensureEnvironmentProviders(systemContext('start'), given)));
  await ensureEnvironmentProviders(systemContext('start'), given);
  const made = (await rows()).filter(({ source }) => source === 'environment');
  expect(made).toMatchObject([
    {
      id: 'prv_env_anthropic',
      kind: 'anthropic',
      place: 'remote',
      keySealed: null,
      baseUrl: 'https://api.anthropic.com',
    },
  ]);
  expect(JSON.stringify(made)).not.toContain('sk-ant');
  expect((await aliases()).sort()).toEqual(
    knownModelsOf('anthropic')
      .map(({ upstreamModel }) => upstreamModel)
      .sort(),
  );
  const targets = await db().select().from(schema.modelTarget);
  expect(targets.filter(({ providerId }) => providerId === 'prv_env_anthropic')).toHaveLength(
    knownModelsOf('anthropic').length - 1,
  );
  expect((await auditOf('provider', 'prv_env_anthropic')).map(({ action }) => action)).toContain('provider.add');
});

test.each([
  ['http://127.0.0.1:11434/v1/', 'local'],
  ['http://10.0.0.5:8000/v1', 'local'],
  ['https://203.0.114.9/v1', 'remote'],
])('[GW80] a compatible server at %s is %s, and follows its variable', async (openaiCompatibleUrl, place) => {
  await ensureEnvironmentProviders(systemContext('start'), { ...nothing, openaiCompatibleUrl });
  const found = (await rows()).find(({ id }) => id === 'prv_env_compatible');
  expect(found).toMatchObject({ place, baseUrl: openaiCompatibleUrl.replace(/\/$/, ''), protocols: ['openai_chat'] });
});

test('[GW80] only the server itself does this', async () => {
  const root = await newPerson('root', { installationAdmin: true });
  await expect(ensureEnvironmentProviders(root.ctx, nothing)).rejects.toMatchObject({ code: 'forbidden' });
});

test('[GW86] the models that the compatible server of the environment lists become aliases, once', async () => {
  const server = await startModelServer({ models: ['qwen3-coder', 'llama 3 with spaces', 'claude-sonnet-4-5'] });
  const given = { ...nothing, openaiCompatibleUrl: `${server.url}/v1` };
  await ensureEnvironmentProviders(systemContext('start'), given);
  const before = { ...env().providers };
  Object.assign(env().providers, given);
  try {
    expect(await addListedModels(systemContext('start'))).toEqual(['qwen3-coder']);
    expect(await addListedModels(systemContext('start'))).toEqual([]);
  } finally {
    Object.assign(env().providers, before);
    await server.close();
  }
  expect(await aliases()).toContain('qwen3-coder');
});
