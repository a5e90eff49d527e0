import { expect, test } from 'vitest';
import { lineAt, placeOf, wordsOf, type AnchorWords } from './comment-anchor.ts';
import { anchorSchema } from './stored-anchor.ts';

const text = 'one\ntwo\nthree();\nfour\n';

function on(words: string, within = text): AnchorWords {
  const start = within.indexOf(words);
  return wordsOf(within, { start, end: start + words.length });
}

test('[CM1] words are taken with what stands around them and with their lines', () => {
  expect(on('two\nthree')).toEqual({
    quote: 'two\nthree',
    before: 'one\n',
    after: '();\nfour\n',
    length: 9,
    startLine: 2,
    endLine: 3,
  });
  expect(on('two\n')).toMatchObject({ startLine: 2, endLine: 2 });
  expect(lineAt(text, 0)).toBe(1);
  expect(lineAt(text, text.length)).toBe(5);
});

test('[CM1] long words are cut, never through a character', () => {
  const long = `${'x'.repeat(1_999)}😀${'y'.repeat(3_000)}`;
  const words = wordsOf(`😀${'a'.repeat(79)}${long}${'b'.repeat(79)}😀`, { start: 81, end: 81 + long.length });
  expect(words).toMatchObject({ quote: 'x'.repeat(1_999), before: 'a'.repeat(79), after: 'b'.repeat(79) });
  expect(words.length).toBe(long.length);
  expect(anchorSchema.safeParse({ position: null, ...words }).success).toBe(true);
});

test('[CM3] words that stand there once are found for sure when they are long enough to be no accident', () => {
  const words = on('parseMoney(text)', 'a parseMoney(text) b');
  const found = placeOf('c parseMoney(text) d', words, undefined);
  expect(found).toEqual({ state: 'found', isSure: true, start: 2, end: 18 });
  expect(placeOf('c d', words, undefined)).toEqual({ state: 'gone', at: undefined });
});

test('[CM3] short words need all that stood around them', () => {
  const words = on('two');
  expect(placeOf('five\ntwo\nsix\n', words, undefined)).toMatchObject({ state: 'gone' });
  expect(placeOf(text, words, undefined)).toMatchObject({ state: 'found', isSure: true, start: 4 });
  expect(placeOf('one\ntwo\nthree();\nfive\n', words, undefined)).toEqual({
    state: 'found',
    isSure: false,
    start: 4,
    end: 7,
  });
});

test('[CM3] of several places the one with most around it is taken, and of equal ones the nearest, as unsure', () => {
  const line = 'const total = 1;\n';
  const words = on(line, `first();\n${line}last();\n`);
  expect(placeOf(`${line}x\nfirst();\n${line}last();\n`, words, undefined)).toMatchObject({
    isSure: true,
    start: line.length + 11,
  });
  expect(placeOf(`${line}x\n${line}`, { ...words, startLine: 3 }, undefined)).toMatchObject({
    isSure: false,
    start: line.length + 2,
  });
});

test('[CM3] of a quote that was cut the place is sure only with what stood around it', () => {
  const long = 'abcdefghi '.repeat(300);
  const words = on(long, `<${long}>`);
  expect(words.quote.length).toBeLessThan(words.length);
  expect(placeOf(`--<${long}>`, { ...words, after: '>' }, undefined)).toMatchObject({ isSure: true, start: 3 });
  expect(placeOf(`--${long}!`, words, undefined)).toMatchObject({ isSure: false });
});

test('a range of spaces stands for spaces, but spaces are nothing of words', () => {
  const blank = on('  ', 'a  b');
  expect(placeOf('a  b', blank, { start: 1, end: 3 })).toMatchObject({ state: 'here', isChanged: false });
  const words = on('xyz', 'a xyz b');
  expect(placeOf('a   b', words, { start: 1, end: 3 })).toEqual({ state: 'gone', at: 1 });
});

test('[CM10] an anchor that contradicts itself or is too large is refused', () => {
  const anchor = { position: null, ...on('two') };
  expect(anchorSchema.safeParse(anchor).success).toBe(true);
  for (const wrong of [
    { endLine: 1 },
    { length: 2 },
    { quote: '' },
    { before: 'x'.repeat(81) },
    { position: { start: { item: { client: 1, clock: 1 }, assoc: 0 } } },
  ])
    expect(anchorSchema.safeParse({ ...anchor, ...wrong }).success).toBe(false);
});
