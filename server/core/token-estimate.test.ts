import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimateTokens } from './token-estimate.ts';

describe('an estimate of tokens', () => {
  const table: readonly [text: string, tokens: number][] = [
    ['', 0],
    ['word', 1],
    ['The quick brown fox jumps over the lazy dog.', 10],
    ['internationalization', 4],
    ['12345', 2],
    ['{"a": [1, 2]}', 11],
    ['============', 3],
    ['日本語', 3],
    ['a\n        b', 4],
    ['Größe', 1],
  ];

  it.each(table)('[GW30] %j', (text, tokens) => {
    expect(estimateTokens(text)).toBe(tokens);
  });

  it('[GW30] of a long text is near to what all of it would count', () => {
    const line = 'const total = items.reduce((sum, { price }) => sum + price * 1.19, 0); // with tax, 消費税\n';
    const short = line.repeat(300);
    const [counted, sampled] = [estimateTokens(short) * 20, estimateTokens(short.repeat(20))];
    expect(sampled / counted).toBeGreaterThan(0.97);
    expect(sampled / counted).toBeLessThan(1.03);
  });

  it('[GW30] has a token for each text that is not empty or one space, and never more than characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 2 }), (text) => {
        expect(estimateTokens(text)).toBeGreaterThan(0);
        expect(estimateTokens(text)).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
