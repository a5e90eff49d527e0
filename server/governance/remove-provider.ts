import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeInstallation } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { env } from '../platform/env.ts';
import { notify } from '../platform/notify.ts';
import { environmentKey } from './environment-keys.ts';
import { auditedProvider, getProviderRow } from './provider-row.ts';

export const removeProviderInput = z.object({ providerId: z.string(), version: z.number().int() });

/**
 * Removes a provider with its key and the targets that lead to it; an alias that has no other target goes as well.
 * Installation admins only.
 * @throws AppError `conflict` for one that the environment gives, or that changed since `version`
 */
export async function removeProvider(ctx: Context, given: z.input<typeof removeProviderInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { providerId, version } = removeProviderInput.parse(given);
  const before = await getProviderRow(ctx, providerId);
  if (before.source === 'environment' && environmentKey(providerId, env().providers))
    throw new AppError(
      'conflict',
      'This provider comes from the environment of the server. Switch it off here, or unset its variable there.',
    );
  await withTransaction(ctx, async (tx) => {
    const { provider } = schema;
    const aliases = await removeTargets(tx, providerId);
    const removed = await tx.db
      .delete(provider)
      .where(and(eq(provider.id, providerId), eq(provider.version, version)))
      .returning({ id: provider.id });
    if (removed.length === 0)
      throw new AppError('conflict', 'Someone changed this provider since you looked at it. Load the page again.');
    await appendAudit(tx, {
      teamId: null,
      action: 'provider.remove',
      resource: { type: 'provider', id: providerId },
      detail: { before: auditedProvider(before), removedAliases: aliases },
    });
    await notify(tx.db, 'models_changed', providerId);
  });
}

/** @returns the aliases that led nowhere else */
async function removeTargets(tx: Context, providerId: string): Promise<string[]> {
  const { model, modelTarget } = schema;
  const gone = await tx.db
    .delete(modelTarget)
    .where(eq(modelTarget.providerId, providerId))
    .returning({ modelId: modelTarget.modelId });
  const ids = [...new Set(gone.map(({ modelId }) => modelId))];
  if (ids.length === 0) return [];
  const left = await tx.db
    .select({ modelId: modelTarget.modelId })
    .from(modelTarget)
    .where(inArray(modelTarget.modelId, ids));
  const kept = new Set(left.map(({ modelId }) => modelId));
  const empty = ids.filter((id) => !kept.has(id));
  if (empty.length === 0) return [];
  const removed = await tx.db.delete(model).where(inArray(model.id, empty)).returning({ alias: model.alias });
  return removed.map(({ alias }) => alias).sort();
}
