import { eq, inArray } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { requireSystem } from '../auth/require-operator.ts';
import { withTransaction, type Context } from '../context.ts';
import { unknownModel } from '../core/known-models.ts';
import { newId } from '../platform/ids.ts';
import { notify } from '../platform/notify.ts';
import { environmentProviderIds } from './environment-keys.ts';
import { modelAlias, targetRows } from './model-input.ts';
import { openProvider } from './model-snapshot.ts';
import { probeModels } from './probe-provider.ts';

const mostModels = 50;
const listTimeoutMs = 15_000;

/**
 * Asks the compatible server of the environment for its models, once, as long as no alias leads to it, and gives those whose names
 * are free an alias. For the entrypoint, which does not wait for it.
 * @returns the aliases that were added
 */
export async function addListedModels(ctx: Context): Promise<string[]> {
  requireSystem(ctx);
  const id = environmentProviderIds.openai_compatible;
  const [row] = await ctx.db.select().from(schema.provider).where(eq(schema.provider.id, id));
  const provider = row?.isEnabled ? openProvider(row) : undefined;
  if (!provider || (await isUsed(ctx, id))) return [];
  const { models } = await probeModels(provider, { signal: AbortSignal.timeout(listTimeoutMs) });
  const names = models.filter((name) => modelAlias.safeParse(name).success).slice(0, mostModels);
  if (names.length === 0) return [];
  return withTransaction(ctx, async (tx) => {
    const { model, modelTarget } = schema;
    const taken = await tx.db.select({ alias: model.alias }).from(model).where(inArray(model.alias, names));
    const free = names.filter((name) => !taken.some(({ alias }) => alias === name));
    for (const alias of free) {
      const modelId = newId('mdl');
      const { capabilities, price } = unknownModel;
      const target = { providerId: id, upstreamModel: alias, contextSize: null, maxOutput: null, capabilities, price };
      await tx.db.insert(model).values({ id: modelId, alias });
      await tx.db.insert(modelTarget).values(targetRows(modelId, [target]));
    }
    await appendAudit(tx, {
      teamId: null,
      action: 'model.add_listed',
      resource: { type: 'provider', id },
      detail: { aliases: free },
    });
    await notify(tx.db, 'models_changed', id);
    return free;
  });
}

async function isUsed(ctx: Context, providerId: string): Promise<boolean> {
  const { modelTarget } = schema;
  const rows = await ctx.db
    .select({ id: modelTarget.id })
    .from(modelTarget)
    .where(eq(modelTarget.providerId, providerId))
    .limit(1);
  return rows.length > 0;
}
