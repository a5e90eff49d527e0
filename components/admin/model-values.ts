import { findKnownModel, unknownModel } from '@/server/core/known-models.ts';
import type { ModelCapabilities } from '@/server/core/model-call.ts';
import { microUsdOf } from './model-words.ts';
import type { Model, Provider } from './provider-values.ts';

type Amount = number | '';

/** What the form of a model holds for each target; prices in dollars for a million tokens. */
export type TargetValues = {
  key: string;
  providerId: string;
  upstreamModel: string;
  contextSize: Amount;
  maxOutput: Amount;
  capabilities: (keyof ModelCapabilities)[];
  input: Amount;
  output: Amount;
  cacheRead: Amount;
  cacheWrite: Amount;
};
export type ModelValues = { alias: string; description: string; targets: TargetValues[] };

const usd = (microUsd: number | undefined): Amount => (microUsd === undefined ? '' : microUsd / 1_000_000);

const namesOf = (capabilities: ModelCapabilities) =>
  (Object.keys(capabilities) as (keyof ModelCapabilities)[]).filter((name) => capabilities[name]);

let serial = 0;
const newKey = () => `target-${(serial += 1)}`;

export function emptyTarget(providerId: string): TargetValues {
  return {
    key: newKey(),
    providerId,
    upstreamModel: '',
    contextSize: '',
    maxOutput: '',
    capabilities: namesOf(unknownModel.capabilities),
    input: '',
    output: '',
    cacheRead: '',
    cacheWrite: '',
  };
}

export function valuesOfModel(model: Model): ModelValues {
  return {
    alias: model.alias,
    description: model.description,
    targets: model.targets.map((target) => ({
      key: target.id,
      providerId: target.providerId,
      upstreamModel: target.upstreamModel,
      contextSize: target.contextSize ?? '',
      maxOutput: target.maxOutput ?? '',
      capabilities: namesOf(target.capabilities),
      ...pricesOf(target.price),
    })),
  };
}

function pricesOf(price: Model['targets'][number]['price']) {
  return {
    input: usd(price?.input),
    output: usd(price?.output),
    cacheRead: usd(price?.cacheRead),
    cacheWrite: usd(price?.cacheWrite),
  };
}

/** A target with what the shipped table knows of its model; as it was when it knows nothing. */
export function withKnown(target: TargetValues, provider: Provider | undefined): TargetValues {
  const known = provider && findKnownModel(provider.kind, target.upstreamModel);
  if (!known) return target;
  const { contextSize, maxOutput, capabilities, price } = known;
  return { ...target, contextSize, maxOutput, capabilities: namesOf(capabilities), ...pricesOf(price) };
}

const orNull = (value: Amount) => (value === '' ? null : value);

/** Input and output make a price; a cache price alone is none. */
function priceInput({ input, output, cacheRead, cacheWrite }: TargetValues) {
  if (input === '' || output === '') return null;
  return {
    input: microUsdOf(input),
    output: microUsdOf(output),
    ...(cacheRead === '' ? {} : { cacheRead: microUsdOf(cacheRead) }),
    ...(cacheWrite === '' ? {} : { cacheWrite: microUsdOf(cacheWrite) }),
  };
}

/** What is sent when the form is saved. */
export function modelInput({ alias, description, targets }: ModelValues) {
  return {
    alias,
    description,
    targets: targets.map((target) => ({
      providerId: target.providerId,
      upstreamModel: target.upstreamModel,
      contextSize: orNull(target.contextSize),
      maxOutput: orNull(target.maxOutput),
      capabilities: {
        tools: target.capabilities.includes('tools'),
        images: target.capabilities.includes('images'),
        thinking: target.capabilities.includes('thinking'),
        streaming: target.capabilities.includes('streaming'),
      },
      price: priceInput(target),
    })),
  };
}

/** The list with one of its items a place further up (-1) or down (1). */
export function moved<T>(items: readonly T[], index: number, by: -1 | 1): T[] {
  const copy = [...items];
  const [item] = copy.splice(index, 1);
  if (item !== undefined) copy.splice(index + by, 0, item);
  return copy;
}
