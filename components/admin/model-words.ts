import type { ModelCapabilities, ModelPrice } from '@/server/core/model-call.ts';

/** Sizes, prices and abilities of models in words. */

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** Tokens as people say them: 200K, 1M. */
export const sizeWords = (tokens: number): string => compact.format(tokens);

const dollars = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  minimumFractionDigits: 2,
  maximumFractionDigits: 6,
});

/** Micro-USD as dollars: 3,000,000 is $3.00. */
export const usdWords = (microUsd: number): string => dollars.format(microUsd / 1_000_000);

/** A price for people; `undefined` and null are not known, which is not the same as free. */
export function priceWords(price: ModelPrice | null | undefined): string | undefined {
  if (!price) return undefined;
  if (price.input === 0 && price.output === 0) return 'free';
  const usual = `${usdWords(price.input)} in, ${usdWords(price.output)} out`;
  return price.long ? `${usual}, more above ${sizeWords(price.long.aboveTokens)}` : usual;
}

export const microUsdOf = (usd: number): number => Math.round(usd * 1_000_000);

export const abilityWords: Record<keyof ModelCapabilities, string> = {
  tools: 'tools',
  images: 'images',
  thinking: 'thinking',
  streaming: 'streaming',
};

export const abilities = ['tools', 'images', 'thinking', 'streaming'] as const satisfies (keyof ModelCapabilities)[];

const gib = 1024 ** 3;

export const bytesWords = (bytes: number): string =>
  bytes < gib ? `${Math.max(1, Math.round(bytes / 1024 ** 2))} MB` : `${(bytes / gib).toFixed(1)} GB`;
