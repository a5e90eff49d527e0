import { AppError } from '../core/errors.ts';
import type { LlmError } from '../core/llm-message.ts';
import { answerBytes, brokenOff, readingFailed, type Passage, type PassageEnd } from './answer.ts';
import { metered } from './meter.ts';
import { beginStream, sendError, writeSlowly } from './reply.ts';
import { translate } from './translate.ts';
import { sseReader, writeSseEvents, type SseEvent } from '../platform/sse.ts';
import type { StreamListener } from './wire/wire.ts';

/** More than any model says, packed or not; what was said is kept until it is counted. */
const mostStreamBytes = 128 * 1024 * 1024;

/** What the provider said of the end of its stream. */
type Said = { isWhole: boolean; error: LlmError | undefined };

/**
 * Passes a stream of events, each as soon as it is there and only as fast as the caller takes them. A stream that does not come to
 * its end is ended with the error event of the caller's protocol.
 */
export async function passStream(passage: Passage): Promise<PassageEnd> {
  const { request, forwarded, signal } = passage;
  const { reply } = request.asked;
  const said: Said = { isWhole: false, error: undefined };
  const read = sseReader();
  const turn = turnerOf(passage, said);
  try {
    for await (const chunk of upTo(mostStreamBytes, answerBytes(forwarded.answer))) {
      passage.keep?.(chunk);
      const events: SseEvent[] = read(chunk).flatMap((event) => turn(event));
      if (events.length === 0) continue;
      // Until something is there to be told, a failure can still be told by its status.
      if (!reply.headersSent) beginStream(reply);
      await writeSlowly(reply, writeSseEvents(events), signal);
    }
  } catch (cause) {
    if (signal.aborted) throw cause;
    return broken(passage, readingFailed(passage, cause));
  }
  if (said.error) {
    // The caller was told by the event itself.
    reply.end();
    return { state: 'broken', error: said.error };
  }
  if (!said.isWhole) return broken(passage, brokenOff(forwarded));
  reply.end();
  return { state: 'whole' };
}

/** @throws AppError `too_large` for a stream without end */
async function* upTo(mostBytes: number, source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let sizeBytes = 0;
  for await (const chunk of source) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > mostBytes)
      throw new AppError('too_large', `The provider’s stream is larger than ${mostBytes / 1024 / 1024} MiB.`);
    yield chunk;
  }
}

function broken({ request }: Passage, error: LlmError): PassageEnd {
  sendError(request.asked.reply, request.wire, error);
  return { state: 'broken', error };
}

/** Turns each event of the target's protocol into those of the caller's. */
function turnerOf({ request, wire, filter, meter }: Passage, said: Said): (event: SseEvent) => SseEvent[] {
  const listener: StreamListener = {
    onUsage: (usage) => meter.told(usage),
    onEnd: () => void (said.isWhole = true),
    onError: (error) => void (said.error = error),
  };
  const isSame = wire.protocol === request.wire.protocol;
  const form = request.facts.reply;
  const seen = metered(meter, filter);
  return isSame ? wire.streamPass(seen, listener, form) : translate(request.wire, wire, form).stream(seen, listener);
}
