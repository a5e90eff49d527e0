import { expect, test } from 'vitest';
import { findKnownModel, knownModels, knownModelsOf } from './known-models.ts';

test('[GW81] [GW140] the table has each model once for a kind, with sizes that can be and prices in micro-USD', () => {
  const names = knownModels.flatMap(({ kinds, upstreamModel }) => kinds.map((kind) => `${kind}/${upstreamModel}`));
  expect(new Set(names).size).toBe(names.length);
  for (const { contextSize, maxOutput, price } of knownModels) {
    expect(contextSize).toBeGreaterThanOrEqual(maxOutput);
    if (price === null) continue;
    const { long, ...prices } = price;
    expect(Object.values(prices).every((each) => Number.isInteger(each) && each > 0)).toBe(true);
    if (long)
      expect([long.aboveTokens < contextSize, long.inputPercent > 100, long.outputPercent > 100]).toEqual([
        true,
        true,
        true,
      ]);
    expect(price.output).toBeGreaterThan(price.input);
    expect(price.cacheRead ?? 0).toBeLessThan(price.input);
  }
});

test('[GW81] a model is known with a day at its end as well, and only for its kind of provider', () => {
  expect(findKnownModel('anthropic', 'claude-sonnet-4-5-20250929')?.price?.input).toBe(3_000_000);
  expect(findKnownModel('openai', 'gpt-4.1-2025-04-14')?.upstreamModel).toBe('gpt-4.1');
  expect(findKnownModel('gemini', 'models/gemini-2.5-flash')?.upstreamModel).toBe('gemini-2.5-flash');
  expect(findKnownModel('openai_compatible', 'gpt-4.1')).toBeUndefined();
  expect(findKnownModel('anthropic', 'claude-9')).toBeUndefined();
  expect(knownModelsOf('local_gguf')).toEqual([]);
});
