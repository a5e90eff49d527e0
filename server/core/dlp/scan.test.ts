import { describe, expect, test } from 'vitest';
import { maskText } from './mask.ts';
import { scanText } from './scan.ts';

/** Made here, of the right form and worth nothing; put together so that no scanner takes this file for a leak. */
const letters = (length: number) => 'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaUiOb'.repeat(9).slice(0, length);
const hex = (length: number) => '9f3c07ab52d8e146'.repeat(9).slice(0, length);

const found = (text: string) => scanText(text).map((one) => [one.detector, text.slice(one.start, one.end)]);

describe('[DL2] secrets by their form, wherever they stand', () => {
  const tokens: [string, string][] = [
    ['github-token', `ghp_${letters(36)}`],
    ['gitlab-token', `glpat-${letters(20)}`],
    ['slack-token', `xoxb-${'1234567890'}-${'2345678901'}-${letters(24)}`],
    ['anthropic-key', `sk-ant-api03-${letters(93)}AA`],
    ['stripe-key', `sk_live_${letters(24)}`],
    ['npm-token', `npm_${letters(36)}`],
    ['digitalocean-token', `dop_v1_${hex(64)}`],
    ['google-api-key', `AIza${letters(35)}`],
    ['jwt', `eyJ${letters(30)}.eyJ${letters(60)}.${letters(43)}`],
    ['telegram-token', `1234567890:A${letters(34)}`],
  ];
  test.each(tokens)('%s', (detector, token) => {
    for (const text of [token, `use ${token} here`, `["${token}"]`, `x=${token};`]) {
      const [first] = scanText(text);
      expect(first && text.slice(first.start, first.end), text).toContain(token.slice(-20));
    }
    expect(scanText(`(${token})`)[0]?.detector).toBe(detector);
  });

  test('a longer word of letters that contains such a form is not one', () => {
    expect(found(`wordghp_${letters(36)}`)).toEqual([]);
    expect(found(`ghp_${letters(12)}`)).toEqual([]);
  });
});

describe('[DL2] secrets by the name they are assigned to', () => {
  const value = letters(24);
  const notations = [
    `acmeToken = "${value}"`,
    `acme_token: '${value}'`,
    `ACME_TOKEN=${value}`,
    `acmeToken := \`${value}\``,
    `const acmeToken: string = "${value}";`,
    `var acmeToken string = "${value}"`,
    `{"acme_token": "${value}"}`,
    `"acmeToken" => "${value}"`,
    `System.setProperty("ACME_TOKEN", "${value}")`,
    `<acmeToken>\n    ${value}\n</acmeToken>`,
    `ACME_TOKEN ?= "${value}"`,
    `Authorization: Bearer ${value}`,
  ];
  test.each(notations)('%s', (text) => {
    expect(found(text)).toEqual([['assigned-secret', value]]);
  });

  test('passwords may be words that people choose, when they are quoted', () => {
    expect(found('password = "hunter22"')).toEqual([['password', 'hunter22']]);
    expect(found('db_pass: "correct-horse-9"')).toEqual([['password', 'correct-horse-9']]);
  });
});

test('[DL3] references, fillers, code and labels are no secrets', () => {
  const harmless = [
    'token = ${ACME_TOKEN}',
    'password: {{ vault.password }}',
    'const token = await readToken(file);',
    'api_key = os.environ["ACME_KEY"]',
    'password = var.db_password',
    'token: "<your-token>"',
    'SECRET_KEY=xxxxxxxxxxxxxxxx',
    '"password": "Password"',
    'tokenType: "Bearer"',
    'primaryKey: "customer_id_2024_key"',
    'password: string;',
    'max_tokens: 4096',
    'import { tokenize } from "./tokenizer.ts";',
    'https://example.com/path?page=2',
    'postgres://user:password@localhost:5432/app',
  ];
  for (const text of harmless) expect(found(text), text).toEqual([]);
});

test('[DL2] secrets by the document they stand in', () => {
  const pem = `-----BEGIN PRIVATE KEY-----\n${letters(64)}\n${letters(64)}\n-----END PRIVATE KEY-----`;
  expect(found(pem).map(([detector]) => detector)).toEqual(['private-key']);
  expect(found('postgres://app:s3cr3t-9xQ@db.internal.net/app')).toEqual([['url-password', 's3cr3t-9xQ']]);
  expect(found(`{"auths": {"registry.example.org": {"auth": "${letters(40)}"}}}`)).toEqual([
    ['registry-login', letters(40)],
  ]);
  expect(found('curl -u deploy:hV7-22kq https://ci.internal.net')).toEqual([['curl-user', 'hV7-22kq']]);
});

