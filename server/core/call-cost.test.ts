import { expect, test } from 'vitest';
import { costOf, mostCost } from './call-cost.ts';
import type { ModelTarget } from './model-call.ts';

const price = { input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000 };

test.each([
  [{ input: 1_000, output: 100 }, price, 4_500],
  [{ input: 1_000, output: 0, cacheRead: 900 }, price, 570],
  [{ input: 1_000, output: 0, cacheRead: 500, cacheWrite: 500 }, price, 2_025],
  [{ input: 1_000, output: 0, cacheRead: 500 }, { input: 3_000_000, output: 0 }, 3_000],
  [{ input: 1, output: 0 }, { input: 1, output: 0 }, 1],
  [{ input: 10, output: 10 }, { input: 0, output: 0 }, 0],
  [{ input: 10, output: 0, cacheRead: 99 }, price, 3],
])('[BU8] %j at %j costs %i', (usage, at, cost) => {
  expect(costOf(usage, at)).toBe(cost);
});

test('[BU7] without a price the cost is not known', () => {
  expect(costOf({ input: 1, output: 1 }, undefined)).toBeNull();
});

test('[BU3] a call costs at most its greatest output at the dearest target it may go to', () => {
  const target = (given: Partial<ModelTarget>): ModelTarget => ({
    modelId: 'mdl',
    providerId: 'prv',
    providerName: 'P',
    kind: 'openai',
    place: 'remote',
    protocol: 'openai_chat',
    protocols: ['openai_chat'],
    upstreamModel: 'm',
    contextTokens: 100_000,
    capabilities: { tools: true, images: true, thinking: true, streaming: true },
    ...given,
  });
  const cheap = target({ price: { input: 1_000_000, output: 1_000_000 }, maxOutputTokens: 50 });
  const dear = target({ price: { input: 2_000_000, output: 4_000_000, cacheWrite: 2_500_000 }, maxOutputTokens: 10 });
  expect(mostCost({ inputTokens: 100 }, [cheap, target({}), dear])).toBe(290);
  expect(mostCost({ inputTokens: 100, maxOutputTokens: 1 }, [cheap])).toBe(101);
  expect(mostCost({ inputTokens: 100 }, [target({})])).toBeNull();
  expect(mostCost({ inputTokens: 0 }, [target({ price: { input: 0, output: 1_000_000 } })])).toBe(32_000);
});
