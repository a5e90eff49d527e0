import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import type { Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { computeHunks, refusalOf } from '../core/suggestion.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { repoPath } from '../workspace/git.ts';
import { diffCommits } from '../workspace/git-objects.ts';
import { readSides, type Commits } from './suggestion-files.ts';

export type PreparedSuggestion = Commits & {
  runId: string;
  teamId: string;
  sessionId: string;
  refusedReason: string | null;
  files: number;
  hunks: number;
};

export type CreatedSuggestion = { suggestionId: string; refusedReason: string | null; files: number; hunks: number };

/**
 * Looks at what a run changed, outside any transaction, since git takes its time.
 * @param run the run's row id and team, with the commit it began from and the one it ended with
 * @returns undefined when nothing changed
 */
export async function prepareSuggestion(
  ctx: Context,
  run: Commits & { runId: string; teamId: string },
): Promise<PreparedSuggestion | undefined> {
  const { session } = schema;
  const [row] = await ctx.db
    .select({ sessionId: session.id, projectId: session.projectId })
    .from(schema.run)
    .innerJoin(session, eq(session.id, schema.run.sessionId))
    .where(and(eq(schema.run.id, run.runId), eq(schema.run.teamId, run.teamId)));
  if (!row) throw new Error(`no run ${run.runId}`);
  const repo = repoPath(row.projectId);
  const differences = await diffCommits(repo, run.baseCommit, run.resultCommit);
  if (differences.length === 0) return undefined;
  const refusedReason = refusalOf(differences) ?? null;
  const files = refusedReason === null ? await readSides(repo, differences) : [];
  const hunks = files.reduce((sum, file) => sum + computeHunks(file).length, 0);
  return { ...run, sessionId: row.sessionId, refusedReason, files: differences.length, hunks };
}

/** Records a run's change as a suggestion, in the transaction that ends the run. The actor is the run. */
export async function createSuggestion(tx: Context, prepared: PreparedSuggestion): Promise<CreatedSuggestion> {
  if (!tx.inTransaction || !tx.actor) throw new Error('a suggestion is created in a transaction, by an actor');
  const { runId, teamId, sessionId, baseCommit, resultCommit, refusedReason, files, hunks } = prepared;
  const suggestionId = newId('sug');
  await tx.db
    .insert(schema.suggestion)
    .values({ id: suggestionId, teamId, sessionId, runId, baseCommit, resultCommit, refusedReason, hunkCount: hunks });
  await appendSessionEvent(tx.db, {
    sessionId,
    teamId,
    actor: actorRef(tx.actor),
    body: { type: 'suggestion_created', runId, suggestionId, files, hunks },
  });
  await appendAudit(tx, {
    teamId,
    action: 'suggestion.create',
    resource: { type: 'suggestion', id: suggestionId },
    detail: { sessionId, runId, baseCommit, resultCommit, files, hunks, refusedReason },
  });
  return { suggestionId, refusedReason, files, hunks };
}
