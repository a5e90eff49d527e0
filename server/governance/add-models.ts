import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeInstallation } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { newId } from '../platform/ids.ts';
import { notify } from '../platform/notify.ts';
import {
  modelAlias,
  modelDescription,
  requireFreeAliases,
  requireProviders,
  targetRows,
  targetsInput,
} from './model-input.ts';

export const addModelsInput = z.object({
  models: z
    .array(z.object({ alias: modelAlias, description: modelDescription.optional(), targets: targetsInput }))
    .min(1)
    .max(100),
});

/**
 * Adds models by alias, all or none. Installation admins only.
 * @throws AppError `conflict` when an alias is taken, `invalid` for a provider that is gone
 */
export async function addModels(ctx: Context, given: z.input<typeof addModelsInput>): Promise<{ modelIds: string[] }> {
  await authorizeInstallation(ctx);
  const { models } = addModelsInput.parse(given);
  return withTransaction(ctx, async (tx) => {
    await requireProviders(
      tx,
      models.flatMap(({ targets }) => targets),
    );
    await requireFreeAliases(
      tx,
      models.map(({ alias }) => alias),
    );
    const modelIds: string[] = [];
    for (const { alias, description = '', targets } of models) {
      const modelId = newId('mdl');
      modelIds.push(modelId);
      await tx.db.insert(schema.model).values({ id: modelId, alias, description });
      await tx.db.insert(schema.modelTarget).values(targetRows(modelId, targets));
      await appendAudit(tx, {
        teamId: null,
        action: 'model.add',
        resource: { type: 'model', id: modelId },
        detail: { after: { alias, description, targets } },
      });
      await notify(tx.db, 'models_changed', modelId);
    }
    return { modelIds };
  });
}
