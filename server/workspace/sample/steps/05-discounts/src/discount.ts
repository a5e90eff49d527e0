import type { Cents } from './money.ts';

/** A discount in whole percent of an amount, never more than the amount itself. */
export function discountOn(amount: Cents, percent: number): Cents {
  if (percent < 0 || percent > 100) throw new RangeError(`not a percentage: ${percent}`);
  return Math.round((amount * percent) / 100);
}
