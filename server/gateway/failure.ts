import type { LlmError, LlmProtocol } from '../core/llm-message.ts';
import type { ModelTarget } from '../core/model-call.ts';
import { ProviderFault } from '../platform/provider-http.ts';
import type { ProviderAnswer } from '../platform/provider-http.ts';
import { UpstreamError } from './refusal.ts';
import { retryAfterMs, type AttemptEnd } from './retry.ts';
import { wireOf } from './wires.ts';

/** A provider's own error answer: a caller of the same protocol gets it as it came. */
export type RawFailure = {
  protocol: LlmProtocol;
  status: number;
  headers: ProviderAnswer['headers'];
  body: string;
};

/** Why a target gave no answer. */
export type Failure = { end: AttemptEnd; error: LlmError; raw?: RawFailure; cause?: unknown };

/** What a call failed with, after every target of the route was tried. */
export class ForwardError extends UpstreamError {
  override name = 'ForwardError';
  readonly raw: RawFailure | undefined;
  /** Undefined when there was no answer at all. */
  readonly status: number | undefined;

  constructor({ end, error, raw, cause }: Failure) {
    super(error, { cause });
    this.raw = raw;
    this.status = end.kind === 'answered' ? end.status : undefined;
  }
}

const mostErrorBytes = 256 * 1024;

/** The failure in an answer of 300 or more. Reads the body, up to a bound. */
export async function failureOfAnswer(target: ModelTarget, answer: ProviderAnswer): Promise<Failure> {
  const { status, headers } = answer;
  const after = retryAfterMs(headers);
  const end: AttemptEnd = { kind: 'answered', status, ...(after === undefined ? {} : { retryAfterMs: after }) };
  const body = await textOf(answer);
  if (status === 401 || status === 403) return { end, error: keyRefused(target, status) };
  const error = wireOf(target.protocol).decodeError(status, body);
  const isJson = (headers['content-type'] ?? '').includes('json');
  return {
    end,
    error: {
      ...error,
      ...(after === undefined ? {} : { retryAfterS: Math.ceil(after / 1_000) }),
    },
    ...(isJson ? { raw: { protocol: target.protocol, status, headers, body } } : {}),
  };
}

/** The caller's own key is fine: an error of authentication would send them looking for the fault on their side. */
function keyRefused({ providerName, upstreamModel }: ModelTarget, status: number): LlmError {
  return {
    kind: 'upstream',
    message: `${providerName} refused the key of this installation, or its right to ${upstreamModel} (status ${status}). An installation admin can correct it under Settings › Providers and models.`,
  };
}

async function textOf({ body }: ProviderAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk);
      sizeBytes += bytes.byteLength;
      if (sizeBytes > mostErrorBytes) break;
      chunks.push(bytes);
    }
  } catch {
    // The status says enough when its text breaks off.
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The failure behind what was thrown while asking; undefined for a fault of our own. */
export function failureOfFault(target: ModelTarget, error: unknown): Failure | undefined {
  if (!(error instanceof ProviderFault) || error.kind === 'aborted') return undefined;
  const message = `${target.providerName} did not answer: ${error.message}`;
  if (error.kind === 'address' || error.kind === 'redirect')
    return { end: { kind: 'lost' }, error: { kind: 'upstream', message }, cause: error };
  const isReached = error.kind !== 'connect';
  return {
    end: { kind: isReached ? 'lost' : 'unreachable' },
    error: { kind: error.kind === 'timeout' ? 'timeout' : 'upstream', message },
    cause: error,
  };
}

/** The target was not asked: it failed too often a moment ago. */
export function resting({ providerName, upstreamModel }: ModelTarget, waitMs: number): Failure {
  return {
    end: { kind: 'unreachable' },
    error: {
      kind: 'overloaded',
      message: `${upstreamModel} at ${providerName} failed several times in a row and is left alone for a moment. Try again then, or choose another model.`,
      retryAfterS: Math.max(1, Math.ceil(waitMs / 1_000)),
    },
  };
}
