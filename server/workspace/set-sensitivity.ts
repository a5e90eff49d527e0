import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeProject } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { isLoosening, sensitivities } from '../core/sensitivity.ts';
import { notify } from '../platform/notify.ts';

export const setSensitivityInput = z.object({ projectId: z.string(), sensitivity: z.enum(sensitivities) });

/**
 * Says how sensitive a project is, which policies go by from then on, in every process within a second.
 * @throws AppError `forbidden` for who may not change the project, and for all but team admins when it is lowered
 */
export async function setSensitivity(ctx: Context, given: z.infer<typeof setSensitivityInput>): Promise<void> {
  const { projectId, sensitivity } = setSensitivityInput.parse(given);
  await authorizeProject(ctx, projectId, 'project.update');
  await withTransaction(ctx, async (tx) => {
    const { project } = schema;
    const [row] = await tx.db
      .select({ teamId: project.teamId, before: project.sensitivity })
      .from(project)
      .where(eq(project.id, projectId))
      .for('update');
    if (!row) throw new AppError('not_found', 'There is no such project, or you have no access to it.');
    const { teamId, before } = row;
    if (before === sensitivity) return;
    if (isLoosening(before, sensitivity)) await authorizeProject(tx, projectId, 'project.declassify');
    await tx.db
      .update(project)
      .set({ sensitivity })
      .where(and(eq(project.id, projectId), eq(project.teamId, teamId)));
    await appendAudit(tx, {
      teamId,
      action: 'project.set_sensitivity',
      resource: { type: 'project', id: projectId },
      detail: { before: { sensitivity: before }, after: { sensitivity } },
    });
    await notify(tx.db, 'project', projectId);
  });
}
