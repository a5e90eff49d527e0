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
  longAbove: Amount;
  longInput: Amount;
  longOutput: Amount;
};
export type ModelValues = { alias: string; description: string; targets: TargetValues[] };

const usd = (microUsd: number | undefined): Amount => (microUsd === undefined ? '' : microUsd / 1_000_000);

/** Prices of long inputs are shown as what the usual ones are multiplied by. */
const times = (percent: number | undefined): Amount => (percent === undefined ? '' : percent / 100);

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
    longAbove: '',
    longInput: '',
    longOutput: '',
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
    longAbove: price?.long?.aboveTokens ?? ('' as const),
    longInput: times(price?.long?.inputPercent),
    longOutput: times(price?.long?.outputPercent),
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

/** A length makes a price of long inputs; a factor that is left out is one. */
function longInput({ longAbove, longInput: input, longOutput: output }: TargetValues) {
  if (longAbove === '') return {};
  const percent = (factor: Amount) => (factor === '' ? 100 : Math.round(factor * 100));
  return { long: { aboveTokens: longAbove, inputPercent: percent(input), outputPercent: percent(output) } };
}

/** Input and output make a price; a cache price alone is none. */
function priceInput(target: TargetValues) {
  const { input, output, cacheRead, cacheWrite } = target;
  if (input === '' || output === '') return null;
  return {
    input: microUsdOf(input),
    output: microUsdOf(output),
    ...(cacheRead === '' ? {} : { cacheRead: microUsdOf(cacheRead) }),
    ...(cacheWrite === '' ? {} : { cacheWrite: microUsdOf(cacheWrite) }),
    ...longInput(target),
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
