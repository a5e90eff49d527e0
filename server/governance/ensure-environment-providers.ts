import { isIP } from 'node:net';
import { eq, inArray } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { requireSystem } from '../auth/require-operator.ts';
import { withTransaction, type Context } from '../context.ts';
import { knownModelsOf } from '../core/known-models.ts';
import { defaultTimeouts, providerKindFacts, type ProviderKind } from '../core/provider.ts';
import { env, type Env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { addressKind, resolveHost } from '../platform/ip-address.ts';
import { notify } from '../platform/notify.ts';
import { environmentKey, environmentProviderIds } from './environment-keys.ts';
import { targetRows } from './model-input.ts';

type Wanted = { id: string; kind: ProviderKind; baseUrl: string; place: 'local' | 'remote' };

/**
 * Gives each provider that the environment names a row, and the known models of a new one their aliases, so that a server
 * that was started with a key can be used at once. What people changed stays. For the entrypoint.
 */
export async function ensureEnvironmentProviders(
  ctx: Context,
  given: Env['providers'] = env().providers,
): Promise<void> {
  requireSystem(ctx);
  for (const id of Object.values(environmentProviderIds)) {
    if (environmentKey(id, given) === undefined) continue;
    await ensureProvider(ctx, await wantedOf(id, given));
  }
}

async function wantedOf(id: string, given: Env['providers']): Promise<Wanted> {
  if (id === environmentProviderIds.anthropic) return { id, kind: 'anthropic', ...publicOne('anthropic') };
  if (id === environmentProviderIds.openai) return { id, kind: 'openai', ...publicOne('openai') };
  const baseUrl = (given.openaiCompatibleUrl ?? '').replace(/\/+$/, '');
  return { id, kind: 'openai_compatible', baseUrl, place: await placeOf(baseUrl) };
}

const publicOne = (kind: ProviderKind) => ({ baseUrl: providerKindFacts[kind].baseUrl, place: 'remote' as const });

/** What is not known to be on the own network counts as outside of it. */
async function placeOf(baseUrl: string): Promise<'local' | 'remote'> {
  const host = new URL(baseUrl).hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await resolveHost(host).catch(() => []) : [host];
  const isOwn = addresses.length > 0 && addresses.every((address) => addressKind(address) === 'private');
  return isOwn ? 'local' : 'remote';
}

async function ensureProvider(ctx: Context, wanted: Wanted): Promise<void> {
  const { provider } = schema;
  await withTransaction(ctx, async (tx) => {
    const [before] = await tx.db.select().from(provider).where(eq(provider.id, wanted.id)).for('update');
    if (before?.baseUrl === wanted.baseUrl) return;
    const { baseUrl, place } = wanted;
    const version = (before?.version ?? 0) + 1;
    if (before) await tx.db.update(provider).set({ baseUrl, place, version }).where(eq(provider.id, wanted.id));
    else await insertProvider(tx, wanted);
    await appendAudit(tx, {
      teamId: null,
      action: before ? 'provider.change' : 'provider.add',
      resource: { type: 'provider', id: wanted.id },
      detail: { after: { ...wanted, source: 'environment' } },
    });
    await notify(tx.db, 'models_changed', wanted.id);
  });
}

async function insertProvider(tx: Context, { id, kind, baseUrl, place }: Wanted): Promise<void> {
  const facts = providerKindFacts[kind];
  const inserted = await tx.db
    .insert(schema.provider)
    .values({
      id,
      kind,
      baseUrl,
      name: await freeName(tx, `${facts.label} (environment)`),
      source: 'environment',
      protocols: [...facts.protocols],
      place,
      connectTimeoutMs: defaultTimeouts.connectMs,
      firstByteTimeoutMs: defaultTimeouts.firstByteMs,
      idleTimeoutMs: defaultTimeouts.idleMs,
    })
    // Two processes may start at once.
    .onConflictDoNothing()
    .returning({ id: schema.provider.id });
  if (inserted.length > 0) await addKnownModels(tx, { id, kind });
}

async function freeName(tx: Context, name: string): Promise<string> {
  const { provider } = schema;
  const taken = await tx.db.select({ id: provider.id }).from(provider).where(eq(provider.name, name));
  return taken.length === 0 ? name : `${name} ${newId('prv').slice(-4)}`;
}

/** An alias that leads elsewhere already is left to whoever made it. */
async function addKnownModels(tx: Context, { id, kind }: { id: string; kind: ProviderKind }): Promise<void> {
  const known = knownModelsOf(kind);
  if (known.length === 0) return;
  const { model, modelTarget } = schema;
  const names = known.map(({ upstreamModel }) => upstreamModel);
  const taken = await tx.db.select({ alias: model.alias }).from(model).where(inArray(model.alias, names));
  for (const each of known) {
    if (taken.some(({ alias }) => alias === each.upstreamModel)) continue;
    const modelId = newId('mdl');
    const { upstreamModel, description, contextSize, maxOutput, capabilities, price } = each;
    await tx.db.insert(model).values({ id: modelId, alias: upstreamModel, description });
    const target = { providerId: id, upstreamModel, contextSize, maxOutput, capabilities, price };
    await tx.db.insert(modelTarget).values(targetRows(modelId, [target]));
  }
}
