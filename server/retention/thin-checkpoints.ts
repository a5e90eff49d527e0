import { and, eq, inArray, lt } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { thinnedCheckpoints } from '../core/checkpoint.ts';
import { checkpointRef, type CheckpointRow } from '../workspace/checkpoint.ts';
import { countChangedLines } from '../workspace/git-lines.ts';
import { deleteRefs, repoPath } from '../workspace/git.ts';

const dayMs = 86_400_000;

/** Removes the automatic checkpoints that nobody needs any more (CB126), session by session. */
export async function thinCheckpoints(ctx: Context): Promise<void> {
  const { sessionCheckpoint, session } = schema;
  const aged = await ctx.db
    .selectDistinct({ id: session.id, teamId: session.teamId, projectId: session.projectId })
    .from(sessionCheckpoint)
    .innerJoin(session, eq(session.id, sessionCheckpoint.sessionId))
    .where(
      and(
        eq(sessionCheckpoint.teamId, session.teamId),
        eq(sessionCheckpoint.kind, 'auto'),
        lt(sessionCheckpoint.createdAt, new Date(ctx.now().getTime() - dayMs)),
      ),
    );
  for (const one of aged) await thinSession(ctx, one);
}

type Of = { id: string; teamId: string; projectId: string };

async function thinSession(ctx: Context, session: Of): Promise<void> {
  const { sessionCheckpoint } = schema;
  const isHere = and(eq(sessionCheckpoint.sessionId, session.id), eq(sessionCheckpoint.teamId, session.teamId));
  const rows = await ctx.db.select().from(sessionCheckpoint).where(isHere).orderBy(sessionCheckpoint.id);
  const gone = new Set(thinnedCheckpoints(rows, ctx.now()));
  if (gone.size === 0) return;
  const counts = await newDifferences(session, rows, gone);
  await withTransaction(ctx, async (tx) => {
    // One that was given a name meanwhile stays.
    const removed = await tx.db
      .delete(sessionCheckpoint)
      .where(and(isHere, inArray(sessionCheckpoint.id, [...gone]), eq(sessionCheckpoint.kind, 'auto')))
      .returning({ id: sessionCheckpoint.id, commit: sessionCheckpoint.commit });
    for (const { id, ...difference } of counts)
      await tx.db
        .update(sessionCheckpoint)
        .set(difference)
        .where(and(isHere, eq(sessionCheckpoint.id, id)));
    await appendAudit(tx, {
      teamId: session.teamId,
      action: 'checkpoint.thin',
      resource: { type: 'session', id: session.id },
      detail: { removed: removed.length },
    });
    await deleteRefs(
      repoPath(session.projectId),
      removed.map(({ id }) => checkpointRef(id)),
    );
  });
}

type Difference = { id: string; changedFiles: number; addedLines: number; removedLines: number };

/** A point whose neighbour goes differs from another one now. */
async function newDifferences(
  { projectId }: Of,
  rows: readonly CheckpointRow[],
  gone: ReadonlySet<string>,
): Promise<Difference[]> {
  const differences: Difference[] = [];
  let before: CheckpointRow | undefined;
  let skipped = false;
  for (const row of rows) {
    if (gone.has(row.id)) {
      skipped = true;
      continue;
    }
    if (skipped && before) {
      const counts = [...(await countChangedLines(repoPath(projectId), before.tree, row.tree)).values()];
      differences.push({
        id: row.id,
        changedFiles: counts.length,
        addedLines: counts.reduce((sum, count) => sum + count.added, 0),
        removedLines: counts.reduce((sum, count) => sum + count.removed, 0),
      });
    }
    before = row;
    skipped = false;
  }
  return differences;
}
