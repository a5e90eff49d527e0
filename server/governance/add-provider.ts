import type { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeInstallation } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { defaultTimeouts } from '../core/provider.ts';
import { newId } from '../platform/ids.ts';
import { notify } from '../platform/notify.ts';
import { addProviderInput, allowProviderAddress, mergedOptions, requireKindFields } from './provider-input.ts';
import { auditedProvider, requireFreeName } from './provider-row.ts';
import { lastFour, sealHeaders, sealKey } from './provider-secrets.ts';

/**
 * Adds a provider of models for the whole installation. Installation admins only.
 * @throws AppError `invalid` or `forbidden` for its address, `conflict` when the name is taken
 */
export async function addProvider(
  ctx: Context,
  given: z.input<typeof addProviderInput>,
): Promise<{ providerId: string }> {
  await authorizeInstallation(ctx);
  const input = addProviderInput.parse(given);
  const baseUrl = await allowProviderAddress(input.kind, input.baseUrl);
  const options = mergedOptions({}, input);
  requireKindFields(input.kind, options);
  const row = { ...newRow(input, ctx.now()), baseUrl, options };
  await withTransaction(ctx, async (tx) => {
    await requireFreeName(tx, row.name);
    await tx.db.insert(schema.provider).values(row);
    await appendAudit(tx, {
      teamId: null,
      action: 'provider.add',
      resource: { type: 'provider', id: row.id },
      detail: { after: auditedProvider(row) },
    });
    await notify(tx.db, 'models_changed', row.id);
  });
  return { providerId: row.id };
}

function newRow(input: z.output<typeof addProviderInput>, now: Date) {
  const timeouts = input.timeouts ?? defaultTimeouts;
  const key = input.key ?? null;
  const headers = input.headers ?? null;
  return {
    id: newId('prv'),
    name: input.name,
    kind: input.kind,
    protocols: input.protocols,
    place: input.place,
    keySealed: key === null ? null : sealKey(key),
    keyLast4: key === null ? null : lastFour(key),
    keySetAt: key === null ? null : now,
    headersSealed: headers === null ? null : sealHeaders(headers),
    headerNames: Object.keys(headers ?? {}),
    connectTimeoutMs: timeouts.connectMs,
    firstByteTimeoutMs: timeouts.firstByteMs,
    idleTimeoutMs: timeouts.idleMs,
  };
}
