import type { ModelCapabilities, ModelPrice } from './model-call.ts';
import type { ProviderKind } from './provider.ts';

/**
 * Public models of the providers that have a list of them, to begin with; everything can be changed on the page. Nothing is
 * fetched. To bring it up to date, edit the table below: the provider's own name of the model, its sizes in tokens, and its list
 * price in US dollars for a million tokens. Leave a price out when it is not known: such a model is unpriced until somebody enters one, and
 * cached input without a price of its own costs what other input does. Taken from the providers' documentation in November 2026.
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

/** `long`: input of more tokens than the first makes the input of a call cost so many times as much, and its output. */
type Usd = {
  input: number;
  output: number;
  cacheRead?: number;
  cacheWrite?: number;
  long?: readonly [aboveTokens: number, input: number, output: number];
};
type Row = [name: string, description: string, contextSize: number, maxOutput: number, price: Usd | null];

const aMillion = 1_000_000;
/** What OpenAI has its larger models cost above this much input. */
const longGpt: Usd['long'] = [272_000, 2, 1.5];
const longGemini: Usd['long'] = [200_000, 2, 1.5];

const claude: readonly Row[] = [
  [
    'claude-fable-5-1',
    'The most capable',
    aMillion,
    128_000,
    { input: 10, output: 50, cacheRead: 0.25, cacheWrite: 12.5 },
  ],
  [
    'claude-opus-5-5',
    'For hard work of code and agents',
    aMillion,
    128_000,
    { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 },
  ],
  [
    'claude-sonnet-5-5',
    'For code and agents',
    aMillion,
    128_000,
    { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5 },
  ],
  [
    'claude-haiku-5-5',
    'Fast',
    aMillion,
    128_000,
    { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125, long: [100_000, 5, 5] },
  ],
  ['claude-opus-5', 'Earlier Opus', aMillion, 128_000, { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 }],
  ['claude-sonnet-5', 'Earlier Sonnet', aMillion, 128_000, { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 }],
  ['claude-opus-4-5', 'Earlier Opus', 200_000, 64_000, { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 }],
  ['claude-sonnet-4-5', 'Earlier Sonnet', 200_000, 64_000, { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 }],
  ['claude-haiku-4-5', 'Earlier Haiku', 200_000, 64_000, { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 }],
];

const gptThinking: readonly Row[] = [
  ['gpt-6.2-astra', 'The most capable', 1_050_000, 128_000, { input: 8, output: 40, long: longGpt }],
  [
    'gpt-6.2-sol',
    'For code and agents',
    1_050_000,
    128_000,
    { input: 2, output: 10, cacheRead: 0.1, cacheWrite: 2.5, long: longGpt },
  ],
  [
    'gpt-6-luna',
    'Smallest and fastest',
    1_050_000,
    128_000,
    { input: 0.1, output: 0.5, cacheRead: 0.01, cacheWrite: 0.125, long: longGpt },
  ],
  ['gpt-5.1', 'Earlier GPT', 400_000, 128_000, { input: 1.25, output: 10, cacheRead: 0.125 }],
  ['gpt-5', 'Earlier GPT', 400_000, 128_000, { input: 1.25, output: 10, cacheRead: 0.125 }],
  ['gpt-5-mini', 'Earlier small GPT', 400_000, 128_000, { input: 0.25, output: 2, cacheRead: 0.025 }],
  ['gpt-5-nano', 'Earlier smallest GPT', 400_000, 128_000, { input: 0.05, output: 0.4, cacheRead: 0.005 }],
];

const gpt: readonly Row[] = [
  ['gpt-4.1', 'Without thinking, long context', 1_047_576, 32_768, { input: 2, output: 8, cacheRead: 0.5 }],
  ['gpt-4.1-mini', 'Smaller', 1_047_576, 32_768, { input: 0.4, output: 1.6, cacheRead: 0.1 }],
  ['gpt-4o-mini', 'Earlier small model', 128_000, 16_384, { input: 0.15, output: 0.6, cacheRead: 0.075 }],
];

// Until the end of 2026 the newest one costs half of its list price, which stands here.
const gemini: readonly Row[] = [
  ['gemini-3.1-pro-preview', 'For code and agents', 1_048_576, 65_536, { input: 2, output: 12, long: longGemini }],
  ['gemini-3.8-flash', 'Fast, for code and agents', 1_048_576, 65_536, { input: 1.5, output: 7.5 }],
  ['gemini-2.5-pro', 'Earlier Pro', 1_048_576, 65_536, { input: 1.25, output: 10, long: longGemini }],
  ['gemini-2.5-flash', 'Earlier Flash', 1_048_576, 65_536, { input: 0.3, output: 2.5 }],
];

const thinks: ModelCapabilities = { tools: true, images: true, thinking: true, streaming: true };
const answers: ModelCapabilities = { ...thinks, thinking: false };

const microUsd = (usd: number) => Math.round(usd * 1_000_000);

const longOf = ([aboveTokens, input, output]: NonNullable<Usd['long']>) => ({
  aboveTokens,
  inputPercent: Math.round(input * 100),
  outputPercent: Math.round(output * 100),
});

function priceOf(usd: Usd | null): ModelPrice | null {
  if (usd === null) return null;
  return {
    input: microUsd(usd.input),
    output: microUsd(usd.output),
    ...(usd.cacheRead === undefined ? {} : { cacheRead: microUsd(usd.cacheRead) }),
    ...(usd.cacheWrite === undefined ? {} : { cacheWrite: microUsd(usd.cacheWrite) }),
    ...(usd.long ? { long: longOf(usd.long) } : {}),
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
