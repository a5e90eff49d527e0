import type { Readable } from 'node:stream';
import type { LlmError } from '../core/llm-message.ts';
import { decoderOf } from '../platform/content-encoding.ts';
import { ProviderFault, type ProviderAnswer } from '../platform/provider-http.ts';
import type { Request } from './asked.ts';
import type { Forwarded } from './forward.ts';
import type { Meter } from './meter.ts';
import { errorOf } from './refusal.ts';
import type { StreamFilter, Wire } from './wire/wire.ts';

/** An answer on its way from a target to the caller. */
export type Passage = {
  request: Request;
  forwarded: Forwarded;
  /** What is spoken with the target. */
  wire: Wire;
  /** Puts masked values back. */
  filter: StreamFilter;
  meter: Meter;
  /** Takes what the provider said for the record, where it is kept. */
  keep: ((bytes: Buffer) => void) | undefined;
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
  // Nobody reads on when what it unpacks to is refused.
  decoder.once('close', () => body.destroy());
  return body.pipe(decoder);
}

/** What went wrong while an answer was read: the provider's connection, or something of our own that is not shown. */
export function readingFailed({ forwarded, request }: Passage, cause: unknown): LlmError {
  const isConnection = cause instanceof ProviderFault || (cause instanceof Error && 'code' in cause);
  return isConnection ? brokenOff(forwarded, cause) : errorOf(cause, request.asked.requestId);
}

/** What a provider that broke off is told of as. */
export function brokenOff({ target }: Forwarded, cause?: unknown): LlmError {
  const why = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
  return {
    kind: 'upstream',
    message: `${target.providerName} broke off in the middle of its answer${why}. Try again.`,
  };
}
