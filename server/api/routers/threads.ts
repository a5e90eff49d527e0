import { z } from 'zod';
import { beginThread, beginThreadInput } from '../../runs/threads/begin-thread.ts';
import { chooseThread, chooseThreadInput } from '../../runs/threads/choose-thread.ts';
import { forkRun, forkRunInput } from '../../runs/threads/fork-run.ts';
import { handOverThread, handOverThreadInput } from '../../runs/threads/hand-over-thread.ts';
import { restoreThread, restoreThreadInput } from '../../runs/threads/restore-thread.ts';
import { listThreads } from '../../runs/threads/thread-queries.ts';
import { newerEdits, newerEditsInput } from '../../sessions/newer-edits.ts';
import { procedure, router } from '../trpc.ts';

export const threadsRouter = router({
  list: procedure
    .input(z.object({ sessionId: z.string() }))
    .query(({ ctx, input }) => listThreads(ctx, input.sessionId)),
  /** What people wrote since the conversation's last turn. */
  newerEdits: procedure.input(newerEditsInput).query(({ ctx, input }) => newerEdits(ctx, input)),
  begin: procedure.input(beginThreadInput).mutation(({ ctx, input }) => beginThread(ctx, input)),
  fork: procedure.input(forkRunInput).mutation(({ ctx, input }) => forkRun(ctx, input)),
  restore: procedure.input(restoreThreadInput).mutation(({ ctx, input }) => restoreThread(ctx, input)),
  choose: procedure.input(chooseThreadInput).mutation(({ ctx, input }) => chooseThread(ctx, input)),
  handOver: procedure.input(handOverThreadInput).mutation(({ ctx, input }) => handOverThread(ctx, input)),
});
