import { and, asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeInstallation } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { notify } from '../platform/notify.ts';
import {
  modelAlias,
  modelDescription,
  requireFreeAliases,
  requireProviders,
  targetRows,
  targetsInput,
} from './model-input.ts';

const changed = () =>
  new AppError('conflict', 'Someone changed this model since you looked at it, or it is gone. Load the page again.');

export const changeModelInput = z.object({
  modelId: z.string(),
  version: z.number().int(),
  alias: modelAlias.optional(),
  description: modelDescription.optional(),
  isEnabled: z.boolean().optional(),
  /** All of them, in the order in which they are tried. */
  targets: targetsInput.optional(),
});

/**
 * Renames a model, switches it on or off, or gives it other targets, prices or another order of them. Installation admins only.
 * @throws AppError `conflict` when the alias is taken or someone else changed it
 */
export async function changeModel(ctx: Context, given: z.input<typeof changeModelInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { modelId, version, targets, ...columns } = changeModelInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    const before = await modelWithTargets(tx, modelId);
    if (columns.alias !== undefined) await requireFreeAliases(tx, [columns.alias], modelId);
    if (targets) await requireProviders(tx, targets);
    const { model, modelTarget } = schema;
    const rows = await tx.db
      .update(model)
      .set({ ...present(columns), version: version + 1, updatedAt: tx.now() })
      .where(and(eq(model.id, modelId), eq(model.version, version)))
      .returning({ id: model.id });
    if (rows.length === 0) throw changed();
    if (targets) {
      await tx.db.delete(modelTarget).where(eq(modelTarget.modelId, modelId));
      await tx.db.insert(modelTarget).values(targetRows(modelId, targets));
    }
    await appendAudit(tx, {
      teamId: null,
      action: 'model.change',
      resource: { type: 'model', id: modelId },
      detail: { before, after: { ...columns, ...(targets && { targets }) } },
    });
    await notify(tx.db, 'models_changed', modelId);
  });
}

export const removeModelInput = z.object({ modelId: z.string(), version: z.number().int() });

/** Removes an alias with its targets; its providers stay. Installation admins only. */
export async function removeModel(ctx: Context, given: z.input<typeof removeModelInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { modelId, version } = removeModelInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    const before = await modelWithTargets(tx, modelId);
    const { model } = schema;
    const rows = await tx.db
      .delete(model)
      .where(and(eq(model.id, modelId), eq(model.version, version)))
      .returning({ id: model.id });
    if (rows.length === 0) throw changed();
    await appendAudit(tx, {
      teamId: null,
      action: 'model.remove',
      resource: { type: 'model', id: modelId },
      detail: { before },
    });
    await notify(tx.db, 'models_changed', modelId);
  });
}

async function modelWithTargets(tx: Context, modelId: string): Promise<Record<string, unknown>> {
  const { model, modelTarget } = schema;
  const [row] = await tx.db.select().from(model).where(eq(model.id, modelId));
  if (!row) throw new AppError('not_found', 'There is no such model. Load the page again.');
  const targets = await tx.db
    .select()
    .from(modelTarget)
    .where(eq(modelTarget.modelId, modelId))
    .orderBy(asc(modelTarget.position));
  const { alias, description, isEnabled } = row;
  return { alias, description, isEnabled, targets };
}

const present = <T extends Record<string, unknown>>(given: T) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
