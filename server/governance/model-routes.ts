import type { LlmProtocol } from '../core/llm-message.ts';
import type { ModelCapabilities, ModelPrice, ModelTarget } from '../core/model-call.ts';
import { AppError } from '../core/errors.ts';
import { callAddress, type CallAddress, type ProviderOperation } from './call-address.ts';
import { modelSnapshot, type HeldModel, type ModelSnapshot } from './model-snapshot.ts';

/** Which targets an alias leads to, and how a target is called: from memory, for every model call (GW75 to GW79). */

/** `targets`: the preferred one first, then those it falls back to. Never empty. */
export type ModelRoute = { alias: string; targets: readonly ModelTarget[] };

/** A model as people and their tools see it. What a call gets first is what it says of itself. */
export type ListedModel = {
  alias: string;
  description: string;
  place: 'local' | 'remote';
  contextTokens?: number;
  maxOutputTokens?: number;
  capabilities: ModelCapabilities;
  /** Undefined: unpriced. */
  price?: ModelPrice;
  /** Names of the providers in the order in which they are tried. */
  providers: string[];
};

/** Clients ask for a model with the day it was made at its end; an alias without it stands for all of them. */
const day = /-\d{8}$|-\d{4}-\d{2}-\d{2}$/;

/**
 * The route of an alias, or undefined when there is none that can be called now. Models are the whole installation's;
 * who of a team may use which is the policy's word.
 */
export async function findRoute(_teamId: string, alias: string): Promise<ModelRoute | undefined> {
  const snapshot = await modelSnapshot();
  const model = snapshot.models.get(alias) ?? snapshot.models.get(alias.replace(day, ''));
  if (!model) return undefined;
  const targets = targetsOf(snapshot, model);
  return targets.length === 0 ? undefined : { alias: model.alias, targets };
}

/** All models that can be called now, by alias. */
export async function listModels(_teamId: string): Promise<ListedModel[]> {
  const snapshot = await modelSnapshot();
  const listed = [...snapshot.models.values()].flatMap((model) => {
    const targets = targetsOf(snapshot, model);
    const [first] = targets;
    return first ? [listedModel(model, first, targets)] : [];
  });
  return listed.sort((one, other) => one.alias.localeCompare(other.alias));
}

function listedModel(model: HeldModel, first: ModelTarget, targets: readonly ModelTarget[]): ListedModel {
  return {
    alias: model.alias,
    description: model.description,
    place: targets.every(({ place }) => place === 'local') ? 'local' : 'remote',
    ...(first.contextTokens === undefined ? {} : { contextTokens: first.contextTokens }),
    ...(first.maxOutputTokens === undefined ? {} : { maxOutputTokens: first.maxOutputTokens }),
    capabilities: first.capabilities,
    ...(first.price === undefined ? {} : { price: first.price }),
    providers: targets.map(({ providerName }) => providerName),
  };
}

function targetsOf({ providers }: ModelSnapshot, model: HeldModel): ModelTarget[] {
  return model.targets.flatMap((row) => {
    const provider = providers.get(row.providerId);
    const [protocol] = provider?.protocols ?? [];
    if (!provider || protocol === undefined) return [];
    const price = priceOf(row);
    return [
      {
        modelId: model.id,
        providerId: provider.id,
        providerName: provider.name,
        kind: provider.kind,
        place: provider.place,
        protocol,
        protocols: provider.protocols,
        upstreamModel: row.upstreamModel,
        ...(row.contextSize === null ? {} : { contextTokens: row.contextSize }),
        ...(row.maxOutput === null ? {} : { maxOutputTokens: row.maxOutput }),
        capabilities: row.capabilities,
        ...(price === undefined ? {} : { price }),
      },
    ];
  });
}

/** Undefined: unpriced. */
export function priceOf(row: HeldModel['targets'][number]): ModelPrice | undefined {
  const { priceInput: input, priceOutput: output, priceCacheRead, priceCacheWrite, priceLong } = row;
  if (input === null || output === null) return undefined;
  return {
    input,
    output,
    ...(priceCacheRead === null ? {} : { cacheRead: priceCacheRead }),
    ...(priceCacheWrite === null ? {} : { cacheWrite: priceCacheWrite }),
    ...(priceLong === null ? {} : { long: priceLong }),
  };
}

/**
 * Where a call to a target goes, with the headers that identify this installation there.
 * @throws AppError `unavailable` when the provider was switched off since the route was found
 */
export async function addressOf(
  target: ModelTarget,
  protocol: LlmProtocol = target.protocol,
  operation: ProviderOperation = 'generate',
): Promise<CallAddress> {
  const provider = (await modelSnapshot()).providers.get(target.providerId);
  if (!provider)
    throw new AppError('unavailable', `${target.providerName} was switched off just now. Choose another model.`);
  return callAddress(provider, { protocol, operation, upstreamModel: target.upstreamModel });
}
