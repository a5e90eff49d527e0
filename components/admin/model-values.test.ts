import { expect, test } from 'vitest';
import { emptyTarget, modelInput, moved } from './model-values.ts';

test('[GW77] a target without a price for both input and output is sent as unpriced, one with zeros as free', () => {
  const target = { ...emptyTarget('prv_1'), upstreamModel: 'm' };
  const priceOf = (more: Partial<typeof target>) =>
    modelInput({ alias: 'a', description: '', targets: [{ ...target, ...more }] }).targets[0]?.price;
  expect(priceOf({})).toBeNull();
  expect(priceOf({ input: 3 })).toBeNull();
  expect(priceOf({ cacheRead: 0.3 })).toBeNull();
  expect(priceOf({ input: 0, output: 0 })).toEqual({ input: 0, output: 0 });
  expect(priceOf({ input: 3, output: 15, cacheRead: 0.3 })).toEqual({
    input: 3_000_000,
    output: 15_000_000,
    cacheRead: 300_000,
  });
});

test('[GW140] what long inputs cost is written as a factor, and a factor that is left out is one', () => {
  const target = { ...emptyTarget('prv_1'), upstreamModel: 'm', input: 2, output: 10 };
  const longOf = (more: Partial<typeof target>) =>
    modelInput({ alias: 'a', description: '', targets: [{ ...target, ...more }] }).targets[0]?.price?.long;
  expect(longOf({ longInput: 2 })).toBeUndefined();
  expect(longOf({ longAbove: 272_000, longInput: 2, longOutput: 1.5 })).toEqual({
    aboveTokens: 272_000,
    inputPercent: 200,
    outputPercent: 150,
  });
  expect(longOf({ longAbove: 100_000, longOutput: 1.1 })).toMatchObject({ inputPercent: 100, outputPercent: 110 });
});

test('targets are moved up and down in their order', () => {
  expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
});
