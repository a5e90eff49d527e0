import { db, schema } from '../../db/client.ts';
import type { ModelCapabilities } from '../core/model-call.ts';
import { defaultTimeouts, type ProviderKind } from '../core/provider.ts';
import { newId } from '../platform/ids.ts';
import { forgetModelSnapshot } from './model-snapshot.ts';
import { lastFour, sealHeaders, sealKey } from './provider-secrets.ts';

/** Providers and models as rows, without the use cases around them. */

type ProviderRow = typeof schema.provider.$inferInsert;
type TargetRow = typeof schema.modelTarget.$inferInsert;

export const everything: ModelCapabilities = { tools: true, images: true, thinking: true, streaming: true };

export async function newProvider(
  given: {
    baseUrl: string;
    kind?: ProviderKind;
    key?: string;
    headers?: Record<string, string>;
  } & Partial<ProviderRow>,
): Promise<string> {
  const { key, headers, ...columns } = given;
  const id = newId('prv');
  await db()
    .insert(schema.provider)
    .values({
      id,
      name: `Provider ${id.slice(-6)}`,
      kind: 'openai_compatible',
      protocols: ['openai_chat'],
      place: 'local',
      keySealed: key === undefined ? null : sealKey(key),
      keyLast4: key === undefined ? null : lastFour(key),
      headersSealed: headers === undefined ? null : sealHeaders(headers),
      headerNames: Object.keys(headers ?? {}),
      connectTimeoutMs: defaultTimeouts.connectMs,
      firstByteTimeoutMs: defaultTimeouts.firstByteMs,
      idleTimeoutMs: defaultTimeouts.idleMs,
      ...columns,
    });
  forgetModelSnapshot();
  return id;
}

/** An alias with its targets in this order. */
export async function newModel(
  alias: string,
  targets: readonly (Pick<TargetRow, 'providerId' | 'upstreamModel'> & Partial<TargetRow>)[],
): Promise<string> {
  const modelId = newId('mdl');
  await db().insert(schema.model).values({ id: modelId, alias });
  for (const [position, target] of targets.entries())
    await db()
      .insert(schema.modelTarget)
      .values({ id: newId('mtg'), modelId, position, capabilities: everything, ...target });
  forgetModelSnapshot();
  return modelId;
}
