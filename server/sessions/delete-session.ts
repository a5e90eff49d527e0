import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeDeletedSession, authorizeProject, authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { removedForGoodAt } from '../core/grace-time.ts';
import { notify } from '../platform/notify.ts';

/**
 * Hides a session at once and closes its room; `restoreSession` brings it back until the grace time ends. The branch and
 * its commits stay in the project either way.
 * @returns when it is removed for good
 */
export async function deleteSession(ctx: Context, input: { sessionId: string }): Promise<{ removedAt: Date }> {
  const { session } = await authorizeSession(ctx, input.sessionId, 'view');
  const { teamId } = await authorizeProject(ctx, session.projectId, 'session.delete');
  const deletedAt = ctx.now();
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .update(schema.session)
      .set({ deletedAt })
      .where(
        and(eq(schema.session.id, session.id), eq(schema.session.teamId, teamId), isNull(schema.session.deletedAt)),
      );
    await appendAudit(tx, {
      teamId,
      action: 'session.delete',
      resource: { type: 'session', id: session.id },
      detail: { title: session.title, removedAt: removedForGoodAt(deletedAt) },
    });
    await notify(tx.db, 'access_changed', `session:${session.id}`);
  });
  return { removedAt: removedForGoodAt(deletedAt) };
}

/** Brings a deleted session back as it was. @throws AppError `not_found` after the grace time */
export async function restoreSession(ctx: Context, input: { sessionId: string }): Promise<void> {
  const { session } = await authorizeDeletedSession(ctx, input.sessionId, 'view');
  // A session comes back only into a project that is there.
  const { teamId } = await authorizeProject(ctx, session.projectId, 'session.delete');
  if (session.deletedAt === null) return;
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .update(schema.session)
      .set({ deletedAt: null })
      .where(
        and(eq(schema.session.id, session.id), eq(schema.session.teamId, teamId), isNotNull(schema.session.deletedAt)),
      );
    await appendAudit(tx, { teamId, action: 'session.restore', resource: { type: 'session', id: session.id } });
  });
}
