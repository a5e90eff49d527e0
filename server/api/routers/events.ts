import { tracked } from '@trpc/server';
import { z } from 'zod';
import { getEventBlob, listSessionEvents } from '../../runs/queries.ts';
import { parseCursor, requireVisible, watchSession } from '../../runs/watch.ts';
import { participantProcedure, router } from '../trpc.ts';

export const eventsRouter = router({
  /** The entries after the cursor, then the new ones, several at a time; the last one's `seq` is the cursor to go on from. */
  watch: participantProcedure
    .input(z.object({ sessionId: z.string(), lastEventId: z.string().nullish() }))
    .subscription(async ({ ctx, input, signal }) => {
      const watch = {
        sessionId: input.sessionId,
        afterSeq: parseCursor(input.lastEventId),
        signal: signal ?? new AbortController().signal,
      };
      // A refusal before the stream begins has the wire's own code.
      await requireVisible(ctx, input.sessionId);
      return (async function* () {
        for await (const batch of watchSession(ctx, watch)) {
          const last = batch.at(-1);
          if (last) yield tracked(String(last.seq), batch);
        }
      })();
    }),
  list: participantProcedure
    .input(
      z.object({
        sessionId: z.string(),
        afterSeq: z.number().int().min(0).default(0),
        limit: z.number().int().min(1).max(1000).default(500),
      }),
    )
    .query(({ ctx, input }) => listSessionEvents(ctx, input)),
  /** The whole of a text of which the log holds the first part. */
  blob: participantProcedure
    .input(z.object({ sessionId: z.string(), blobId: z.string() }))
    .query(({ ctx, input }) => getEventBlob(ctx, input)),
});
