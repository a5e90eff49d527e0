/** Numbers that states give to people, where the number itself proves that it is one. `isReal` gets the digits and letters alone. */
export type NationalId = { id: string; pattern: RegExp; isReal: (plain: string) => boolean };

const digitsOf = (text: string) => [...text].map(Number);
const weighed = (text: string, weights: readonly number[]) =>
  weights.reduce((sum, weight, at) => sum + weight * Number(text[at]), 0);

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const part = (text: string, start: number, end: number) => Number(text.slice(start, end));

/** ISO/IEC 7064, MOD 11,10. */
function passesMod1110(text: string): boolean {
  let product = 10;
  for (const digit of digitsOf(text.slice(0, -1))) {
    const sum = (digit + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(text.at(-1));
}

/** One digit stands two or three times among the first ten, the others at most once. */
function isGermanTaxId(text: string): boolean {
  const counts = [...Map.groupBy(text.slice(0, 10), (digit) => digit).values()].map(({ length }) => length);
  const repeated = counts.filter((count) => count > 1);
  return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && passesMod1110(text);
}

function isPesel(text: string): boolean {
  const month = part(text, 2, 4);
  const century = [1900, 2000, 2100, 2200, 1800][Math.floor(month / 20)] ?? 1900;
  const check = (10 - (weighed(text, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10;
  return check === Number(text[10]) && isDate(century + part(text, 0, 2), month % 20, part(text, 4, 6));
}

function isCpf(text: string): boolean {
  const check = (length: number) => {
    const weights = Array.from({ length }, (_unit, at) => length + 1 - at);
    return ((weighed(text, weights) * 10) % 11) % 10;
  };
  return new Set(text).size > 1 && check(9) === Number(text[9]) && check(10) === Number(text[10]);
}

/** Key of two digits over the other thirteen; Corsica's 2A and 2B count as 19 and 18 (INSEE). */
function isFrench(text: string): boolean {
  const plain = text.replace('2A', '19').replace('2B', '18');
  return 97n - (BigInt(plain.slice(0, 13)) % 97n) === BigInt(plain.slice(13));
}

function isSpanish(text: string): boolean {
  const number = text.replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(number.slice(0, 8)) % 23] === text.at(-1);
}

function isSwedish(text: string): boolean {
  const sum = digitsOf(text).reduce((total, digit, at) => {
    const value = digit * (at % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0 && isDate(1900 + part(text, 0, 2), part(text, 2, 4), part(text, 4, 6));
}

/** GB 11643: date of birth, and ISO/IEC 7064 MOD 11-2. */
function isChinese(text: string): boolean {
  const sum = weighed(text, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return '10X98765432'[sum % 11] === text.at(-1) && isDate(part(text, 6, 10), part(text, 10, 12), part(text, 12, 14));
}

const dihedral = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
];
const permuted = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
];

/** Verhoeff's check digit, from the right. */
function isIndian(text: string): boolean {
  const check = digitsOf(text)
    .toReversed()
    .reduce((sum, digit, at) => Number(dihedral[sum]?.[Number(permuted[at % 8]?.[digit])]), 0);
  return check === 0;
}

/** Those that begin with a digit. Every pattern is bounded and begins and ends with a word's edge. */
export const nationalIds: readonly NationalId[] = [
  { id: 'de-tax-id', pattern: /(?<![\w.-])[1-9]\d ?\d{3} ?\d{3} ?\d{3}(?![\w-]|\.\d)/y, isReal: isGermanTaxId },
  { id: 'pl-pesel', pattern: /(?<![\w.-])\d{11}(?![\w-]|\.\d)/y, isReal: isPesel },
  { id: 'br-cpf', pattern: /(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d\d(?![\w-]|\.\d)/y, isReal: isCpf },
  {
    id: 'fr-social-security-number',
    pattern: /(?<![\w.-])[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?![\w-]|\.\d)/y,
    isReal: isFrench,
  },
  { id: 'es-identity-number', pattern: /(?<![\w.-])\d{8}-?[A-HJ-NP-TV-Z](?![\w-]|\.\d)/y, isReal: isSpanish },
  { id: 'se-personal-number', pattern: /(?<![\w.-])\d{6}[-+]\d{4}(?![\w-]|\.\d)/y, isReal: isSwedish },
  { id: 'cn-identity-number', pattern: /(?<![\w.-])[1-9]\d{16}[\dX](?![\w-]|\.\d)/y, isReal: isChinese },
  { id: 'in-aadhaar', pattern: /(?<![\w.-])[2-9]\d{3} \d{4} \d{4}(?![\w-]|\.\d| \d{4})/y, isReal: isIndian },
];
