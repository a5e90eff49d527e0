import type { RouterOutputs } from '@/components/router-outputs.ts';
import { moneyText } from '@/server/core/budget.ts';
import type { CallState, DenialCause } from '@/server/core/call-record.ts';
import type { ClientProtocol } from '@/server/core/llm-message.ts';
import type { FoundClass } from '@/server/core/model-call.ts';
import { protocolLabels } from '@/server/core/provider.ts';
import type { UsagePart, UsageSum } from '@/server/core/usage.ts';

export type Report = RouterOutputs['usage']['report'];
export type Call = RouterOutputs['usage']['calls']['items'][number];
export type CallDetail = RouterOutputs['usage']['detail'];

export const partLabels: Record<UsagePart, string> = {
  day: 'Day',
  person: 'Person',
  project: 'Project',
  model: 'Model',
  provider: 'Provider',
  run: 'Run',
};

export const stateWords: Record<CallState, { label: string; color: string }> = {
  started: { label: 'Under way', color: 'violet' },
  succeeded: { label: 'Succeeded', color: 'green' },
  failed: { label: 'Failed', color: 'red' },
  cancelled: { label: 'Cancelled', color: 'gray' },
  denied: { label: 'Denied', color: 'red' },
  interrupted: { label: 'Interrupted', color: 'yellow' },
};

export const causeWords: Record<DenialCause, string> = {
  policy: 'a policy',
  content: 'data protection',
  budget: 'a budget',
};

/** What a caller speaks. */
export const clientProtocolLabels: Record<ClientProtocol, string> = { ...protocolLabels, gemini: 'Gemini API' };

export const countText = (count: number) => count.toLocaleString('en-US');

/** A cost as far as it is known: what has no price is never shown as nothing. */
export function costText({ costMicroUsd, unpricedCalls }: Pick<UsageSum, 'costMicroUsd' | 'unpricedCalls'>): string {
  if (unpricedCalls === 0) return moneyText(costMicroUsd);
  return costMicroUsd === 0 ? 'Unpriced' : `${moneyText(costMicroUsd)} + unpriced`;
}

/** The cost of one call. */
export function callCostText({ costMicroUsd, isPriced, isEstimate, state }: Call): string {
  if (state === 'started') return '–';
  if (!isPriced) return 'Unpriced';
  const about = isEstimate ? '≈ ' : '';
  return costMicroUsd === null ? '–' : `${about}${moneyText(costMicroUsd)}`;
}

/** The months up to this one, latest first. */
export function recentMonths(now: Date, count = 13): { value: string; label: string }[] {
  const format = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });
  return Array.from({ length: count }, (_none, back) => {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
    return { value: month.toISOString().slice(0, 7), label: format.format(month) };
  });
}

/** Every day of a month, as keys of the report's days. */
export function daysOf(month: string): string[] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: last }, (_none, index) => `${month}-${String(index + 1).padStart(2, '0')}`);
}

/** Where a kind of data was found in a call, for a hint beside its name. */
export function foundPlaceWords({ detector, count, places = [] }: FoundClass): string {
  const named = places.map(
    ({ role, text, start }) => `${role.replaceAll('_', ' ')} (text ${text + 1}, from ${start + 1})`,
  );
  if (named.length === 0) return detector;
  const rest = count - named.length;
  return `${detector}, in ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
