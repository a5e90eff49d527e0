import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeProject } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { notify } from '../platform/notify.ts';

/** Puts a project away or takes it out again. Doing it twice changes nothing. */
export async function archiveProject(ctx: Context, input: { projectId: string; archived: boolean }): Promise<void> {
  const { project, teamId } = await authorizeProject(ctx, input.projectId, 'project.archive');
  if ((project.archivedAt !== null) === input.archived) return;
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .update(schema.project)
      .set({ archivedAt: input.archived ? ctx.now() : null })
      .where(and(eq(schema.project.id, project.id), eq(schema.project.teamId, teamId)));
    await appendAudit(tx, {
      teamId,
      action: input.archived ? 'project.archive' : 'project.unarchive',
      resource: { type: 'project', id: project.id },
    });
    await notify(tx.db, 'access_changed', `project:${project.id}`);
    await notify(tx.db, 'project', project.id);
  });
}
