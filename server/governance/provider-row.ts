import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';

export type ProviderRow = typeof schema.provider.$inferSelect;

/** The row of a provider. @throws not_found */
export async function getProviderRow(ctx: Context, providerId: string): Promise<ProviderRow> {
  const [row] = await ctx.db.select().from(schema.provider).where(eq(schema.provider.id, providerId));
  if (!row) throw new AppError('not_found', 'There is no such provider. Load the page again.');
  return row;
}

/** Writes a change of the version that was looked at. @throws conflict when that is not the newest any more */
export async function updateProviderRow(
  tx: Context,
  at: { providerId: string; version: number },
  change: Partial<ProviderRow>,
): Promise<void> {
  const { provider } = schema;
  const changed = await tx.db
    .update(provider)
    .set({ ...change, version: at.version + 1, updatedAt: tx.now() })
    .where(and(eq(provider.id, at.providerId), eq(provider.version, at.version)))
    .returning({ id: provider.id });
  if (changed.length === 0)
    throw new AppError('conflict', 'Someone changed this provider since you looked at it. Load the page again.');
}

/** @throws conflict when another provider has the name */
export async function requireFreeName(tx: Context, name: string, exceptId?: string): Promise<void> {
  const [row] = await tx.db
    .select({ id: schema.provider.id })
    .from(schema.provider)
    .where(eq(schema.provider.name, name));
  if (row && row.id !== exceptId)
    throw new AppError('conflict', `There is a provider named ${name} already. Choose another name.`);
}

/** What the audit log says of a provider: no key, no header's value. */
export function auditedProvider(row: Partial<ProviderRow>): Record<string, unknown> {
  const { keySealed, headersSealed, keyLast4: _last, lastTest: _test, ...rest } = row;
  return {
    ...rest,
    ...(keySealed === undefined ? {} : { hasKey: keySealed !== null }),
    ...(headersSealed === undefined ? {} : { hasHeaders: headersSealed !== null }),
  };
}
