import type { ModelTarget } from '../core/model-call.ts';
import { gauge } from '../platform/metrics.ts';
import { breakerTimes, createBreaker, type Breaker, type BreakerTimes } from './breaker.ts';
import { retryTimes, type RetryTimes } from './retry.ts';

export type GatewayTimes = {
  /** Of a whole call, however long its provider goes on. */
  totalMs: number;
  retry: RetryTimes;
  breaker: BreakerTimes;
};

const usualTimes: GatewayTimes = { totalMs: 60 * 60_000, retry: retryTimes, breaker: breakerTimes };

/** What calls share in a process. */
export type House = {
  times: GatewayTimes;
  /** The breaker of a model at a provider, whichever alias led to it. */
  breakerOf(target: ModelTarget): Breaker;
};

const stateNumber = { closed: 0, half_open: 1, open: 2 } as const;

export function createHouse(given: Partial<GatewayTimes> = {}): House {
  const times = { ...usualTimes, ...given };
  const breakers = new Map<string, { breaker: Breaker; labels: { provider: string; model: string } }>();
  gauge('ensemble_gateway_circuit_state', 'Targets: 0 in use, 1 being probed, 2 left alone after failures', () =>
    [...breakers.values()].map(({ breaker, labels }) => ({ labels, value: stateNumber[breaker.state()] })),
  );
  return {
    times,
    breakerOf({ providerId, providerName, upstreamModel }) {
      const key = `${providerId} ${upstreamModel}`;
      const known = breakers.get(key);
      if (known) return known.breaker;
      const breaker = createBreaker(times.breaker);
      breakers.set(key, { breaker, labels: { provider: providerName, model: upstreamModel } });
      return breaker;
    },
  };
}
