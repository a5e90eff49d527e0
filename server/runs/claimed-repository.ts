import { and, desc, eq, inArray, isNull, or, sql, type SQL } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import { RunLostError } from './append-run-event.ts';
import type { RunClaim, RunRow } from './run-claim.ts';
import { earlierTurns } from './threads/earlier-turns.ts';

/** What the worker of a run may see of the project's repository. */
export type ClaimedRepository = {
  projectId: string;
  sessionId: string;
  /** The run and the turns that it goes on from: what they began with and made. */
  runIds: string[];
  /** Files that were put back in them after their end, and those that are being put back in the run. */
  putBack: { keptIds: string[]; now: string[] };
  /** The newest checkpoint of the session, and the one with which the run began. */
  checkpointIds: string[];
};

/** The repository of a claimed run; undefined when the claim does not hold the run any more. */
export async function claimedRepository(ctx: Context, claim: RunClaim): Promise<ClaimedRepository | undefined> {
  const { run, session, sessionCheckpoint } = schema;
  const [row] = await ctx.db
    .select({ run, projectId: session.projectId })
    .from(run)
    .innerJoin(session, eq(session.id, run.sessionId))
    .where(isClaimed(claim));
  if (!row) return undefined;
  const { id, sessionId, teamId } = row.run;
  const newestOf = async (which?: SQL) =>
    ctx.db
      .select({ id: sessionCheckpoint.id })
      .from(sessionCheckpoint)
      .where(and(eq(sessionCheckpoint.sessionId, sessionId), eq(sessionCheckpoint.teamId, teamId), which))
      .orderBy(desc(sessionCheckpoint.id))
      .limit(1);
  const { baseCommit } = row.run;
  const begun = baseCommit === null ? [] : await newestOf(eq(sessionCheckpoint.commit, baseCommit));
  const checkpoints = [...(await newestOf()), ...begun];
  const earlier = await earlierTurns(ctx, row.run);
  const runIds = [id, ...earlier.map((turn) => turn.id)];
  const putBack = await putBackIn(ctx, { runIds, runId: id, teamId });
  return {
    projectId: row.projectId,
    sessionId,
    runIds,
    putBack,
    checkpointIds: [...new Set(checkpoints.map((one) => one.id))],
  };
}

async function putBackIn(
  ctx: Context,
  { runIds, runId, teamId }: { runIds: string[]; runId: string; teamId: string },
): Promise<ClaimedRepository['putBack']> {
  const { keptFiles } = schema;
  const rows = await ctx.db
    .select({ id: keptFiles.id, runId: keptFiles.runId, state: keptFiles.state })
    .from(keptFiles)
    .where(
      and(
        inArray(keptFiles.runId, runIds),
        eq(keptFiles.teamId, teamId),
        inArray(keptFiles.state, ['working', 'put_back']),
      ),
    );
  const now = rows.filter((kept) => kept.runId === runId && kept.state === 'working');
  return { keptIds: rows.map(({ id }) => id), now: now.map(({ id }) => id) };
}

/**
 * Does something while the claim holds the run: nobody takes it meanwhile.
 * @throws RunLostError
 */
export async function whileClaimed<T>(ctx: Context, claim: RunClaim, work: (run: RunRow) => Promise<T>): Promise<T> {
  return withTransaction(ctx, async (tx) => {
    const [run] = await tx.db.select().from(schema.run).where(isClaimed(claim)).for('update');
    if (!run) throw new RunLostError(`run ${claim.runId} is not held any more`);
    return work(run);
  });
}

/**
 * The run is at work in this attempt; or it failed in it and nothing that it made is kept: its worker, come back, may still hand
 * that over; or files of it are being put back after its end.
 */
function isClaimed({ runId, workerId, attempt }: RunClaim): SQL | undefined {
  const { run } = schema;
  const isAtWork = and(eq(run.workerId, workerId), inArray(run.state, ['running', 'waiting']));
  const isLeft = and(eq(run.state, 'failed'), isNull(run.endCommit));
  const isPutBack = sql`exists (select 1 from kept_files k where k.run_id = ${run.id} and k.state = 'working')`;
  const hasEnded = inArray(run.state, ['succeeded', 'failed', 'cancelled']);
  return and(eq(run.id, runId), eq(run.attempt, attempt), or(isAtWork, isLeft, and(hasEnded, isPutBack)));
}
