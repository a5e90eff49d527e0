import { and, asc, eq, gt } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { repoPath } from '../workspace/git.ts';
import { countChangedLines } from '../workspace/git-lines.ts';
import { diffCommits, type TreeDifference } from '../workspace/git-objects.ts';
import type { CheckpointRow } from '../workspace/checkpoint.ts';
import { authorizeCheckpoint, checkpointTitle } from './checkpoint-access.ts';
import { findHiddenWork, type HiddenWork } from './hidden-work.ts';
import { stateNow } from './session-state.ts';

export const previewRestoreInput = z.object({
  checkpointId: z.string(),
  /** Only these files. */
  paths: z.array(z.string().min(1).max(4096)).min(1).max(1_000).optional(),
});

export type RestoredFile = {
  path: string;
  /** `back`: it was deleted since; `gone`: it was made since. */
  change: 'changed' | 'back' | 'gone';
  /** Lines that come and go. */
  added: number;
  removed: number;
  /** What it is now is on the branch, so that the branch keeps it. */
  isCommitted: boolean;
};

export type RestorePreview = {
  checkpointId: string;
  title: string;
  files: RestoredFile[];
  hidden: HiddenWork[];
  /** Made since the checkpoint. The branch keeps them: the difference shows as uncommitted changes. */
  commits: { commit: string; message: string }[];
  /** False when the room did not answer in time: people may have typed more. */
  isCurrent: boolean;
};

/** What restoring a checkpoint would change, and whose later work it would hide. Changes nothing. */
export async function previewRestore(
  ctx: Context,
  given: z.infer<typeof previewRestoreInput>,
): Promise<RestorePreview> {
  const input = previewRestoreInput.parse(given);
  const access = await authorizeCheckpoint(ctx, input.checkpointId, 'view');
  const { checkpoint, project } = access;
  const repo = repoPath(project.id);
  const { headCommit: now, baseCommit, isCurrent } = await stateNow(ctx, access);
  const chosen = input.paths && new Set(input.paths);
  const differences = (await diffCommits(repo, checkpoint.commit, now)).filter(({ path }) => chosen?.has(path) ?? true);
  const counts = await countChangedLines(repo, now, checkpoint.commit);
  const uncommitted = new Set((await diffCommits(repo, baseCommit, now)).map(({ path }) => path));
  return {
    checkpointId: checkpoint.id,
    title: checkpointTitle(checkpoint),
    files: differences.map((difference) => ({
      path: difference.path,
      change: changeBack(difference),
      ...(counts.get(difference.path) ?? { added: 0, removed: 0 }),
      isCommitted: !uncommitted.has(difference.path),
    })),
    hidden: await findHiddenWork(ctx, { repo, checkpoint, now, differences }),
    commits: await commitsSince(ctx, checkpoint),
    isCurrent,
  };
}

/** The difference is from the checkpoint to now; the restore goes the other way. */
function changeBack({ status }: TreeDifference): RestoredFile['change'] {
  if (status === 'added') return 'gone';
  return status === 'deleted' ? 'back' : 'changed';
}

async function commitsSince(ctx: Context, checkpoint: CheckpointRow): Promise<RestorePreview['commits']> {
  const { sessionCommit } = schema;
  return ctx.db
    .select({ commit: sessionCommit.commit, message: sessionCommit.message })
    .from(sessionCommit)
    .where(
      and(
        eq(sessionCommit.sessionId, checkpoint.sessionId),
        eq(sessionCommit.teamId, checkpoint.teamId),
        gt(sessionCommit.createdAt, checkpoint.createdAt),
      ),
    )
    .orderBy(asc(sessionCommit.createdAt));
}
