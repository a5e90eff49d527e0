import type { Cents } from './money.ts';

/** Tax in thousandths: 190 is 19 %. */
export type TaxRate = number;

export const standardRate: TaxRate = 190;
export const reducedRate: TaxRate = 70;

/** Tax on a net amount, rounded half away from zero. */
export function taxOn(net: Cents, rate: TaxRate): Cents {
  return Math.sign(net) * Math.round((Math.abs(net) * rate) / 1000);
}
