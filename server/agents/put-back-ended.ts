import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { createContext, withTransaction, type Context } from '../context.ts';
import { isAppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import { createSuggestion, prepareSuggestion } from '../review/create-suggestion.ts';
import { askedFiles, failPutBack, settlePutBack, takeAskedFiles, type KeptFilesRow } from '../runs/kept-files.ts';
import type { RunRow } from '../runs/run-claim.ts';
import { hasKeptFiles, putBackFiles } from '../workspace/kept-files.ts';
import { runRepository, type RunRepository } from './run-repository.ts';
import { putBackRef } from '../workspace/run-refs.ts';
import { snapshotWorktree, type Snapshot } from '../workspace/worktree-snapshot.ts';
import { createWorktree, removeWorktree } from '../workspace/worktree.ts';

/**
 * Gives runs that have ended the files from before an action, where somebody asked for it and they are kept on this machine: as a new
 * suggestion, and as what the next turn of the conversation goes on from.
 */
export async function putBackEnded(ctx: Context): Promise<void> {
  const asked = await askedFiles(ctx);
  const here = await Promise.all(asked.map(({ id, runId }) => hasKeptFiles({ runId, keptId: id })));
  const rows = await takeAskedFiles(
    ctx,
    asked.filter((_row, index) => here[index]).map(({ id }) => id),
  );
  for (const row of rows) {
    try {
      await putBack(ctx, row);
    } catch (error) {
      if (!isAppError(error)) log().error({ err: error, runId: row.runId }, 'files of an ended run are not put back');
      await failPutBack(ctx, row, isAppError(error) ? error.message : 'The files could not be put back. Try again.');
    }
  }
}

/** Whoever asked waits. */
const doorAnswerMs = 5_000;

async function putBack(ctx: Context, row: KeptFilesRow): Promise<void> {
  const { run, projectId } = await runOf(ctx, row);
  const { id: runId, teamId, baseCommit } = run;
  if (baseCommit === null) throw new Error(`${runId} never began`);
  const claim = { runId, workerId: run.workerId ?? '', attempt: run.attempt };
  const repository = runRepository(projectId, claim, doorAnswerMs);
  // On a machine of its own the worker may not have the repository any more.
  await repository.bring();
  const made = await filesAsCommit(row, { repository, baseCommit });
  const actor = { kind: 'run', runId, agent: run.agent, personId: run.askedBy } as const;
  const asRun = createContext({ actor });
  const change = { runId, teamId, baseCommit, resultCommit: made.commit };
  const prepared = made.changed ? await prepareSuggestion(asRun, change) : undefined;
  await withTransaction(asRun, async (tx) => {
    const { run: table } = schema;
    const resultCommit = made.changed ? made.commit : null;
    await tx.db
      .update(table)
      .set({ endCommit: made.commit, resultCommit })
      .where(and(eq(table.id, runId), eq(table.teamId, teamId)));
    await settlePutBack(tx, row, {});
    if (prepared) await createSuggestion(tx, prepared);
  });
}

async function runOf({ db }: Context, row: KeptFilesRow): Promise<{ run: RunRow; projectId: string }> {
  const { run, session } = schema;
  const [found] = await db
    .select({ run, projectId: session.projectId })
    .from(run)
    .innerJoin(session, eq(session.id, run.sessionId))
    .where(and(eq(run.id, row.runId), eq(run.teamId, row.teamId)));
  if (!found) throw new Error(`no run ${row.runId}`);
  return found;
}

async function filesAsCommit(
  { id: keptId, runId }: KeptFilesRow,
  { repository, baseCommit }: { repository: RunRepository; baseCommit: string },
): Promise<Snapshot> {
  const place = { kind: 'run', id: `${runId}u`, repo: repository.path } as const;
  await removeWorktree(place);
  const worktree = await createWorktree({ ...place, commit: baseCommit });
  try {
    await putBackFiles(worktree, { runId, keptId });
    const made = await snapshotWorktree(worktree, baseCommit, { message: `Result of ${runId}, put back` });
    if (made.changed) await repository.keep([{ ref: putBackRef(keptId), oid: made.commit }]);
    return made;
  } finally {
    await removeWorktree(worktree);
  }
}
