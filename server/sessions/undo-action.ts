import { setTimeout as pause } from 'node:timers/promises';
import { and, eq, ne, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { notify } from '../platform/notify.ts';
import { countLaterActions, type KeptFilesRow } from '../runs/kept-files.ts';
import { authorizeRun } from '../runs/queries.ts';
import { requireActiveSession } from './require-active-session.ts';

export const undoActionInput = z.object({
  keptId: z.string(),
  /** Also when the agent went on since: what came later goes as well. */
  withLater: z.boolean().default(false),
});

const answerMs = 20_000;
/** As they are kept on each machine. */
const keptMs = 14 * 86_400_000;

/**
 * Gives a run the files that it had before one of its actions. While it works they are put into its worktree; after its end they
 * are a new suggestion. What the files are now is kept as well, so that this can be undone in its turn.
 * @throws AppError `conflict` when the agent went on since and nobody said that this may go too; `not_found` when the files are not
 * kept any more; `pending` when no worker answers in time: it is done when one does
 */
export async function undoAction(
  ctx: Context,
  given: z.input<typeof undoActionInput>,
  { waitMs = answerMs }: { waitMs?: number } = {},
): Promise<{ runId: string }> {
  const { keptId, withLater } = undoActionInput.parse(given);
  const { row, access } = await authorizeKept(ctx, keptId);
  requireActiveSession(access.session);
  if (ctx.now().getTime() - row.createdAt.getTime() > keptMs)
    throw new AppError('not_found', 'What was kept from before this action is gone: it is kept for fourteen days.');
  const later = withLater ? 0 : await countLaterActions(ctx, row);
  if (later > 0)
    throw new AppError(
      'conflict',
      `The agent went on after this: ${later} later ${later === 1 ? 'action' : 'actions'} would be taken back as well.`,
      { details: { later } },
    );
  const { runId, teamId, sessionId, title } = row;
  await withTransaction(ctx, async (tx) => {
    const { keptFiles } = schema;
    const mayAsk = or(ne(keptFiles.state, 'working'), sql`${keptFiles.askedAt} < now() - interval '2 minutes'`);
    const [asked] = await tx.db
      .update(keptFiles)
      .set({ state: 'asked', askedBy: access.actor.personId, askedAt: sql`now()`, error: null })
      .where(and(eq(keptFiles.id, keptId), eq(keptFiles.teamId, teamId), mayAsk))
      .returning({ id: keptFiles.id });
    if (!asked) throw new AppError('conflict', 'Somebody is undoing this already. Look again in a moment.');
    await appendAudit(tx, {
      teamId,
      action: 'run.undo',
      resource: { type: 'run', id: runId },
      detail: { sessionId, keptId, title, withLater },
    });
    await notify(tx.db, 'run_put_back', runId);
  });
  await answerOf(ctx, row, waitMs);
  return { runId };
}

async function answerOf(ctx: Context, { id, teamId, runId }: KeptFilesRow, waitMs: number): Promise<void> {
  const { keptFiles } = schema;
  const until = performance.now() + waitMs;
  while (performance.now() < until) {
    const [row] = await ctx.db
      .select({ state: keptFiles.state, error: keptFiles.error })
      .from(keptFiles)
      .where(and(eq(keptFiles.id, id), eq(keptFiles.teamId, teamId)));
    if (row?.state === 'put_back') return;
    if (row?.state === 'failed') throw new AppError('unavailable', row.error ?? 'The files could not be put back.');
    await pause(100);
  }
  throw new AppError('pending', (await hasEnded(ctx, { runId, teamId })) ? machineIsSilent : workerIsSilent);
}

const workerIsSilent = 'No worker has answered yet. The files are put back when one does.';
const machineIsSilent =
  'The files from before this action are on the machine that did the work, and it does not answer. They are put back as soon as it does.';

async function hasEnded({ db }: Context, { runId, teamId }: { runId: string; teamId: string }): Promise<boolean> {
  const { run } = schema;
  const [row] = await db
    .select({ finishedAt: run.finishedAt })
    .from(run)
    .where(and(eq(run.id, runId), eq(run.teamId, teamId)));
  return row?.finishedAt !== null;
}

async function authorizeKept(ctx: Context, keptId: string) {
  const missing = () =>
    new AppError('not_found', 'Nothing is kept from before this action, or you have no access to it.');
  const { keptFiles } = schema;
  const [row] = await ctx.db.select().from(keptFiles).where(eq(keptFiles.id, keptId));
  if (!row) throw missing();
  const access = await authorizeRun(ctx, row.runId, 'prompt').catch((error: unknown) => {
    throw isAppError(error) && error.code === 'not_found' ? missing() : error;
  });
  return { row, access };
}
