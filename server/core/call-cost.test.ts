import { expect, test } from 'vitest';
import { costOf, mostCost, mostTokens } from './call-cost.ts';
import type { ModelTarget } from './model-call.ts';

const price = { input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000 };

const tier = { aboveTokens: 200, inputPercent: 200, outputPercent: 150 };

test.each([
  [{ input: 1_000, output: 100 }, price, 4_500],
  [{ input: 1_000, output: 0, cacheRead: 900 }, price, 570],
  [{ input: 1_000, output: 0, cacheRead: 500, cacheWrite: 500 }, price, 2_025],
  [{ input: 1_000, output: 0, cacheRead: 500 }, { input: 3_000_000, output: 0 }, 3_000],
  [{ input: 1, output: 0 }, { input: 1, output: 0 }, 1],
  [{ input: 10, output: 10 }, { input: 0, output: 0 }, 0],
  [{ input: 10, output: 0, cacheRead: 99 }, price, 3],
  [{ input: 200, output: 100 }, { ...price, long: tier }, 2_100],
  [{ input: 201, output: 100 }, { ...price, long: tier }, 3_456],
  [{ input: 300, output: 0, cacheRead: 100, cacheWrite: 100 }, { ...price, long: tier }, 1_410],
])('[BU8] [GW140] %j at %j costs %i', (usage, at, cost) => {
  expect(costOf(usage, at)).toBe(cost);
});

test('[BU7] without a price the cost is not known', () => {
  expect(costOf({ input: 1, output: 1 }, undefined)).toBeNull();
});

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

test('[BU3] [GW140] a call costs at most its greatest output at the dearest target it may go to', () => {
  const cheap = target({ price: { input: 1_000_000, output: 1_000_000 }, maxOutputTokens: 50 });
  const dear = target({ price: { input: 2_000_000, output: 4_000_000, cacheWrite: 2_500_000 }, maxOutputTokens: 10 });
  expect(mostCost({ inputTokens: 100 }, [cheap, target({}), dear])).toBe(290);
  expect(mostCost({ inputTokens: 100, maxOutputTokens: 1 }, [cheap])).toBe(101);
  expect(mostCost({ inputTokens: 100 }, [target({})])).toBeNull();
  expect(mostCost({ inputTokens: 100, maxOutputTokens: 1, answers: 3 }, [cheap])).toBe(103);
  const tiered = target({ price: { input: 1_000_000, output: 1_000_000, long: tier }, maxOutputTokens: 10 });
  expect(mostCost({ inputTokens: 200 }, [tiered])).toBe(210);
  expect(mostCost({ inputTokens: 300 }, [tiered])).toBe(615);
  expect(mostCost({ inputTokens: 0 }, [target({ price: { input: 0, output: 1_000_000 } })])).toBe(32_000);
});

test.each([
  [-1, 1, 50],
  [-1e15, 1, 50],
  [Number.POSITIVE_INFINITY, 1, 50],
  [Number.NaN, 1, 50],
  [0.2, 1, 1],
  [10, -5, 10],
  [10, 0.5, 10],
  [10, 1e30, 1e9],
  [1e30, 1, 1e9],
  [0, 1, 0],
])(
  '[BU20] a limit of %d tokens for %d answers sets aside %i, never less than nothing',
  (maxOutputTokens, answers, output) => {
    const at = target({ maxOutputTokens: 50 });
    expect(mostTokens({ inputTokens: 7, maxOutputTokens, answers }, at)).toEqual({ input: 7, output });
  },
);
