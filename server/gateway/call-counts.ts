import type { FoundClass } from '../core/model-call.ts';
import { count, countBy, gauge, observe } from '../platform/metrics.ts';
import { singleton } from '../platform/singleton.ts';
import type { Asked } from './asked.ts';

/** What /metrics tells of the gateway's work. Labels come from closed lists; who called is never one. */
export type CallEnd =
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'denied_policy'
  | 'denied_content'
  | 'denied_budget'
  | 'refused';

type Flight = { calls: number };
const flight = () => singleton<Flight>('gateway-in-flight', () => ({ calls: 0 }));

/** Counts a call that begins. @returns to be told of its end, once */
export function countCall({ protocol, startedAtMs }: Pick<Asked, 'protocol' | 'startedAtMs'>): (end: CallEnd) => void {
  flight().calls++;
  return (end) => {
    flight().calls--;
    const labels = { wire: protocol, outcome: end };
    count('ensemble_gateway_requests_total', 'Model calls at the door, by protocol and end', labels);
    observe('ensemble_gateway_request_seconds', 'From the door to the end of the answer', {
      labels: { wire: protocol },
      value: (performance.now() - startedAtMs) / 1_000,
    });
  };
}

/** Makes the number of calls under way readable. */
export function tellFlight(): void {
  gauge('ensemble_gateway_in_flight', 'Model calls under way', () => flight().calls);
}

export function countFindings(findings: readonly FoundClass[]): void {
  for (const found of findings)
    countBy('ensemble_dlp_findings_total', 'What was found in requests, by kind and what was done', {
      labels: { kind: found.class, action: found.action },
      by: found.count,
    });
}

export function countDecision(effect: 'allow' | 'deny'): void {
  count('ensemble_policy_decisions_total', 'What policies said of model calls', { effect });
}
