import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeDeletedProject, authorizeProject } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { removedForGoodAt } from '../core/grace-time.ts';
import { notify } from '../platform/notify.ts';

/**
 * Hides a project and its sessions at once; `restoreProject` brings them back until the grace time ends. An import that
 * is under way is cancelled.
 * @returns when it is removed for good
 */
export async function deleteProject(ctx: Context, input: { projectId: string }): Promise<{ removedAt: Date }> {
  const { project, teamId, actor } = await authorizeProject(ctx, input.projectId, 'project.read');
  // An import that came to nothing may be put away by whoever started it.
  const isOwnFailure = project.createdBy === actor.personId && isFailed(project.status);
  await authorizeProject(ctx, project.id, isOwnFailure ? 'project.create' : 'project.delete');
  const deletedAt = ctx.now();
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .update(schema.project)
      .set({ deletedAt, ...(project.status === 'importing' && { importCancelRequestedAt: deletedAt }) })
      .where(
        and(eq(schema.project.id, project.id), eq(schema.project.teamId, teamId), isNull(schema.project.deletedAt)),
      );
    await appendAudit(tx, {
      teamId,
      action: 'project.delete',
      resource: { type: 'project', id: project.id },
      detail: { name: project.name, removedAt: removedForGoodAt(deletedAt) },
    });
    await notify(tx.db, 'project', project.id);
    await notify(tx.db, 'access_changed', `project:${project.id}`);
  });
  return { removedAt: removedForGoodAt(deletedAt) };
}

const isFailed = (status: string) => status === 'failed' || status === 'cancelled';

/** Brings a deleted project back as it was. @throws AppError `not_found` after the grace time */
export async function restoreProject(ctx: Context, input: { projectId: string }): Promise<void> {
  const { project, teamId } = await authorizeDeletedProject(ctx, input.projectId, 'project.delete');
  if (project.deletedAt === null) return;
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .update(schema.project)
      .set({ deletedAt: null })
      .where(
        and(eq(schema.project.id, project.id), eq(schema.project.teamId, teamId), isNotNull(schema.project.deletedAt)),
      );
    await appendAudit(tx, { teamId, action: 'project.restore', resource: { type: 'project', id: project.id } });
    await notify(tx.db, 'project', project.id);
  });
}
