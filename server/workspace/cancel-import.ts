import { and, eq, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeProject } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { notify } from '../platform/notify.ts';

/**
 * Asks the worker to stop an import; it ends as `cancelled` within a second, and nothing of it stays.
 * @throws AppError `conflict` when the import has ended already
 */
export async function cancelImport(ctx: Context, input: { projectId: string }): Promise<void> {
  const { project, teamId } = await authorizeProject(ctx, input.projectId, 'project.create');
  await withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(schema.project)
      .set({ importCancelRequestedAt: ctx.now() })
      .where(
        and(
          eq(schema.project.id, project.id),
          eq(schema.project.teamId, teamId),
          eq(schema.project.status, 'importing'),
          isNull(schema.project.importCancelRequestedAt),
        ),
      )
      .returning({ id: schema.project.id });
    if (!row)
      throw new AppError('conflict', 'The import has ended or is being cancelled already. Reload to see its state.');
    await appendAudit(tx, { teamId, action: 'project.cancel_import', resource: { type: 'project', id: project.id } });
    await notify(tx.db, 'project', project.id);
  });
}
