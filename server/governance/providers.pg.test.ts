import { eq } from 'drizzle-orm';
import { afterAll, describe, expect, test } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf, newPerson, newTeam } from '../auth/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { addModels } from './add-models.ts';
import { addProvider } from './add-provider.ts';
import { changeModel, removeModel } from './change-model.ts';
import { changeProvider } from './change-provider.ts';
import { findRoute } from './model-routes.ts';
import { forgetModelSnapshot } from './model-snapshot.ts';
import { listModelsWithTargets, listProviders, listTeamModels } from './provider-queries.ts';
import { unsealHeaders, unsealKey } from './provider-secrets.ts';
import { removeProvider } from './remove-provider.ts';
import { everything, newModel, newProvider } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
afterAll(closeNotifications);

const root = await newPerson('root', { installationAdmin: true });
const ana = await newPerson('ana');
const teamId = await newTeam('Alpha', [[ana, 'admin']]);

let counter = 0;
const wish = (more: Partial<Parameters<typeof addProvider>[1]> = {}) => ({
  name: `Ollama ${++counter}`,
  kind: 'openai_compatible' as const,
  baseUrl: 'http://127.0.0.1:11434/v1/',
  protocols: ['openai_chat' as const],
  place: 'local' as const,
  ...more,
});
const rowOf = async (id: string) => {
  const [row] = await db().select().from(schema.provider).where(eq(schema.provider.id, id));
  if (!row) throw new Error('no such provider');
  return row;
};
const target = (providerId: string, upstreamModel = 'm') => ({
  providerId,
  upstreamModel,
  contextSize: 32_000,
  maxOutput: null,
  capabilities: everything,
  price: null,
});

