import { inArray } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';

/** What people give of a model: its alias and the targets it leads to. */

export const modelAlias = z
  .string()
  .trim()
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$/, 'An alias has letters, digits and . _ : / @ + -, without spaces.');

/** Micro-USD for a million tokens: 3 USD a million is 3,000,000. */
const price = z.number().int().min(0).max(1_000_000_000_000);

const percent = z.number().int().min(1).max(10_000);

const targetInput = z.object({
  providerId: z.string(),
  upstreamModel: z.string().trim().min(1).max(200),
  contextSize: z.number().int().min(1).max(100_000_000).nullable(),
  maxOutput: z.number().int().min(1).max(100_000_000).nullable(),
  capabilities: z.object({ tools: z.boolean(), images: z.boolean(), thinking: z.boolean(), streaming: z.boolean() }),
  /** Null: unpriced. */
  price: z
    .object({
      input: price,
      output: price,
      cacheRead: price.optional(),
      cacheWrite: price.optional(),
      /** Of all of a call whose input is longer. */
      long: z
        .object({
          aboveTokens: z.number().int().min(1).max(100_000_000),
          inputPercent: percent,
          outputPercent: percent,
        })
        .optional(),
    })
    .nullable(),
});

export type TargetInput = z.output<typeof targetInput>;

export const targetsInput = z.array(targetInput).min(1).max(20);
export const modelDescription = z.string().trim().max(500);

/** The rows of a model's targets, in their order. */
export function targetRows(modelId: string, targets: readonly TargetInput[]) {
  return targets.map(({ price: priced, ...target }, position) => ({
    id: newId('mtg'),
    modelId,
    position,
    ...target,
    priceInput: priced?.input ?? null,
    priceOutput: priced?.output ?? null,
    priceCacheRead: priced?.cacheRead ?? null,
    priceCacheWrite: priced?.cacheWrite ?? null,
    priceLong: priced?.long ?? null,
  }));
}

/** @throws AppError `invalid` when one of the targets leads to no provider */
export async function requireProviders(tx: Context, targets: readonly TargetInput[]): Promise<void> {
  const ids = [...new Set(targets.map(({ providerId }) => providerId))];
  const rows = await tx.db
    .select({ id: schema.provider.id })
    .from(schema.provider)
    .where(inArray(schema.provider.id, ids))
    .for('share');
  if (rows.length !== ids.length)
    throw new AppError('invalid', 'One of the providers is gone. Load the page again and choose another.');
}

/** @throws AppError `conflict` when an alias is taken */
export async function requireFreeAliases(tx: Context, aliases: readonly string[], exceptId?: string): Promise<void> {
  const rows = await tx.db
    .select({ id: schema.model.id, alias: schema.model.alias })
    .from(schema.model)
    .where(inArray(schema.model.alias, [...aliases]));
  const taken = rows.filter(({ id }) => id !== exceptId).map(({ alias }) => alias);
  if (taken.length > 0 || new Set(aliases).size !== aliases.length)
    throw new AppError(
      'conflict',
      `There is a model named ${taken.join(', ') || 'like another one here'} already. Choose another alias, or add a target to that model.`,
    );
}
