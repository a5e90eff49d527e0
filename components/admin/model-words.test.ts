import { expect, test } from 'vitest';
import { microUsdOf, priceWords, sizeWords, usdWords } from './model-words.ts';

test('prices are said in dollars for a million tokens, to the last digit that counts', () => {
  expect(usdWords(3_000_000)).toBe('$3.00');
  expect(usdWords(125_000)).toBe('$0.125');
  expect(usdWords(1)).toBe('$0.000001');
  expect(microUsdOf(0.075)).toBe(75_000);
});

test('[GW77] what has no price has no words for one, and a price of nothing is free', () => {
  expect(priceWords(null)).toBeUndefined();
  expect(priceWords(undefined)).toBeUndefined();
  expect(priceWords({ input: 0, output: 0 })).toBe('free');
  expect(priceWords({ input: 3_000_000, output: 15_000_000 })).toBe('$3.00 in, $15.00 out');
  const long = { aboveTokens: 272_000, inputPercent: 200, outputPercent: 150 };
  expect(priceWords({ input: 2_000_000, output: 10_000_000, long })).toBe('$2.00 in, $10.00 out, more above 272K');
});

test('sizes are said short', () => {
  expect([sizeWords(200_000), sizeWords(1_048_576), sizeWords(8_192)]).toEqual(['200K', '1M', '8.2K']);
});
