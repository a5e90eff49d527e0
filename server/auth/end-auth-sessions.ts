import { and, eq, isNull, ne } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { notify } from '../platform/notify.ts';
import { requireBrowser } from './require-browser.ts';

export const endAuthSessionInput = z.object({ authSessionId: z.string() });

/**
 * Ends one of the actor's own sign-ins, this one or another device's. Its pages and sockets close within a second.
 * @throws not_found for a sign-in that is someone else's or has ended
 */
export async function endAuthSession(ctx: Context, given: z.input<typeof endAuthSessionInput>): Promise<void> {
  const actor = requireBrowser(ctx);
  const { authSessionId } = endAuthSessionInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    const ended = await tx.db
      .update(schema.authSession)
      .set({ revokedAt: tx.now() })
      .where(
        and(
          eq(schema.authSession.id, authSessionId),
          eq(schema.authSession.personId, actor.personId),
          isNull(schema.authSession.revokedAt),
        ),
      )
      .returning({ id: schema.authSession.id });
    if (ended.length === 0) throw new AppError('not_found', 'There is no such sign-in, or it has ended already.');
    await notify(tx.db, 'access_changed', `auth_session:${authSessionId}`);
    await appendAudit(tx, {
      teamId: null,
      action: 'auth_session.revoke',
      resource: { type: 'auth_session', id: authSessionId },
    });
  });
}

/** Ends all of the actor's sign-ins but the one that asks. @returns how many ended */
export async function endOtherAuthSessions(ctx: Context): Promise<number> {
  const actor = requireBrowser(ctx);
  const kept = ctx.credential.kind === 'auth_session' ? ctx.credential.id : undefined;
  return withTransaction(ctx, (tx) => revokeAuthSessions(tx, actor.personId, kept));
}

/**
 * Inside a transaction: ends a person's sign-ins, but for one. For use cases that take access away.
 * @returns how many ended
 */
export async function revokeAuthSessions(tx: Context, personId: string, keptId?: string): Promise<number> {
  const { authSession } = schema;
  const ended = await tx.db
    .update(authSession)
    .set({ revokedAt: tx.now() })
    .where(
      and(
        eq(authSession.personId, personId),
        isNull(authSession.revokedAt),
        keptId === undefined ? undefined : ne(authSession.id, keptId),
      ),
    )
    .returning({ id: authSession.id });
  for (const { id } of ended) await notify(tx.db, 'access_changed', `auth_session:${id}`);
  if (ended.length > 0)
    await appendAudit(tx, {
      teamId: null,
      action: 'auth_session.revoke',
      resource: { type: 'person', id: personId },
      detail: { ended: ended.map(({ id }) => id) },
    });
  return ended.length;
}
