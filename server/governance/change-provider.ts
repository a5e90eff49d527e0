import type { z } from 'zod';
import { appendAudit } from '../audit/append.ts';
import { authorizeInstallation } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { notify } from '../platform/notify.ts';
import { allowProviderAddress, changeProviderInput, mergedOptions, requireKindFields } from './provider-input.ts';
import {
  auditedProvider,
  getProviderRow,
  requireFreeName,
  updateProviderRow,
  type ProviderRow,
} from './provider-row.ts';
import { lastFour, sealHeaders, sealKey } from './provider-secrets.ts';

type Input = z.output<typeof changeProviderInput>;

/**
 * Changes a provider, gives it another key, or switches it on or off; calls that begin afterwards see it. Installation
 * admins only. Of one that the environment gives only whether it is on can be changed.
 * @throws AppError `invalid` when its address moves to another server and a secret was entered for the old one
 */
export async function changeProvider(ctx: Context, given: z.input<typeof changeProviderInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const input = changeProviderInput.parse(given);
  const { providerId, version } = input;
  const before = await getProviderRow(ctx, providerId);
  if (before.source === 'environment') requireOnlySwitch(input);
  const change = await changedColumns(before, { ...input, now: ctx.now() });
  requireSecretsForNewServer(before, change);
  await withTransaction(ctx, async (tx) => {
    if (change.name !== undefined) await requireFreeName(tx, change.name, providerId);
    await updateProviderRow(tx, { providerId, version }, change);
    const names = Object.keys(change);
    await appendAudit(tx, {
      teamId: null,
      action: input.key === undefined ? 'provider.change' : 'provider.change_key',
      resource: { type: 'provider', id: providerId },
      detail: {
        before: auditedProvider(Object.fromEntries(Object.entries(before).filter(([name]) => names.includes(name)))),
        after: auditedProvider(change),
      },
    });
    await notify(tx.db, 'models_changed', providerId);
  });
}

const switches = new Set(['providerId', 'version', 'isEnabled']);

function requireOnlySwitch(input: Input): void {
  const others = Object.entries(input).filter(([name, value]) => !switches.has(name) && value !== undefined);
  if (others.length > 0)
    throw new AppError(
      'conflict',
      'This provider comes from the environment of the server. Change its variable there, or add a provider of its own here.',
    );
}

async function changedColumns(before: ProviderRow, input: Input & { now: Date }): Promise<Partial<ProviderRow>> {
  const { name, protocols, place, isEnabled, timeouts } = input;
  const options = mergedOptions(before.options, input);
  requireKindFields(before.kind, options);
  return {
    ...(name !== undefined && { name }),
    ...(input.baseUrl !== undefined && { baseUrl: await allowProviderAddress(before.kind, input.baseUrl) }),
    ...(protocols !== undefined && { protocols }),
    ...(place !== undefined && { place }),
    ...(isEnabled !== undefined && { isEnabled }),
    ...(JSON.stringify(options) !== JSON.stringify(before.options) && { options }),
    ...(timeouts !== undefined && {
      connectTimeoutMs: timeouts.connectMs,
      firstByteTimeoutMs: timeouts.firstByteMs,
      idleTimeoutMs: timeouts.idleMs,
    }),
    ...keyColumns(input),
    ...headerColumns(input),
  };
}

function keyColumns({ key, now }: Input & { now: Date }): Partial<ProviderRow> {
  if (key === undefined) return {};
  if (key === null) return { keySealed: null, keyLast4: null, keySetAt: null };
  return { keySealed: sealKey(key), keyLast4: lastFour(key), keySetAt: now };
}

function headerColumns({ headers }: Input): Partial<ProviderRow> {
  if (headers === undefined) return {};
  if (headers === null || Object.keys(headers).length === 0) return { headersSealed: null, headerNames: [] };
  return { headersSealed: sealHeaders(headers), headerNames: Object.keys(headers) };
}

/** A secret was entered for one server; it is never sent to another that somebody enters later. */
function requireSecretsForNewServer(before: ProviderRow, change: Partial<ProviderRow>): void {
  if (change.baseUrl === undefined || originOf(change.baseUrl) === originOf(before.baseUrl)) return;
  const isKeyLeft = before.keySealed !== null && change.keySealed === undefined;
  const areHeadersLeft = before.headersSealed !== null && change.headersSealed === undefined;
  if (isKeyLeft || areHeadersLeft)
    throw new AppError(
      'invalid',
      'The address leads to another server than the one the key was entered for. Enter the key, and the headers if there are some, again.',
    );
}

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : url);
