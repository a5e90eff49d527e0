import { setTimeout as wait } from 'node:timers/promises';
import { isAppError } from '../core/errors.ts';
import { Untranslatable } from '../core/llm-message.ts';
import type { ModelTarget } from '../core/model-call.ts';
import { callProvider, type ProviderAnswer, type ProviderRequest } from '../platform/provider-http.ts';
import type { Breaker, BreakerWord } from './breaker.ts';
import { failureOfAnswer, failureOfFault, ForwardError, resting, type Failure } from './failure.ts';
import { afterAttempt, isTargetsFailure, type RetryTimes } from './retry.ts';

/** What is sent to a target; made when it is that target's turn. */
export type Prepared = Omit<ProviderRequest, 'signal'>;

export type Way = {
  prepare(target: ModelTarget): Promise<Prepared>;
  breakerOf(target: ModelTarget): Breaker;
  /** Fires when the caller hung up, or when the call took too long in all. */
  signal: AbortSignal;
  retry: RetryTimes;
};

/** A target that answers. Whoever reads the answer tells at its end whether the target worked. */
export type Forwarded = {
  target: ModelTarget;
  answer: ProviderAnswer;
  tell(word: BreakerWord): void;
};

type Tried = { forwarded: Forwarded } | { failure: Failure; isFinal: boolean };

/**
 * Asks the targets of a route in their order until one answers (docs/spec/gateway.md, GW9 to GW12).
 * @throws ForwardError with the last target's words when none did
 */
export async function forward(targets: readonly ModelTarget[], way: Way): Promise<Forwarded> {
  let last: Failure | undefined;
  for (const target of targets) {
    way.signal.throwIfAborted();
    const enter = way.breakerOf(target).enter();
    if (!enter) {
      last ??= resting(target, way.breakerOf(target).waitMs());
      continue;
    }
    const tried = await tryTarget(target, way, enter);
    if ('forwarded' in tried) return tried.forwarded;
    last = tried.failure;
    if (tried.isFinal) break;
  }
  if (last) throw new ForwardError(last);
  throw new Error('a route without a target');
}

async function tryTarget(target: ModelTarget, way: Way, tell: Forwarded['tell']): Promise<Tried> {
  try {
    const prepared = await way.prepare(target);
    for (let attempt = 1; ; attempt++) {
      const outcome = await ask(target, prepared, way.signal);
      if (!('end' in outcome)) return { forwarded: { target, answer: outcome, tell } };
      const word = afterAttempt(outcome.end, attempt, { times: way.retry });
      if (word.do === 'again') {
        await wait(word.afterMs, undefined, { signal: way.signal });
        continue;
      }
      tell(isTargetsFailure(outcome.end) ? 'failed' : 'worked');
      return { failure: outcome, isFinal: word.do === 'pass' };
    }
  } catch (error) {
    // The caller hung up, or the fault is ours: the target is not to blame.
    tell('unknown');
    const failure = notAsked(error);
    if (!failure) throw error;
    return { failure, isFinal: false };
  }
}

async function ask(target: ModelTarget, prepared: Prepared, signal: AbortSignal): Promise<ProviderAnswer | Failure> {
  try {
    const answer = await callProvider({ ...prepared, signal });
    return answer.status < 300 ? answer : await failureOfAnswer(target, answer);
  } catch (error) {
    const failure = failureOfFault(target, error);
    if (!failure || signal.aborted) throw error;
    return failure;
  }
}

/** The target cannot be asked this, or not any more; another may. */
function notAsked(error: unknown): Failure | undefined {
  if (error instanceof Untranslatable)
    return {
      end: { kind: 'answered', status: 400 },
      error: { kind: 'invalid_request', message: error.message },
      cause: error,
    };
  if (isAppError(error) && error.code === 'unavailable')
    return { end: { kind: 'unreachable' }, error: { kind: 'overloaded', message: error.message }, cause: error };
  return undefined;
}
