import type { Finding, Severity } from './finding.ts';

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

const kinds: readonly Kind[] = [
  {
    id: 'email',
    pattern: /(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@])/g,
    severity: 'low',
    isReal: (text) => !reserved.test(text),
  },
  {
    id: 'card-number',
    pattern:
      /(?<![\w.-])(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|3[47]\d{2}|6(?:011|5\d{2}))(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\w.-])/g,
    severity: 'high',
    isReal: passesLuhn,
  },
  {
    id: 'iban',
    pattern: /(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)/g,
    severity: 'high',
    isReal: passesIban,
  },
  {
    id: 'phone-number',
    pattern: /(?<![\w.+-])\+[1-9]\d{0,2}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,4}){2,4}(?![\w.-])/g,
    severity: 'low',
    isReal: (text) => text.replaceAll(/\D/g, '').length >= 9 && text.replaceAll(/\D/g, '').length <= 15,
  },
  {
    id: 'us-social-security-number',
    pattern: /(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g,
    severity: 'high',
  },
];

/** Data about people: addresses, numbers of cards, accounts and telephones, national identity numbers. */
export function* findPersonalData(text: string): Generator<Finding> {
  for (const { id, pattern, severity, isReal } of kinds) {
    pattern.lastIndex = 0;
    for (let hit = pattern.exec(text); hit; hit = pattern.exec(text)) {
      if (isReal?.(hit[0]) === false) continue;
      yield { detector: id, class: 'personal', severity, start: hit.index, end: hit.index + hit[0].length };
    }
  }
}
