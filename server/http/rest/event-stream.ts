import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { isAppError } from '../../core/errors.ts';
import { sessionEventBody, type SessionEvent } from '../../core/session-event.ts';
import { log } from '../../platform/log.ts';
import { parseCursor } from '../../runs/watch.ts';
import { actorRef, instant } from './fields.ts';

/** The log of a session or run on the wire: as pages, or as server-sent events whose ids are cursors. */

export const event = z.object({
  seq: z.number().int().describe('Place in the session’s log; the cursor to go on from'),
  at: instant,
  type: z.string().describe('What happened; the same as in `body`'),
  actor: actorRef,
  body: sessionEventBody,
});

export const eventsQuery = z.object({
  after: z.coerce.number().int().min(0).optional().describe('Only entries after this `seq`'),
  cursor: z.string().max(20).optional().describe('The nextCursor of the page before; the same as `after`'),
  limit: z.coerce.number().int().min(1).max(1000).default(500).describe('How many at most; a stream has no limit'),
  stream: z
    .enum(['0', '1'])
    .optional()
    .describe('`1` asks for server-sent events, as `Accept: text/event-stream` does'),
});

const keepAliveMs = 15_000;

export const toEvent = (entry: SessionEvent) => ({ ...entry, type: entry.body.type });

export function wantsStream(req: IncomingMessage, query: z.infer<typeof eventsQuery>): boolean {
  return query.stream === '1' || (req.headers.accept ?? '').includes('text/event-stream');
}

/** Where to go on: what a reconnecting browser sends goes first. @throws AppError `invalid` */
export function cursorOf(req: IncomingMessage, query: z.infer<typeof eventsQuery>): number {
  const last = req.headers['last-event-id'];
  if (typeof last === 'string' && last !== '') return parseCursor(last);
  return query.after ?? parseCursor(query.cursor);
}

/** One page of entries that begins after a cursor. */
export function eventPage(entries: readonly SessionEvent[], limit: number) {
  const last = entries.length === limit ? entries.at(-1) : undefined;
  return { items: entries.map(toEvent), nextCursor: last ? String(last.seq) : null };
}

/** Writes batches of entries until they end or the reader goes away. The reader was authorized before. */
export async function streamEvents(
  { req, res }: { req: IncomingMessage; res: ServerResponse },
  batches: (signal: AbortSignal) => AsyncIterable<SessionEvent[]>,
): Promise<void> {
  const gone = new AbortController();
  req.on('close', () => gone.abort());
  res.on('close', () => gone.abort());
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  res.write(': the log of a session\n\n');
  const keepAlive = setInterval(() => res.write(': still here\n\n'), keepAliveMs);
  try {
    for await (const batch of batches(gone.signal)) {
      for (const entry of batch) {
        res.write(`id: ${entry.seq}\nevent: ${entry.body.type}\ndata: ${JSON.stringify(toEvent(entry))}\n\n`);
      }
    }
  } catch (error) {
    // The head is out: the reader comes back with the last id and is told then.
    if (!isAppError(error)) log().error({ err: error }, 'an event stream failed');
  } finally {
    clearInterval(keepAlive);
    res.end();
  }
}
