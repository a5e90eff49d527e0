import type { ModelCapabilities, ModelPrice } from './model-call.ts';
import type { ProviderKind } from './provider.ts';

/**
 * Public models of the providers that have a list of them, to begin with; everything can be changed on the page. Nothing is
 * fetched. To bring it up to date, edit the table below: the provider's own name of the model, its sizes in tokens, and its list
 * price in US dollars for a million tokens. Leave a price out when it is not known or depends on the size of the request: such
 * a model is unpriced until somebody enters one.
 */
export type KnownModel = {
  kinds: readonly ProviderKind[];
  upstreamModel: string;
  description: string;
  contextSize: number;
  maxOutput: number;
  capabilities: ModelCapabilities;
  price: ModelPrice | null;
};

type Usd = { input: number; output: number; cacheRead?: number; cacheWrite?: number };
type Row = [name: string, description: string, contextSize: number, maxOutput: number, price: Usd | null];

const claude: readonly Row[] = [
  ['claude-opus-4-5', 'The most capable', 200_000, 64_000, { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 }],
  [
    'claude-sonnet-4-5',
    'For code and agents',
    200_000,
    64_000,
    { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
  ],
  ['claude-haiku-4-5', 'Fast', 200_000, 64_000, { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 }],
  ['claude-opus-4-1', 'Earlier Opus', 200_000, 32_000, { input: 15, output: 75, cacheRead: 1.5, cacheWrite: 18.75 }],
];

const gptThinking: readonly Row[] = [
  ['gpt-5.1', 'For code and agents', 400_000, 128_000, { input: 1.25, output: 10, cacheRead: 0.125 }],
  ['gpt-5', 'Earlier GPT-5', 400_000, 128_000, { input: 1.25, output: 10, cacheRead: 0.125 }],
  ['gpt-5-mini', 'Smaller and faster', 400_000, 128_000, { input: 0.25, output: 2, cacheRead: 0.025 }],
  ['gpt-5-nano', 'Smallest and fastest', 400_000, 128_000, { input: 0.05, output: 0.4, cacheRead: 0.005 }],
  ['o3', 'Earlier reasoning model', 200_000, 100_000, { input: 2, output: 8, cacheRead: 0.5 }],
  ['o4-mini', 'Earlier small reasoning model', 200_000, 100_000, { input: 1.1, output: 4.4, cacheRead: 0.275 }],
];

const gpt: readonly Row[] = [
  ['gpt-4.1', 'Without thinking, long context', 1_047_576, 32_768, { input: 2, output: 8, cacheRead: 0.5 }],
  ['gpt-4.1-mini', 'Smaller', 1_047_576, 32_768, { input: 0.4, output: 1.6, cacheRead: 0.1 }],
  ['gpt-4o', 'Earlier general model', 128_000, 16_384, { input: 2.5, output: 10, cacheRead: 1.25 }],
  ['gpt-4o-mini', 'Earlier small model', 128_000, 16_384, { input: 0.15, output: 0.6, cacheRead: 0.075 }],
];

// The price of the larger one depends on the size of the request.
const gemini: readonly Row[] = [
  ['gemini-2.5-pro', 'For code and agents', 1_048_576, 65_536, null],
  ['gemini-2.5-flash', 'Fast', 1_048_576, 65_536, { input: 0.3, output: 2.5 }],
];

const thinks: ModelCapabilities = { tools: true, images: true, thinking: true, streaming: true };
const answers: ModelCapabilities = { ...thinks, thinking: false };

const microUsd = (usd: number) => Math.round(usd * 1_000_000);

function priceOf(usd: Usd | null): ModelPrice | null {
  if (usd === null) return null;
  return {
    input: microUsd(usd.input),
    output: microUsd(usd.output),
    ...(usd.cacheRead === undefined ? {} : { cacheRead: microUsd(usd.cacheRead) }),
    ...(usd.cacheWrite === undefined ? {} : { cacheWrite: microUsd(usd.cacheWrite) }),
  };
}

const table = (kinds: readonly ProviderKind[], capabilities: ModelCapabilities, rows: readonly Row[]): KnownModel[] =>
  rows.map(([upstreamModel, description, contextSize, maxOutput, usd]) => ({
    kinds,
    upstreamModel,
    description,
    contextSize,
    maxOutput,
    capabilities,
    price: priceOf(usd),
  }));

export const knownModels: readonly KnownModel[] = [
  ...table(['anthropic'], thinks, claude),
  ...table(['openai'], thinks, gptThinking),
  ...table(['openai'], answers, gpt),
  ...table(['gemini'], thinks, gemini),
];

/** What nobody has said of a model: tools and streams, as nearly all do, and no price. */
export const unknownModel: Omit<KnownModel, 'kinds' | 'upstreamModel'> = {
  description: '',
  contextSize: 0,
  maxOutput: 0,
  capabilities: { tools: true, images: false, thinking: false, streaming: true },
  price: null,
};

/** The known models of a kind of provider. */
export function knownModelsOf(kind: ProviderKind): KnownModel[] {
  return knownModels.filter(({ kinds }) => kinds.includes(kind));
}

const day = /-\d{8}$|-\d{4}-\d{2}-\d{2}$|-latest$/;

/** What is known of a model by the name its provider lists, with or without a day at its end. */
export function findKnownModel(kind: ProviderKind, upstreamModel: string): KnownModel | undefined {
  const named = upstreamModel.replace(/^models\//, '');
  const known = knownModelsOf(kind);
  return (
    known.find((one) => one.upstreamModel === named) ??
    known.find((one) => one.upstreamModel === named.replace(day, ''))
  );
}
