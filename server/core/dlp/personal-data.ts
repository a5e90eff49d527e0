import type { Finding, Severity } from './finding.ts';
import { nationalIds } from './national-ids.ts';

type Kind = { id: string; pattern: RegExp; severity: Severity; isReal?: (text: string) => boolean };

/** Luhn's check digit (ISO/IEC 7812-1, annex B). */
function passesLuhn(text: string): boolean {
  const digits = [...text.replaceAll(/\D/g, '')].map(Number).toReversed();
  const sum = digits.reduce(
    (total, digit, at) => total + (at % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2),
    0,
  );
  return sum % 10 === 0 && new Set(digits).size > 1;
}

/** The check digits of an IBAN (ISO 13616, modulo 97). */
function passesIban(text: string): boolean {
  const iban = text.replaceAll(' ', '').toUpperCase();
  const moved = iban.slice(4) + iban.slice(0, 4);
  let rest = 0;
  for (const unit of moved) rest = Number(`${rest}${Number.parseInt(unit, 36)}`) % 97;
  return rest === 1;
}

const reserved =
  /@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|example|test|invalid|localhost|local)$|^(?:git|noreply|no-reply)@/i;

const digit = (unit: string | undefined) => unit !== undefined && unit >= '0' && unit <= '9';
const capital = (unit: string | undefined) => unit !== undefined && unit >= 'A' && unit <= 'Z';

const email: Kind = {
  id: 'email',
  pattern: /(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@])/y,
  severity: 'low',
  isReal: (text) => !reserved.test(text),
};
const iban: Kind = {
  id: 'iban',
  pattern: /(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)/y,
  severity: 'high',
  isReal: passesIban,
};
const numbers: readonly Kind[] = [
  ...nationalIds.map(({ id, pattern, isReal }): Kind => ({
    id,
    pattern,
    severity: 'high',
    isReal: (text) => isReal(text.replaceAll(/[^A-Z0-9]/g, '')),
  })),
  {
    id: 'card-number',
    pattern:
      /(?<![\w.-])(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|3[47]\d{2}|6(?:011|5\d{2}))(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\w-]|\.\d)/y,
    severity: 'high',
    isReal: passesLuhn,
  },
  {
    id: 'us-social-security-number',
    pattern: /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/y,
    severity: 'high',
  },
];
const phone: Kind = {
  id: 'phone-number',
  pattern: /(?<![\w.+-])\+(?!999)[1-9]\d{0,2}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w.-])/y,
  severity: 'low',
  isReal: (text) => text.replaceAll(/\D/g, '').length >= 9 && text.replaceAll(/\D/g, '').length <= 15,
};

/** A telephone number that begins at a plus sign. */
export const phoneAt = (text: string, at: number) => (digit(text[at + 1]) ? tryKind(phone, text, at) : undefined);

/** An address around an at sign. */
export function emailAt(text: string, at: number): Finding | undefined {
  let start = at;
  while (start > 0 && at - start < longestLocalPart && isLocalUnit(text.charCodeAt(start - 1))) start--;
  while (start < at && !/[A-Za-z0-9]/.test(text.charAt(start))) start++;
  return start < at ? tryKind(email, text, start) : undefined;
}

const longestLocalPart = 64;
const isLocalUnit = (unit: number) =>
  (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || localSigns.has(unit);
const localSigns = new Set([...'_.+-'].map((sign) => sign.charCodeAt(0)));

/** A number of a person or a card that begins with this digit. */
export function numberAt(text: string, at: number): Finding | undefined {
  const next = [text[at + 1], text[at + 2], text[at + 3]].filter(digit).length;
  return next >= 2 ? tryKinds(numbers, text, at) : undefined;
}

/** An account's number, of which this is the first check digit. */
export const ibanBefore = (text: string, at: number) =>
  digit(text[at + 1]) && capital(text[at - 1]) && capital(text[at - 2]) ? tryKind(iban, text, at - 2) : undefined;

function tryKinds(kinds: readonly Kind[], text: string, at: number): Finding | undefined {
  for (const kind of kinds) {
    const found = tryKind(kind, text, at);
    if (found) return found;
  }
  return undefined;
}

function tryKind({ id, pattern, severity, isReal }: Kind, text: string, at: number): Finding | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text)?.[0];
  if (found === undefined || isReal?.(found) === false) return undefined;
  return { detector: id, class: 'personal', severity, start: at, end: at + found.length };
}
