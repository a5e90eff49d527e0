import { formats } from './formats.ts';

/**
 * What stands for a masked value. It has the form of the value, so that programs and models treat it alike: a beginning
 * that is public stays, a key keeps its length, an address stays one, under a name that is nobody's. It is made of letters and
 * digits that no notation escapes and nobody mistakes for others, and says that it is a mask.
 */

/** No letter that looks like a digit or another letter. */
const symbols = 'abcdefghjkmnpqrstuvwxyz234567';
const hexDigits = '0123456789abcdef';
const [randomLength, checkLength] = [8, 2];
const shortestBody = randomLength + checkLength;
const longestBody = 34;

type Place = { detector: string; value: string };

/**
 * The placeholder of a value.
 * @param seed at least 64 bytes that depend on nothing but the scope, the value and how often a placeholder was taken
 */
export function placeholderFor({ detector, value }: Place, seed: Uint8Array): string {
  const special = forms.get(detector);
  if (special) return special(value, digitsOf(seed), seed);
  if (/^-?\d[\d.]*$/.test(value)) return numberPlaceholder(value, seed);
  const prefix = prefixOf(detector, value);
  const rest = value.slice(prefix.length);
  if (/^[0-9a-f]{16,64}$/.test(rest)) return prefix + hexPlaceholder(rest.length, seed);
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(rest))
    return prefix + hexPlaceholder(32, seed).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const wanted = rest.length < 100 && /\s/.test(rest) ? shortestBody : rest.length - mark.length;
  const length = Math.min(Math.max(wanted, shortestBody), longestBody);
  const body = mark + bodyOf(length, seed);
  return prefix + (/^(?=.*[A-Z])[A-Z0-9+=/-]+$/.test(rest) ? body.toUpperCase() : body);
}

const mark = 'masked';
const hexMark = 'facade';
const numberMark = '90909';

/** Whether a text contains what only placeholders have. Whose it is, only the vault of its scope knows. */
export function hasPlaceholderMark(text: string): boolean {
  return marks.some(({ pattern, passes }) => {
    for (const found of text.matchAll(pattern)) if (passes(found[1] ?? '')) return true;
    return false;
  });
}

const marks = [
  { pattern: /masked([a-z2-7]{10})/gi, passes: (body: string) => passesCheck(body.toLowerCase(), symbols) },
  {
    pattern: /facade([0-9a-f]{2}-?[0-9a-f]{4}-?[0-9a-f]{4})/g,
    passes: (body: string) => passesCheck(body.replaceAll('-', ''), hexDigits),
  },
  { pattern: /(?<!\d)90909(\d{10})\d*(?!\d)/g, passes: (body: string) => passesCheck(body, decimals) },
];

const decimals = '0123456789';

/** The two symbols that follow eight random ones. */
function checkOf(random: string, alphabet: string): string {
  let [plain, weighted] = [0, 0];
  for (const [at, symbol] of [...random].entries()) {
    const digit = alphabet.indexOf(symbol);
    plain += digit * (at + 1);
    weighted += digit * (at * at + 3);
  }
  return alphabet.charAt(plain % alphabet.length) + alphabet.charAt(weighted % alphabet.length);
}

const passesCheck = (body: string, alphabet: string) =>
  checkOf(body.slice(0, randomLength), alphabet) === body.slice(randomLength);

function drawn(alphabet: string, length: number, seed: Uint8Array): string {
  let text = '';
  for (let at = 0; at < length; at++) text += alphabet.charAt((seed[at % seed.length] ?? 0) % alphabet.length);
  return text;
}

/** Random symbols, of which the ninth and tenth check the first eight. */
function bodyOf(length: number, seed: Uint8Array, alphabet = symbols): string {
  const random = drawn(alphabet, length - checkLength, seed);
  const first = random.slice(0, randomLength);
  return first + checkOf(first, alphabet) + random.slice(randomLength);
}

const hexPlaceholder = (length: number, seed: Uint8Array) =>
  hexMark + bodyOf(Math.max(shortestBody, length - hexMark.length), seed, hexDigits);

/** Stays a number in JSON and elsewhere. */
const numberPlaceholder = (value: string, seed: Uint8Array) =>
  numberMark + bodyOf(Math.min(Math.max(value.length - numberMark.length, shortestBody), 30), seed, decimals);

/** The public beginning of a vendor's format. */
function prefixOf(detector: string, value: string): string {
  let longest = '';
  for (const format of formats) {
    if (format.id !== detector) continue;
    for (const anchor of format.anchors)
      if (anchor.length > longest.length && value.startsWith(anchor)) longest = anchor;
  }
  return longest;
}

type Digits = () => string;

function digitsOf(seed: Uint8Array): Digits {
  let at = 0;
  return () => String((seed[at++ % seed.length] ?? 0) % 10);
}

/** The value with other digits; separators and letters stay. */
const withDigits = (value: string, digits: Digits) => value.replaceAll(/\d/g, () => digits());

/** Personal data have too little room for a mark: their placeholders are of ranges that are never given out. */
const forms = new Map<string, (value: string, digits: Digits, seed: Uint8Array) => string>([
  ['email', (_value, _digits, seed) => `${mark}${bodyOf(shortestBody, seed)}@masked.example`],
  // No country has the code 999 (ITU-T E.164, reserved).
  ['phone-number', (value, digits) => `+999${withDigits(value.replace(/^\+?\d{1,3}/, '').padEnd(9, '0'), digits)}`],
  ['card-number', cardPlaceholder],
  // Check digits of an IBAN are never 00 (ISO 13616).
  ['iban', (value, digits) => `${value.slice(0, 2)}00${withDigits(value.slice(4), digits)}`],
  ['us-social-security-number', (_value, digits) => `000-${withDigits('11-1111', digits)}`],
]);

/** Issuers' numbers that begin with 9999 are not given out; the last digit is Luhn's, for programs that check it. */
function cardPlaceholder(value: string, digits: Digits): string {
  const length = value.replaceAll(/\D/g, '').length;
  let number = '9999';
  while (number.length < length - 1) number += digits();
  const sum = [...number].toReversed().reduce((total, digit, at) => total + luhnValue(Number(digit), at % 2 === 0), 0);
  number += String((10 - (sum % 10)) % 10);
  let at = 0;
  return value.replaceAll(/\d/g, () => number.charAt(at++));
}

function luhnValue(digit: number, isDoubled: boolean): number {
  if (!isDoubled) return digit;
  return digit > 4 ? digit * 2 - 9 : digit * 2;
}

const markedWord =
  /(?:[A-Za-z0-9_.-]{0,20}masked[a-z2-7]{10,34}(?:@masked\.example)?|(?<![\w-])facade[0-9a-f-]{10,34}|(?<!\d)90909\d{10,25})(?!\w)/gi;

/** Words of a text that say of themselves that they are placeholders. What they stand for is known in their scope only. */
export function markedPlaces(text: string): { start: number; end: number; placeholder: string }[] {
  return [...text.matchAll(markedWord)]
    .filter(([word]) => hasPlaceholderMark(word))
    .map(({ 0: placeholder, index }) => ({ start: index, end: index + placeholder.length, placeholder }));
}
