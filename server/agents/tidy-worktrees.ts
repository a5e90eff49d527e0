import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { createContext, withTransaction, type Context } from '../context.ts';
import { isActiveRun, isEndedRun } from '../core/run-state.ts';
import { env } from '../platform/env.ts';
import { log } from '../platform/log.ts';
import { createSuggestion, prepareSuggestion } from '../review/create-suggestion.ts';
import type { RunRow } from '../runs/run-claim.ts';
import { treeOf } from '../workspace/git-objects.ts';
import { runRef } from '../workspace/run-refs.ts';
import { attemptOf, dropRunWorktree, openRunWorktree } from '../workspace/run-worktree.ts';
import { snapshotWorktree } from '../workspace/worktree-snapshot.ts';
import { runRepository, type RunRepository } from './run-repository.ts';
import { tryKeepHome } from './run-start.ts';

/**
 * Removes the worktrees on this machine that no attempt works in and none will go on with. What a run had made whose worker died
 * for good is kept before: it becomes the run's result and a suggestion. Folders that no row names are left alone: the
 * database may be the wrong one.
 */
export async function tidyRunWorktrees(ctx: Context): Promise<void> {
  const folders = await readdir(path.join(env().dataDir, 'worktrees', 'run')).catch(() => []);
  // Of a run that was lost twice the newer attempt counts.
  const left = folders.flatMap((folder) => attemptOf(folder) ?? []).toSorted((a, b) => b.attempt - a.attempt);
  if (left.length === 0) return;
  const runs = await rowsOf(
    ctx,
    left.map(({ runId }) => runId),
  );
  for (const { runId, attempt } of left) {
    const run = runs.get(runId);
    if (!run || !isSpent(run, attempt)) continue;
    await keepLost(run, attempt)
      .then(() => dropRunWorktree({ runId, attempt }))
      .catch((error: unknown) => log().warn({ err: error, runId }, 'the worktree of a run could not be tidied away'));
  }
}

async function rowsOf(ctx: Context, runIds: readonly string[]): Promise<Map<string, RunRow>> {
  const rows = await ctx.db
    .select()
    .from(schema.run)
    .where(inArray(schema.run.id, [...runIds]));
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * An agent that had opened a session of its own goes on with what its last attempt left; the one at work may still be reading
 * it. Of any other nothing is needed again.
 */
function isSpent({ state, attempt: last, agentSessionId }: RunRow, attempt: number): boolean {
  if (isEndedRun(state)) return true;
  if (isActiveRun(state) && attempt === last) return false;
  return agentSessionId === null || attempt < last - 1;
}

/** What a failed run had made when its worker ended, and nobody could say so. */
async function keepLost(run: RunRow, attempt: number): Promise<void> {
  const { id: runId, teamId, baseCommit, startCommit, sessionId } = run;
  if (run.state !== 'failed' || run.endCommit !== null || !baseCommit) return;
  const actor = { kind: 'run', runId, agent: run.agent, personId: run.askedBy } as const;
  const ctx = createContext({ actor });
  const repository = await repositoryOf(ctx, run, attempt);
  const worktree = repository && (await openRunWorktree({ runId, attempt }, repository.path));
  if (!worktree) return;
  if (run.agentSessionId !== null) await tryKeepHome(worktree, { sessionId, runId });
  const made = await snapshotWorktree(worktree, baseCommit, { message: `Result of ${runId}` });
  const begun = await treeOf(worktree.repo, startCommit ?? baseCommit);
  if (!made.changed || (await treeOf(worktree.repo, made.commit)) === begun) return;
  await repository.keep([{ ref: runRef(runId), oid: made.commit }]);
  await recordLost(ctx, { run, baseCommit, commit: made.commit, teamId });
}

type Lost = { run: RunRow; baseCommit: string; commit: string; teamId: string };

async function recordLost(ctx: Context, { run, baseCommit, commit, teamId }: Lost): Promise<void> {
  const suggestion = await prepareSuggestion(ctx, { runId: run.id, teamId, baseCommit, resultCommit: commit });
  await withTransaction(ctx, async (tx) => {
    const { run: table } = schema;
    const [kept] = await tx.db
      .update(table)
      .set({ endCommit: commit, resultCommit: commit })
      .where(and(eq(table.id, run.id), eq(table.teamId, teamId), eq(table.state, 'failed'), isNull(table.endCommit)))
      .returning({ id: table.id });
    if (!kept) return;
    if (suggestion) await createSuggestion(tx, suggestion);
    await appendAudit(tx, {
      teamId,
      action: 'run.keep_lost',
      resource: { type: 'run', id: run.id },
      detail: { sessionId: run.sessionId, commit },
    });
  });
}

async function repositoryOf(ctx: Context, run: RunRow, attempt: number): Promise<RunRepository | undefined> {
  const { session } = schema;
  const [row] = await ctx.db
    .select({ projectId: session.projectId })
    .from(session)
    .where(and(eq(session.id, run.sessionId), eq(session.teamId, run.teamId)));
  // Without patience: there is a next look.
  return row && runRepository(row.projectId, { runId: run.id, workerId: run.workerId ?? '', attempt }, 0);
}
