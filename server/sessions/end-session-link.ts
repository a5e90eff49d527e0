import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { authorizeSharing } from './authorize-sharing.ts';
import { appendEventAndAudit, lockGuests, moveGuest } from './guest-steps.ts';

export const endSessionLinkInput = z.object({
  sessionId: z.string(),
  linkId: z.string(),
  /** Ends the access of those who came by it, too. */
  withGuests: z.boolean().default(false),
});

/** Ends a link: nobody comes by it any more, and whoever still waits is declined. @throws not_found when it has ended */
export async function endSessionLink(ctx: Context, given: z.input<typeof endSessionLinkInput>): Promise<void> {
  const { sessionId, linkId, withGuests } = endSessionLinkInput.parse(given);
  const { teamId, actor } = await authorizeSharing(ctx, sessionId);
  const { sessionLink, sessionGuest } = schema;
  const by = actorRef(actor);
  await withTransaction(ctx, async (tx) => {
    const now = tx.now();
    const ended = await tx.db
      .update(sessionLink)
      .set({ revokedAt: now, revokedBy: actor.personId })
      .where(
        and(
          eq(sessionLink.id, linkId),
          eq(sessionLink.sessionId, sessionId),
          eq(sessionLink.teamId, teamId),
          isNull(sessionLink.revokedAt),
        ),
      )
      .returning({ id: sessionLink.id });
    if (ended.length === 0) throw new AppError('not_found', 'There is no such link, or it was ended already.');
    await appendSessionEvent(tx.db, { sessionId, teamId, actor: by, body: { type: 'guest_link_ended', linkId } });
    await appendAudit(tx, {
      teamId,
      action: 'session_link.revoke',
      resource: { type: 'session', id: sessionId },
      detail: { link: linkId, withGuests },
    });
    const came = and(eq(sessionGuest.linkId, linkId), sql`${sessionGuest.state} in ('knocking', 'admitted')`);
    for (const guest of await lockGuests(tx, { sessionId, teamId, where: came })) {
      const isWaiting = guest.state === 'knocking';
      if (!isWaiting && !withGuests) continue;
      const state = isWaiting ? ('denied' as const) : ('revoked' as const);
      await moveGuest(tx, guest, { from: [guest.state], to: { state, endedAt: now, endedBy: actor.personId } });
      await appendEventAndAudit(tx, {
        guest,
        by,
        action: isWaiting ? 'guest.deny' : 'guest.revoke',
        body: { type: isWaiting ? 'guest_denied' : 'guest_revoked', guestId: guest.id, name: guest.name },
      });
    }
  });
}
