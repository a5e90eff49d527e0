import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { notify } from '../platform/notify.ts';
import { addressOf, findRoute, listModels } from './model-routes.ts';
import { newModel, newProvider } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
afterAll(closeNotifications);

const team = 'team_any';
let first: string;
let second: string;

beforeAll(async () => {
  first = await newProvider({
    name: 'First',
    kind: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    protocols: ['openai_responses', 'openai_chat'],
    place: 'remote',
    key: 'sk-first-0123456789',
    headers: { 'OpenAI-Organization': 'org-1' },
  });
  second = await newProvider({ name: 'Second', baseUrl: 'http://127.0.0.1:11434/v1' });
  await newModel('coder', [
    {
      providerId: first,
      upstreamModel: 'gpt-big',
      contextSize: 400_000,
      maxOutput: 128_000,
      priceInput: 1_250_000,
      priceOutput: 10_000_000,
      priceCacheRead: 125_000,
      priceLong: { aboveTokens: 272_000, inputPercent: 200, outputPercent: 150 },
    },
    { providerId: second, upstreamModel: 'qwen3-coder' },
  ]);
  await newModel('local', [{ providerId: second, upstreamModel: 'qwen3-coder' }]);
});

test('[GW75] [GW140] an alias leads to its targets in their order, with all that a call needs to know', async () => {
  const route = await findRoute(team, 'coder');
  expect(route?.alias).toBe('coder');
  expect(route?.targets).toMatchObject([
    {
      providerId: first,
      providerName: 'First',
      place: 'remote',
      protocol: 'openai_responses',
      protocols: ['openai_responses', 'openai_chat'],
      upstreamModel: 'gpt-big',
      contextTokens: 400_000,
      maxOutputTokens: 128_000,
      price: {
        input: 1_250_000,
        output: 10_000_000,
        cacheRead: 125_000,
        long: { aboveTokens: 272_000, inputPercent: 200, outputPercent: 150 },
      },
    },
    { providerId: second, place: 'local', protocol: 'openai_chat', upstreamModel: 'qwen3-coder' },
  ]);
  expect(route?.targets[1]).not.toHaveProperty('price');
  expect(await findRoute(team, 'unknown')).toBeUndefined();
});

test('[GW76] a name with a day at its end leads to the alias without it', async () => {
  expect((await findRoute(team, 'coder-20250929'))?.alias).toBe('coder');
  expect((await findRoute(team, 'coder-2025-09-29'))?.alias).toBe('coder');
  expect(await findRoute(team, 'coder-2025')).toBeUndefined();
});

test('[GW77] models are listed with their place, and unpriced ones without a price', async () => {
  const listed = await listModels(team);
  expect(listed.map(({ alias, place, providers }) => ({ alias, place, providers }))).toEqual([
    { alias: 'coder', place: 'remote', providers: ['First', 'Second'] },
    { alias: 'local', place: 'local', providers: ['Second'] },
  ]);
  expect(listed[0]?.price?.input).toBe(1_250_000);
  expect(listed[1]).not.toHaveProperty('price');
});

test('[GW78] a call to a target goes to its provider with its key and its headers', async () => {
  const route = await findRoute(team, 'coder');
  const [target] = route?.targets ?? [];
  if (!target) throw new Error('no target');
  expect(await addressOf(target)).toMatchObject({
    url: 'https://api.openai.com/v1/responses',
    headers: { authorization: 'Bearer sk-first-0123456789', 'OpenAI-Organization': 'org-1' },
  });
  expect((await addressOf(target, 'openai_chat')).url).toBe('https://api.openai.com/v1/chat/completions');
});

describe('what changes', () => {
  test('[GW79] is seen by every process that is told, without a restart', async () => {
    const gone = await newProvider({ name: 'Gone', baseUrl: 'http://127.0.0.1:1/v1', key: 'k-0123456789abcdef' });
    await newModel('fleeting', [{ providerId: gone, upstreamModel: 'm' }]);
    const [target] = (await findRoute(team, 'fleeting'))?.targets ?? [];
    if (!target) throw new Error('no target');
    await db().update(schema.provider).set({ isEnabled: false }).where(eq(schema.provider.id, gone));
    await notify(db(), 'models_changed', gone);
    await vi.waitFor(async () => expect(await findRoute(team, 'fleeting')).toBeUndefined());
    await expect(addressOf(target)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('[GW74] a provider whose key cannot be unsealed is left out, never called without it', async () => {
    const broken = await newProvider({ name: 'Broken', baseUrl: 'http://127.0.0.1:1/v1', keySealed: 'v2.x.y' });
    await newModel('broken', [{ providerId: broken, upstreamModel: 'm' }]);
    expect(await findRoute(team, 'broken')).toBeUndefined();
  });

  test('[GW80] a provider of the environment is called with the key that is there now, or not at all', async () => {
    const id = 'prv_env_anthropic';
    await newProvider({
      id,
      name: 'Env',
      baseUrl: 'https://api.anthropic.com',
      kind: 'anthropic',
      source: 'environment',
    });
    await newModel('claude', [{ providerId: id, upstreamModel: 'claude' }]);
    expect(await findRoute(team, 'claude')).toBeUndefined();
  });
});
