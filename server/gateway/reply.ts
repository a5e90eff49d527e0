import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { LlmError, LlmResponse } from '../core/llm-message.ts';
import { eventsOf } from './answer-events.ts';
import { writeSseEvents, type SseEvent } from '../platform/sse.ts';
import type { ClientWire, JsonObject, ReplyForm } from './wire/wire.ts';

/** Writing to the caller, in bytes and in the caller's protocol. */

const noStore = { 'cache-control': 'no-store' };

export function sendJson(reply: ServerResponse, status: number, body: JsonObject | string | Buffer): void {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  reply.writeHead(status, {
    ...noStore,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(bytes),
  });
  reply.end(bytes);
}

/** Answers with an error as the protocol's official clients expect it; in mid-stream with the protocol's own last event. */
export function sendError(reply: ServerResponse, wire: ClientWire, error: LlmError & { status?: number }): void {
  if (reply.writableEnded || reply.destroyed) return;
  if (reply.headersSent) {
    reply.end(writeSseEvents(wire.streamError(error)));
    return;
  }
  const { status, headers, body } = wire.encodeError(error);
  for (const [name, value] of Object.entries(headers)) reply.setHeader(name, value);
  if (status === 401) reply.setHeader('www-authenticate', 'Bearer realm="Ensemble"');
  sendJson(reply, error.status ?? status, body);
}

/** Begins a stream of events; nothing between here and the client may hold it back. The head goes with the first of them. */
export function beginStream(reply: ServerResponse): void {
  reply.writeHead(200, {
    'cache-control': 'no-store, no-transform',
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
}

/** Answers with a whole response of our own, as a stream when a stream was asked for. */
export function sendResponse(
  reply: ServerResponse,
  response: LlmResponse,
  { wire, form, stream }: { wire: ClientWire; form: ReplyForm; stream: boolean },
): void {
  if (!stream) return sendJson(reply, 200, wire.encodeResponse(response, form));
  beginStream(reply);
  const encode = wire.streamEncoder(form);
  const events: SseEvent[] = eventsOf(response).flatMap((event) => encode(event));
  reply.end(writeSseEvents(events));
}

/** Writes, and waits while the client takes nothing more. */
export async function writeSlowly(
  reply: ServerResponse,
  bytes: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (bytes.length === 0) return;
  if (!reply.write(bytes)) await once(reply, 'drain', { signal });
}
