import type { BudgetScope } from '../../core/budget.ts';
import type { ModelCallOutcome, ModelTarget } from '../../core/model-call.ts';
import type { LlmUsage } from '../../core/llm-message.ts';
import { count, countBy } from '../../platform/metrics.ts';
import type { OpenedCall } from './opened-call.ts';

type Settled = { opened: OpenedCall; outcome: ModelCallOutcome; sent: { target?: ModelTarget } };

/** Tells /metrics that a budget refused a call. */
export function countRefused(scope: BudgetScope): void {
  count('ensemble_gateway_budget_blocked_total', 'Model calls that a budget refused, by the kind of budget', { scope });
}

/** Tells /metrics what a call used and cost. Labels are names that admins gave, never who called. */
export function countSettled({ opened, outcome, sent }: Settled, costMicroUsd: number | null): void {
  const target = sent.target ?? opened.call.targets[0];
  if (!target || !outcome.usage) return;
  const labels = { provider: target.providerName, model: target.upstreamModel };
  for (const [type, by] of tokensByType(outcome.usage)) {
    countBy('ensemble_gateway_tokens_total', 'Tokens of model calls by type', { labels: { ...labels, type }, by });
    if (costMicroUsd === null)
      countBy('ensemble_gateway_unpriced_tokens_total', 'Tokens of models without a price, by type', {
        labels: { ...labels, type },
        by,
      });
  }
  if (costMicroUsd !== null)
    countBy('ensemble_gateway_cost_micro_usd_total', 'What model calls cost, in micro-USD', {
      labels,
      by: costMicroUsd,
    });
}

/** Each token under one type, so that the types add up to all of them. */
function tokensByType({ input, output, cacheRead = 0, cacheWrite = 0 }: LlmUsage): [string, number][] {
  return [
    ['input', Math.max(0, input - cacheRead - cacheWrite)],
    ['output', output],
    ['cache_read', cacheRead],
    ['cache_write', cacheWrite],
  ];
}
