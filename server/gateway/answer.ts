import type { Readable } from 'node:stream';
import type { LlmError } from '../core/llm-message.ts';
import { decoderOf } from '../platform/content-encoding.ts';
import type { ProviderAnswer } from '../platform/provider-http.ts';
import type { Request } from './asked.ts';
import type { Forwarded } from './forward.ts';
import type { Meter } from './meter.ts';
import type { StreamFilter, Wire } from './wire/wire.ts';

/** An answer on its way from a target to the caller. */
export type Passage = {
  request: Request;
  forwarded: Forwarded;
  /** What is spoken with the target. */
  wire: Wire;
  /** Puts masked values back. Undefined: nothing was masked, so nothing need be looked for. */
  filter: StreamFilter | undefined;
  meter: Meter;
  /** Fires when the caller hung up, or when the call took too long in all. */
  signal: AbortSignal;
};

/** How it ended. `broken`: the provider did not finish, and the caller was told so. */
export type PassageEnd = { state: 'whole' } | { state: 'broken'; error: LlmError };

/** Whether the provider answers with a stream of events. */
export function isEventStream({ headers }: ProviderAnswer): boolean {
  return (headers['content-type'] ?? '').toLowerCase().startsWith('text/event-stream');
}

/** The bytes of an answer, unpacked when a provider packs them although it was asked not to. */
export function answerBytes({ headers, body }: ProviderAnswer): Readable {
  const encoding = (headers['content-encoding'] ?? 'identity').toLowerCase();
  const decoder = encoding === 'identity' ? undefined : decoderOf(encoding);
  if (!decoder) return body;
  body.once('error', (error) => decoder.destroy(error));
  return body.pipe(decoder);
}

/** What a provider that broke off is told of as. */
export function brokenOff({ target }: Forwarded, cause?: unknown): LlmError {
  const why = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
  return {
    kind: 'upstream',
    message: `${target.providerName} broke off in the middle of its answer${why}. Try again.`,
  };
}