describe('a provider', () => {
  test('[GW70] [GW74] is added with its key sealed, and neither the page nor the log tells it', async () => {
    const key = 'sk-a-key-of-some-length-wxyz';
    const { providerId } = await addProvider(root.ctx, wish({ key, headers: { 'X-Tenant': 'tenant-secret' } }));
    const row = await rowOf(providerId);
    expect(row.baseUrl).toBe('http://127.0.0.1:11434/v1');
    expect(unsealKey(row.keySealed ?? '')).toBe(key);
    expect(unsealHeaders(row.headersSealed ?? '')).toEqual({ 'X-Tenant': 'tenant-secret' });
    const view = (await listProviders(root.ctx)).find(({ id }) => id === providerId);
    expect(view).toMatchObject({ hasKey: true, keyLast4: 'wxyz', headerNames: ['X-Tenant'], version: 1 });
    const told = JSON.stringify([view, await auditOf('provider', providerId)]);
    expect(told).not.toContain('some-length');
    expect(told).not.toContain('tenant-secret');
    expect(told).not.toContain('v2.');
  });

  test('[GW70] is for installation admins alone', async () => {
    const id = await newProvider({ baseUrl: 'http://127.0.0.1:1/v1' });
    const modelId = await newModel(`m-${id}`, [{ providerId: id, upstreamModel: 'm' }]);
    const refused = [
      () => listProviders(ana.ctx),
      () => listModelsWithTargets(ana.ctx),
      () => addProvider(ana.ctx, wish()),
      () => changeProvider(ana.ctx, { providerId: id, version: 1, isEnabled: false }),
      () => removeProvider(ana.ctx, { providerId: id, version: 1 }),
      () => addModels(ana.ctx, { models: [{ alias: 'x', targets: [target(id)] }] }),
      () => changeModel(ana.ctx, { modelId, version: 1, isEnabled: false }),
      () => removeModel(ana.ctx, { modelId, version: 1 }),
    ];
    for (const each of refused) await expect(each()).rejects.toMatchObject({ code: 'forbidden' });
  });

  test.each(['http://169.254.169.254/v1', 'http://[fe80::1]/', 'http://[::ffff:a9fe:a9fe]/', 'http://0/'])(
    '[GW72] at %s is refused when it is saved',
    async (baseUrl) => {
      await expect(addProvider(root.ctx, wish({ baseUrl }))).rejects.toMatchObject({ code: 'forbidden' });
      const id = await newProvider({ baseUrl: 'http://127.0.0.1:1/v1' });
      const moved = changeProvider(root.ctx, { providerId: id, version: 1, baseUrl });
      await expect(moved).rejects.toMatchObject({ code: 'forbidden' });
    },
  );

  test('[GW71] with a user in its address is refused', async () => {
    const refused = addProvider(root.ctx, wish({ baseUrl: 'https://u:p@example.com' }));
    await expect(refused).rejects.toMatchObject({ code: 'invalid' });
  });

  test('[GW74] keeps its key through a change of path, and must get it again for another server', async () => {
    const key = 'sk-0123456789-0123456789';
    const { providerId } = await addProvider(root.ctx, wish({ key }));
    await changeProvider(root.ctx, { providerId, version: 1, baseUrl: 'http://127.0.0.1:11434/other' });
    const moved = { providerId, version: 2, baseUrl: 'http://127.0.0.2:11434/v1' };
    await expect(changeProvider(root.ctx, moved)).rejects.toMatchObject({ code: 'invalid' });
    await changeProvider(root.ctx, { ...moved, key: 'sk-another-0123456789' });
    expect(unsealKey((await rowOf(providerId)).keySealed ?? '')).toBe('sk-another-0123456789');
    const actions = (await auditOf('provider', providerId)).map(({ action }) => action);
    expect(actions).toEqual(['provider.add', 'provider.change', 'provider.change_key']);
  });

  test('[GW70] is not written over by who looked at an older version', async () => {
    const { providerId } = await addProvider(root.ctx, wish());
    await changeProvider(root.ctx, { providerId, version: 1, isEnabled: false });
    const late = { providerId, version: 1 };
    await expect(changeProvider(root.ctx, { ...late, isEnabled: true })).rejects.toMatchObject({ code: 'conflict' });
    await expect(removeProvider(root.ctx, late)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('[GW75] takes its targets along when it is removed, and the aliases that lead nowhere else', async () => {
    const { providerId } = await addProvider(root.ctx, wish());
    const { providerId: other } = await addProvider(root.ctx, wish());
    await addModels(root.ctx, {
      models: [
        { alias: 'only-there', targets: [target(providerId)] },
        { alias: 'both', targets: [target(providerId, 'first'), target(other, 'second')] },
      ],
    });
    await removeProvider(root.ctx, { providerId, version: 1 });
    forgetModelSnapshot();
    expect(await findRoute(teamId, 'only-there')).toBeUndefined();
    expect((await findRoute(teamId, 'both'))?.targets).toMatchObject([{ upstreamModel: 'second' }]);
    expect((await auditOf('provider', providerId)).at(-1)?.detail).toMatchObject({ removedAliases: ['only-there'] });
  });

  test('needs a name of its own', async () => {
    const given = wish();
    await addProvider(root.ctx, given);
    await expect(addProvider(root.ctx, given)).rejects.toMatchObject({ code: 'conflict' });
  });

  test.each([{ Host: 'x' }, { 'content-length': '1' }, { 'bad name': 'x' }, { ok: 'two\r\nlines' }])(
    'takes no header like %j',
    async (headers) => {
      await expect(addProvider(root.ctx, wish({ headers: headers as Record<string, string> }))).rejects.toThrow();
    },
  );

  test('[GW80] from the environment can be switched off and nothing else', async () => {
    const id = 'prv_env_openai';
    await newProvider({ id, name: 'Env', kind: 'openai', baseUrl: 'https://api.openai.com/v1', source: 'environment' });
    await changeProvider(root.ctx, { providerId: id, version: 1, isEnabled: false });
    const changed = changeProvider(root.ctx, { providerId: id, version: 2, baseUrl: 'https://elsewhere.example' });
    await expect(changed).rejects.toMatchObject({ code: 'conflict' });
    // The variable is not set here, so what is left of it may go.
    await removeProvider(root.ctx, { providerId: id, version: 2 });
  });
});

describe('a model', () => {
  const long = { aboveTokens: 272_000, inputPercent: 200, outputPercent: 150 };

  test('[GW75] is added, renamed, given another order, and removed; each change is audited', async () => {
    const { providerId } = await addProvider(root.ctx, wish());
    const models = [
      { alias: 'coder', description: 'For code', targets: [target(providerId, 'a'), target(providerId, 'b')] },
    ];
    const [modelId = ''] = (await addModels(root.ctx, { models })).modelIds;
    await changeModel(root.ctx, {
      modelId,
      version: 1,
      alias: 'coder-2',
      targets: [
        { ...target(providerId, 'b'), price: { input: 3_000_000, output: 15_000_000, long } },
        target(providerId, 'a'),
      ],
    });
    const [view] = (await listModelsWithTargets(root.ctx)).filter(({ id }) => id === modelId);
    expect(view).toMatchObject({ alias: 'coder-2', description: 'For code', version: 2 });
    expect(view?.targets.map(({ upstreamModel, price }) => [upstreamModel, price])).toEqual([
      ['b', { input: 3_000_000, output: 15_000_000, long }],
      ['a', null],
    ]);
    await expect(changeModel(root.ctx, { modelId, version: 1, alias: 'x' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await removeModel(root.ctx, { modelId, version: 2 });
    const actions = (await auditOf('model', modelId)).map(({ action }) => action);
    expect(actions).toEqual(['model.add', 'model.change', 'model.remove']);
  });

  test('several are added together or not at all', async () => {
    const { providerId } = await addProvider(root.ctx, wish());
    const one = { alias: 'taken', targets: [target(providerId)] };
    await addModels(root.ctx, { models: [one] });
    const both = addModels(root.ctx, { models: [{ ...one, alias: 'free' }, one] });
    await expect(both).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('taken') });
    const twins = addModels(root.ctx, {
      models: [
        { ...one, alias: 'twin' },
        { ...one, alias: 'twin' },
      ],
    });
    await expect(twins).rejects.toMatchObject({ code: 'conflict' });
    expect((await listModelsWithTargets(root.ctx)).map(({ alias }) => alias)).not.toContain('free');
  });

  test('of no provider is refused', async () => {
    const models = [{ alias: 'lost', targets: [target('prv_nowhere')] }];
    await expect(addModels(root.ctx, { models })).rejects.toMatchObject({ code: 'invalid' });
  });

  test('[GW77] is shown to the members of a team when it can be called', async () => {
    const { providerId } = await addProvider(root.ctx, wish());
    const [modelId = ''] = (await addModels(root.ctx, { models: [{ alias: 'seen', targets: [target(providerId)] }] }))
      .modelIds;
    const seen = async () => {
      forgetModelSnapshot();
      return (await listTeamModels(ana.ctx, { teamId })).map(({ alias }) => alias);
    };
    expect(await seen()).toContain('seen');
    await changeModel(root.ctx, { modelId, version: 1, isEnabled: false });
    expect(await seen()).not.toContain('seen');
    const stranger = await newPerson('olga');
    await expect(listTeamModels(stranger.ctx, { teamId })).rejects.toMatchObject({ code: 'not_found' });
  });
});
