import { and, eq, inArray, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import type { RunFileChange } from '../core/session-event.ts';
import { appendRunEvent } from './append-run-event.ts';
import type { RunClaim, RunRow } from './run-claim.ts';

/** A file of a run as it is now; masked. */
export type RunFileState = {
  change: RunFileChange;
  baseText: string | null;
  text: string | null;
  omitted: 'binary' | 'too_large' | null;
};

/**
 * Keeps files of a run at work as they are now, and says in the log which changed.
 * @throws RunLostError when the claim does not hold the run any more
 */
export async function recordRunFiles(
  ctx: Context,
  of: { run: RunRow; claim: RunClaim },
  states: readonly RunFileState[],
): Promise<void> {
  const { runFile } = schema;
  const { id: runId, teamId, sessionId } = of.run;
  const gone = states.filter(({ change }) => change.status === 'unchanged').map(({ change }) => change.path);
  const rows = states
    .filter(({ change }) => change.status !== 'unchanged')
    .map(({ change: { path, line }, ...texts }) => ({ runId, teamId, sessionId, path, line, ...texts }));
  await withTransaction(ctx, async (tx) => {
    const files = states.map(({ change }) => change);
    // It locks the run's row first, so what another attempt writes is never mixed in.
    await appendRunEvent(tx, of.claim, { type: 'run_files_changed', runId, files });
    if (gone.length > 0) await tx.db.delete(runFile).where(and(eq(runFile.runId, runId), inArray(runFile.path, gone)));
    if (rows.length === 0) return;
    await tx.db
      .insert(runFile)
      .values(rows)
      .onConflictDoUpdate({
        target: [runFile.runId, runFile.path],
        set: {
          text: sql`excluded.text`,
          omitted: sql`excluded.omitted`,
          line: sql`excluded.line`,
          changedAt: sql`now()`,
        },
      });
  });
}
