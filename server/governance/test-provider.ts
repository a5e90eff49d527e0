import { setTimeout as wait } from 'node:timers/promises';
import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeInstallation } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { findKnownModel, knownModelsOf } from '../core/known-models.ts';
import { probeNames, type Probe, type ProviderKind, type ProviderTest } from '../core/provider.ts';
import { openProvider } from './model-snapshot.ts';
import type { OpenedProvider } from './call-address.ts';
import { getProviderRow } from './provider-row.ts';
import { probeModel, probeModels } from './probe-provider.ts';

export const testProviderInput = z.object({
  providerId: z.string(),
  /** The model to ask, by the provider's name for it; without one, one that an alias leads to, a small one that is known, or the first it lists. */
  upstreamModel: z.string().trim().min(1).max(200).optional(),
  /** What to try besides a plain answer; each is a call of a few tokens. */
  probes: z.array(z.enum(probeNames)).max(probeNames.length).optional(),
});

/** All of a test together. */
const testTimeoutMs = 60_000;
const loadTimeoutMs = 30_000;
const lookAgainMs = 250;

/**
 * Calls a provider as it is stored, switched on or not, and keeps what came of it: its models, an answer in each of its
 * protocols, and what it can do. Installation admins only. An outcome is returned, never thrown.
 * @throws AppError `conflict` when its secrets cannot be read
 */
export async function testProvider(ctx: Context, given: z.input<typeof testProviderInput>): Promise<ProviderTest> {
  await authorizeInstallation(ctx);
  const { providerId, upstreamModel, probes = ['streaming', 'tools'] } = testProviderInput.parse(given);
  const provider = openProvider(await getProviderRow(ctx, providerId));
  if (!provider)
    throw new AppError(
      'conflict',
      'The key of this provider cannot be read, or its variable is not set. Enter the key again.',
    );
  const known = upstreamModel ?? (await firstTarget(ctx, providerId));
  const outcome = await runTest(provider, { upstreamModel: known, probes });
  const test: ProviderTest = { ...outcome, at: ctx.now().toISOString() };
  await withTransaction(ctx, async (tx) => {
    await tx.db.update(schema.provider).set({ lastTest: test }).where(eq(schema.provider.id, providerId));
    await appendAudit(tx, {
      teamId: null,
      action: 'provider.test',
      resource: { type: 'provider', id: providerId },
      detail: { ok: test.ok, elapsedMs: test.elapsedMs, upstreamModel: test.upstreamModel ?? null },
    });
  });
  return test;
}

async function firstTarget(ctx: Context, providerId: string): Promise<string | undefined> {
  const { modelTarget } = schema;
  const [row] = await ctx.db
    .select({ upstreamModel: modelTarget.upstreamModel })
    .from(modelTarget)
    .where(eq(modelTarget.providerId, providerId))
    .orderBy(asc(modelTarget.position), asc(modelTarget.id))
    .limit(1);
  return row?.upstreamModel;
}

type Wanted = { upstreamModel: string | undefined; probes: readonly string[] };

/** Right as a whole: it answers in each of its protocols. What it lists, and what it can do besides, is told. */
async function runTest(provider: OpenedProvider, wanted: Wanted): Promise<Omit<ProviderTest, 'at'>> {
  const startedAt = performance.now();
  const signal = AbortSignal.timeout(testTimeoutMs);
  const { probe: listing, models } = await probeLoaded(provider, signal);
  const upstreamModel = wanted.upstreamModel ?? modelToAsk(provider.kind, models);
  const answers = upstreamModel === undefined ? [] : await answersOf(provider, { upstreamModel, signal });
  const isThere = answers.some(({ ok }) => ok);
  const extras =
    upstreamModel !== undefined && isThere ? await extrasOf(provider, { ...wanted, upstreamModel, signal }) : [];
  return {
    ok: answers.length === 0 ? listing.ok : answers.every(({ ok }) => ok),
    elapsedMs: Math.round(performance.now() - startedAt),
    ...(upstreamModel === undefined ? {} : { upstreamModel }),
    probes: [listing, ...answers, ...extras],
    models,
  };
}

/** A model file that was just added takes a while to load. */
async function probeLoaded(provider: OpenedProvider, signal: AbortSignal) {
  const startedAt = performance.now();
  for (;;) {
    const listing = await probeModels(provider, { signal });
    const isLoading = provider.kind === 'local_gguf' && !listing.probe.ok;
    if (!isLoading || performance.now() - startedAt > loadTimeoutMs) return listing;
    await wait(lookAgainMs);
  }
}

/** A small one that is known to answer chats: lists hold models for pictures and sounds as well. */
function modelToAsk(kind: ProviderKind, listed: readonly string[]): string | undefined {
  const cheap = knownModelsOf(kind)
    .toSorted((one, other) => (one.price?.input ?? Infinity) - (other.price?.input ?? Infinity))
    .map(({ upstreamModel }) => upstreamModel);
  if (listed.length === 0) return cheap[0];
  const known = cheap.find((name) => listed.includes(name));
  return known ?? listed.find((name) => findKnownModel(kind, name)) ?? listed[0];
}

type Asked = { upstreamModel: string; signal: AbortSignal };

async function answersOf(provider: OpenedProvider, { upstreamModel, signal }: Asked): Promise<Probe[]> {
  const answers: Probe[] = [];
  for (const protocol of provider.protocols)
    answers.push(await probeModel(provider, { name: 'answer', protocol, upstreamModel }, { signal }));
  return answers;
}

async function extrasOf(provider: OpenedProvider, asked: Asked & { probes: readonly string[] }): Promise<Probe[]> {
  const [protocol = 'openai_chat'] = provider.protocols;
  const { upstreamModel, signal, probes } = asked;
  const extras: Probe[] = [];
  for (const name of ['streaming', 'tools', 'images'] as const)
    if (probes.includes(name)) extras.push(await probeModel(provider, { name, protocol, upstreamModel }, { signal }));
  return extras;
}
