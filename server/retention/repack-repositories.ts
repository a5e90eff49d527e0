import { isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { log } from '../platform/log.ts';
import { repoPath } from '../workspace/git.ts';
import { repackRepository } from '../workspace/repack-repository.ts';

/** States, checkpoints and commits are written as loose objects, some at each command: packs keep them small and quick. */
export async function repackRepositories(ctx: Context): Promise<void> {
  const { project } = schema;
  const rows = await ctx.db.select({ id: project.id }).from(project).where(isNull(project.deletedAt));
  for (const { id } of rows) {
    await repackRepository(repoPath(id)).catch((error: unknown) =>
      // A repository that is being made, or one that cannot be read: the others are packed all the same.
      log().warn({ err: error, projectId: id }, 'could not pack a repository'),
    );
  }
}
