import type { RouterOutputs } from '@/components/router-outputs.ts';
import { moneyText, type BudgetScope } from '@/server/core/budget.ts';

export type BudgetItem = RouterOutputs['budgets']['list'][number];
export type Meter = BudgetItem['meters'][number];

const everyone: Record<BudgetScope, string> = {
  installation: 'The whole installation',
  team: 'The whole team',
  project: 'Each project',
  person: 'Each person',
  run: 'Each run',
};

/** Whom a budget is about. */
export function aboutWords({ scope, subjectName, isInstallations }: BudgetItem): string {
  if (subjectName !== null) return subjectName;
  if (isInstallations && scope === 'team') return 'Each team';
  return isInstallations && scope === 'person' ? 'Each person, in all teams' : everyone[scope];
}

/** What happens at the limit. */
export function consequenceWords({ isHard, refusesUnpriced, warnPercents }: BudgetItem): string {
  const percents = warnPercents.map((percent) => `${percent}\u00a0%`).join(' and ');
  return [
    isHard ? 'Calls over it are refused' : 'Calls over it go on',
    warnPercents.length > 0 ? `people are told at ${percents}` : 'nobody is told before',
    refusesUnpriced ? 'no models without a price' : '',
  ]
    .filter((words) => words !== '')
    .join(' · ');
}

export const limitWords = ({ limitMicroUsd, period }: BudgetItem) =>
  `${moneyText(limitMicroUsd)} ${period === 'month' ? 'a month' : 'in total'}`;

/** Spent and set aside as shares of the limit, which together fill the bar at most. */
export function sharesOf(meter: Meter, limitMicroUsd: number): { spent: number; reserved: number } {
  const share = (amount: number) => (limitMicroUsd === 0 ? (amount > 0 ? 100 : 0) : (100 * amount) / limitMicroUsd);
  const spent = Math.min(100, share(meter.spentMicroUsd));
  return { spent, reserved: Math.min(100 - spent, share(meter.reservedMicroUsd)) };
}

/** Reads an amount as people type it. @returns undefined for what is no amount */
export function readMoney(text: string): number | undefined {
  const trimmed = text.trim().replace(/^\$/, '').replaceAll(',', '');
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(trimmed)) return undefined;
  return Math.round(Number(trimmed) * 1_000_000);
}

/** An amount as people would type it. */
export const writeMoney = (microUsd: number) => String(microUsd / 1_000_000);
