import type { LlmError } from '../core/llm-message.ts';
import type { ModelCallOutcome, ModelTarget } from '../core/model-call.ts';
import type { OpenedCall } from '../governance/calls/opened-call.ts';
import { isEventStream, type Passage, type PassageEnd } from './answer.ts';
import type { Request } from './asked.ts';
import { cannotCount, sendCount } from './count-tokens.ts';
import { ForwardError } from './failure.ts';
import { forward, type Forwarded } from './forward.ts';
import type { House } from './house.ts';
import { createMeter, type Meter } from './meter.ts';
import { passStream } from './pass-stream.ts';
import { passWhole } from './pass-whole.ts';
import { prepare, type Early } from './prepare.ts';
import { errorOf, UpstreamError } from './refusal.ts';
import { sendError, sendJson } from './reply.ts';
import { protocolFor } from './route-request.ts';
import { headersBack } from './upstream-headers.ts';
import type { StreamFilter } from './wire/wire.ts';
import { wireOf } from './wires.ts';

/** What became of a call that was sent on its way; the caller has been told. */
export type Carried = {
  outcome: ModelCallOutcome;
  /** The one that answered, or was asked last. */
  target?: ModelTarget;
  /** From when it was sent to the provider's first word. */
  firstByteMs?: number;
  /** Request and answer as the provider saw them, where the team keeps them. */
  content?: { request: string; answer: string };
};

export type Load = {
  opened: OpenedCall;
  /** Puts masked values back into the answer. */
  filter: StreamFilter;
  /** What the first target is sent, when it was made already. */
  early?: Early | undefined;
};

/** Sends a call to the first target that answers and passes the answer on. Never rejects: the outcome says what happened. */
export async function carry(request: Request, load: Load, house: House): Promise<Carried> {
  const { asked } = request;
  const startedAt = performance.now();
  const clock = startClock(asked.signal, house.times.totalMs);
  const meter = createMeter(load.opened.call.bound.inputTokens);
  const carried: Omit<Carried, 'outcome'> = {};
  const kept: Buffer[] = [];
  const keeps = load.opened.recording.level === 'full';
  let forwarded: Forwarded | undefined;
  try {
    forwarded = await forward(load.opened.call.targets, {
      async prepare(target) {
        carried.target = target;
        const prepared = await (load.early?.target === target ? load.early.prepared : prepare(request, target));
        if (keeps) carried.content = { request: String(prepared.body), answer: '' };
        return prepared;
      },
      breakerOf: (target) => house.breakerOf(target),
      signal: clock.signal,
      retry: house.times.retry,
    });
    carried.firstByteMs = Math.round(performance.now() - startedAt);
    const keep = keeps ? (bytes: Buffer) => void kept.push(bytes) : undefined;
    const end = await pass({ request, forwarded, filter: load.filter, meter, keep, signal: clock.signal });
    forwarded.tell(end.state === 'whole' ? 'worked' : 'failed');
    return { ...carried, outcome: outcomeOf(end, meter) };
  } catch (error) {
    const isHungUp = asked.signal.aborted;
    forwarded?.tell(isHungUp || !(error instanceof UpstreamError) ? 'unknown' : 'failed');
    forwarded?.answer.body.destroy();
    if (isHungUp) return { ...carried, outcome: cancelled(carried, meter) };
    if (cannotCount(request, error)) {
      sendCount(request, load.opened.call);
      return { ...carried, outcome: { state: 'succeeded', usage: { input: 0, output: 0 }, isEstimate: false } };
    }
    return { ...carried, outcome: failed(request, clock.isOver() ? tookTooLong(house.times.totalMs) : error, meter) };
  } finally {
    clock.stop();
    if (carried.content) carried.content.answer = Buffer.concat(kept).toString('utf8');
  }
}

function pass(given: Omit<Passage, 'wire'>): Promise<PassageEnd> {
  const { request, forwarded } = given;
  const { reply } = request.asked;
  for (const [name, value] of Object.entries(headersBack(forwarded.answer.headers))) reply.setHeader(name, value);
  const passage = { ...given, wire: wireOf(protocolFor(forwarded.target, request.wire.protocol)) };
  return request.facts.stream && isEventStream(forwarded.answer) ? passStream(passage) : passWhole(passage);
}

/** What was sent is counted, since a provider counts it; before that nothing was used. */
function cancelled({ target }: Omit<Carried, 'outcome'>, meter: Meter): ModelCallOutcome {
  if (target) return { state: 'cancelled', ...meter.usage(false) };
  return { state: 'cancelled', usage: { input: 0, output: 0 }, isEstimate: false };
}

function outcomeOf(end: PassageEnd, meter: Meter): ModelCallOutcome {
  if (end.state === 'whole') return { state: 'succeeded', ...meter.usage(true) };
  return { state: 'failed', error: end.error, ...meter.usage(false) };
}

/** Tells the caller what went wrong: a provider of the same protocol in its own words. */
function failed({ asked, wire }: Request, thrown: unknown, meter: Meter): ModelCallOutcome {
  const error = isTold(thrown) ? thrown : errorOf(thrown, asked.requestId);
  const { reply } = asked;
  const raw = thrown instanceof ForwardError ? thrown.raw : undefined;
  if (raw?.protocol === wire.protocol && !reply.headersSent) {
    for (const [name, value] of Object.entries(headersBack(raw.headers))) reply.setHeader(name, value);
    sendJson(reply, raw.status, raw.body);
  } else sendError(reply, wire, error);
  const isAnswered = meter.hasSeen();
  return { state: 'failed', error, ...(isAnswered ? meter.usage(false) : { isEstimate: false }) };
}

const isTold = (value: unknown): value is LlmError =>
  typeof value === 'object' && value !== null && !(value instanceof Error) && 'kind' in value;

const tookTooLong = (totalMs: number): LlmError => ({
  kind: 'timeout',
  message: `The answer took longer than ${Math.round(totalMs / 60_000)} minutes and was ended.`,
});

/** Fires when the caller hangs up, and when the time for the whole call is over. */
function startClock(hungUp: AbortSignal, totalMs: number) {
  const ending = new AbortController();
  let isOver = false;
  const end = () => ending.abort();
  if (hungUp.aborted) end();
  else hungUp.addEventListener('abort', end, { once: true });
  const timer = setTimeout(() => {
    isOver = true;
    end();
  }, totalMs);
  return {
    signal: ending.signal,
    isOver: () => isOver,
    stop() {
      clearTimeout(timer);
      hungUp.removeEventListener('abort', end);
    },
  };
}
