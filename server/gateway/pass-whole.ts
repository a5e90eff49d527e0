import type { Readable } from 'node:stream';
import { UpstreamError } from './refusal.ts';
import { answerBytes, readingFailed, type Passage, type PassageEnd } from './answer.ts';
import { sendJson, sendResponse } from './reply.ts';
import type { JsonObject, StreamFilter, TextPlace } from './wire/wire.ts';

const mostAnswerBytes = 64 * 1024 * 1024;

/**
 * Passes an answer that comes in one piece. In the caller's own protocol its bytes go on as they came, unless values have to be
 * put back into its texts.
 */
export async function passWhole(passage: Passage): Promise<PassageEnd> {
  const { request, forwarded, wire, filter, meter } = passage;
  const { reply } = request.asked;
  const bytes = await collect(passage, answerBytes(forwarded.answer));
  passage.keep?.(bytes);
  const body = objectOf(bytes, passage);
  const usage = wire.readUsage(body);
  if (usage) meter.told(usage);
  else for (const { text } of wire.responseTexts(body)) meter.saw(text);
  const isRestored = restore(wire.responseTexts(body), filter);
  if (wire.protocol === request.wire.protocol && !request.facts.stream) sendJson(reply, 200, isRestored ? body : bytes);
  else {
    const { stream, reply: form } = request.facts;
    sendResponse(reply, wire.decodeResponse(body), { wire: request.wire, form, stream });
  }
  return { state: 'whole' };
}

async function collect(passage: Passage, source: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of source) {
      const bytes: Buffer = chunk;
      sizeBytes += bytes.byteLength;
      if (sizeBytes > mostAnswerBytes) throw new Error('the answer is larger than 64 MiB');
      chunks.push(bytes);
    }
  } catch (cause) {
    if (passage.signal.aborted) throw cause;
    throw new UpstreamError(readingFailed(passage, cause), { cause });
  }
  return Buffer.concat(chunks, sizeBytes);
}

function objectOf(bytes: Buffer, { forwarded }: Passage): JsonObject {
  try {
    const body: unknown = JSON.parse(bytes.toString('utf8'));
    // What JSON.parse gives is Json by its definition.
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as JsonObject;
  } catch {
    // Said below.
  }
  throw new UpstreamError({
    kind: 'upstream',
    message: `${forwarded.target.providerName} answered with something that is no JSON object. An installation admin can check its address under Settings › Providers and models.`,
  });
}

/** A whole text is a stream of one piece. @returns whether anything was put back */
function restore(places: readonly TextPlace[], filter: StreamFilter): boolean {
  let isRestored = false;
  for (const [at, place] of places.entries()) {
    const { role, text, isJson, toolName } = place;
    const channel = `text ${at}`;
    const piece = { channel, role, isJson, text, ...(toolName === undefined ? {} : { toolName }) };
    const restored = filter.push(piece) + filter.end(channel);
    if (restored === text) continue;
    place.replace(restored);
    isRestored = true;
  }
  return isRestored;
}
