import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hasPlaceholderMark, markedPlaces, placeholderFor } from './placeholder.ts';
import { scanText } from './scan.ts';
import { reachOfTool } from './tool-reach.ts';

const seed = (text: string) => createHash('sha512').update(text).digest();
const letters = (length: number) => 'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaUiOb'.repeat(9).slice(0, length);

describe('[DL7] a placeholder has the form of its value', () => {
  const forms: [detector: string, value: string, form: RegExp][] = [
    ['aws-access-key', `AKIA${'Q7ZT2LWXKBNRVCMJ'}`, /^AKIAMASKED[A-Z2-7]{10}$/],
    ['github-token', `ghp_${letters(36)}`, /^ghp_masked[a-z2-7]{30}$/],
    ['stripe-key', `sk_live_${letters(24)}`, /^sk_live_masked[a-z2-7]{18}$/],
    ['private-key', `${letters(64)}\n${letters(64)}`, /^masked[a-z2-7]{34}$/],
    ['password', 'hunter22', /^masked[a-z2-7]{10}$/],
    ['password', '83927461', /^90909\d{10}$/],
    ['assigned-secret', '0f8e7d6c5b4a39281706f5e4d3c2b1a0', /^facade[0-9a-f]{26}$/],
    ['assigned-secret', '0f8e7d6c-5b4a-4928-9706-f5e4d3c2b1a0', /^facade[0-9a-f]{2}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/],
    ['email', 'ana.lopez@corp-mail.de', /^masked[a-z2-7]{10}@masked\.example$/],
    ['card-number', '4111 1111 1111 1111', /^9999 \d{4} \d{4} \d{4}$/],
    ['iban', 'DE89 3704 0044 0532 0130 00', /^DE00 \d{4} \d{4} \d{4} \d{4} \d\d$/],
    ['phone-number', '+49 30 901820', /^\+999 \d\d \d{6}$/],
    ['us-social-security-number', '219-09-9999', /^000-\d\d-\d{4}$/],
  ];
  test.each(forms)('%s', (detector, value, form) => {
    const placeholder = placeholderFor({ detector, value }, seed(value));
    expect(placeholder).toMatch(form);
    expect(JSON.stringify(placeholder)).toBe(`"${placeholder}"`);
    expect(placeholderFor({ detector, value }, seed(value))).toBe(placeholder);
    expect(placeholderFor({ detector, value }, seed('another scope'))).not.toBe(placeholder);
  });

  test('a card number passes the check of programs, and no detector takes it for a real one', () => {
    const card = placeholderFor({ detector: 'card-number', value: '4111111111111111' }, seed('card'));
    expect(scanText(`pay ${card}`)).toEqual([]);
    const sum = [...card].toReversed().reduce((total, unit, at) => {
      const digit = Number(unit) * (at % 2 === 0 ? 1 : 2);
      return total + (digit > 9 ? digit - 9 : digit);
    }, 0);
    expect(sum % 10).toBe(0);
  });

  test('where there is room a placeholder says that it is one, and other words with its mark do not', () => {
    for (const [detector, value] of forms.slice(0, 9))
      expect(hasPlaceholderMark(`x ${placeholderFor({ detector, value }, seed(value))} y`)).toBe(true);
    for (const text of ['maskedbandits2', 'the masked singer', 'facade0123456789abcdef', '909091234567890'])
      expect(hasPlaceholderMark(text)).toBe(false);
  });
});

test.each([
  ['Write', 'files'],
  ['str_replace_based_edit_tool', 'files'],
  ['apply_patch', 'files'],
  ['Bash', 'commands'],
  ['run_shell_command', 'commands'],
  ['WebFetch', 'network'],
  ['mcp__forge__create_issue', 'unknown'],
  ['constructor', 'unknown'],
  [undefined, 'unknown'],
] as const)('[DL10] %s reaches %s', (name, reach) => {
  expect(reachOfTool(name)).toBe(reach);
});

test('[DL18] placeholders are found in what is shown, each as a whole', () => {
  const masks = [`ghp_${letters(36)}`, 'hunter22', 'ana.lopez@corp-mail.de'].map((value, at) =>
    placeholderFor({ detector: ['github-token', 'password', 'email'][at] ?? '', value }, seed(value)),
  );
  const text = `TOKEN=${masks[0]} and "${masks[1]}", write to ${masks[2]}. The masked singer.`;
  expect(markedPlaces(text).map(({ placeholder }) => placeholder)).toEqual(masks);
});