test('[DL4] personal data is found when its check digits are right, and nobody’s address is not', () => {
  expect(found('Pay 4111 1111 1111 1111 now')).toEqual([['card-number', '4111 1111 1111 1111']]);
  expect(found('Pay 4111 1111 1111 1112 now')).toEqual([]);
  expect(found('IBAN DE89 3704 0044 0532 0130 00.')).toEqual([['iban', 'DE89 3704 0044 0532 0130 00']]);
  expect(found('IBAN DE89 3704 0044 0532 0130 01.')).toEqual([]);
  expect(found('call +49 30 901820 today')).toEqual([['phone-number', '+49 30 901820']]);
  expect(found('write to ana.lopez@corp-mail.de')).toEqual([['email', 'ana.lopez@corp-mail.de']]);
  expect(found('write to ana@example.com')).toEqual([]);
});

test('[DL1][DL5] findings are in order and apart; masking gives one value one label and is done once', () => {
  const token = `ghp_${letters(36)}`;
  const text = `a ${token} b ${token} c bo@corp-mail.de d "password": "hunter22"`;
  const findings = scanText(text);
  for (const [at, one] of findings.entries()) expect(one.start).toBeGreaterThanOrEqual(findings[at - 1]?.end ?? 0);
  const masked = maskText(text, findings);
  expect(masked).toBe('a <github-token-1> b <github-token-1> c <email-1> d "password": "<password-1>"');
  expect(maskText(masked, scanText(masked))).toBe(masked);
});

test('[DL6] any units are scanned: random bytes, halves of pairs, deep repetition', () => {
  let state = 3;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0);
  for (let round = 0; round < 200; round++) {
    const text = Array.from({ length: 400 }, () => String.fromCharCode(next() >>> 16)).join('');
    expect(() => scanText(text)).not.toThrow();
  }
  for (const unit of [
    'token=',
    '":"',
    'a.b-',
    'eyJa.eyJ',
    '://u:p',
    '-----BEGIN ',
    'curl -u ',
    '1234 ',
    'kind: Secret\ndata:\n',
  ]) {
    expect(() => scanText(unit.repeat(20_000))).not.toThrow();
  }
});

test.each(['token=', 'password:', 'glagent-', 'EAAC1', 'fm2_', 'ops_eyJ', `data:\n  a: ${'A'.repeat(20_000)}\n`])(
  '[DL6] a text of nothing but %j is looked through once, not once from each of its places',
  (unit) => {
    // A look that reads on to the end from each place would take minutes here.
    expect(scanText(unit.repeat(Math.ceil(400_000 / unit.length))).length).toBeLessThan(100_000);
  },
);

test('[DL6] among names without a blank between them a value is found', () => {
  const value = 'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5f';
  for (const text of [`token=a&secret=b&key=c&apikey=${value}`, `a=1;${'key=x;'.repeat(6)}password=${value}`])
    expect(scanText(text).some(({ end }) => end === text.length)).toBe(true);
});

describe('[DL4] numbers of people, where the number proves itself', () => {
  // Made by the rules of each, of nobody.
  const ids: [string, string, string][] = [
    ['de-tax-id', '86 095 742 719', '86 095 742 718'],
    ['pl-pesel', '44051401359', '44051401358'],
    ['br-cpf', '111.444.777-35', '111.444.777-36'],
    ['fr-social-security-number', '2 55 08 14 168 025 38', '2 55 08 14 168 025 39'],
    ['es-identity-number', '12345678Z', '12345678A'],
    ['se-personal-number', '811228-9874', '811228-9873'],
    ['cn-identity-number', '11010519491231002X', '110105194912310021'],
    ['in-aadhaar', '2341 2341 2346', '2341 2341 2347'],
    ['us-social-security-number', '219-09-9999', '000-09-9999'],
  ];
  test.each(ids)('%s', (detector, real, wrong) => {
    expect(found(`number ${real}.`)).toEqual([[detector, real]]);
    expect(found(`number ${wrong}.`)).toEqual([]);
  });
});

test('[DL3] keys that vendors print in their guides are nobody’s', () => {
  expect(found(`aws_access_key_id = ${'AKIA'}IOSFODNN7EXAMPLE`)).toEqual([]);
});

test('[DL2] a literal that is compared with a password, a setting in XML, a registry by its address', () => {
  expect(found('if ("hV7-22kq" === password) {')).toEqual([['password', 'hV7-22kq']]);
  expect(found('<add key="DbPassword" value="hV7-22kq" />')).toEqual([['password', 'hV7-22kq']]);
  expect(found(`//registry.example.org/:_authToken=${letters(30)}`)).toEqual([['npm-token', letters(30)]]);
});
