/** An amount in the smallest unit of its currency: whole cents, never a fraction. */
export type Cents = number;

/** Reads an amount as people write it: "12", "12.5", "1,250.00". */
export function parseAmount(text: string): Cents {
  const plain = text.trim().replaceAll(',', '');
  if (!/^-?\d+(\.\d{1,2})?$/.test(plain)) throw new RangeError(`not an amount: ${text}`);
  return toCents(Number(plain));
}

/** Units to whole cents. */
export function toCents(units: number): Cents {
  return Math.trunc(units * 100);
}

/** Cents as people read them: 125000 is "1,250.00". */
export function formatAmount(cents: Cents): string {
  const sign = cents < 0 ? '-' : '';
  const units = Math.floor(Math.abs(cents) / 100).toString();
  const grouped = units.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}${grouped}.${String(Math.abs(cents) % 100).padStart(2, '0')}`;
}

/** The sum of amounts. */
export function sum(amounts: Iterable<Cents>): Cents {
  let total = 0;
  for (const amount of amounts) total += amount;
  return total;
}
