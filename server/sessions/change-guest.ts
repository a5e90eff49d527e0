import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { guestLevels } from '../core/permissions.ts';
import { authorizeSharing, requireGivable } from './authorize-sharing.ts';
import { appendEventAndAudit, lockGuests, moveGuest, type NamedGuest } from './guest-steps.ts';

export const changeGuestInput = z.object({ sessionId: z.string(), guestId: z.string(), level: z.enum(guestLevels) });
export const endGuestInput = z.object({ sessionId: z.string(), guestId: z.string() });

/** Lets a guest do more or less from the next message on. @throws not_found for nobody who is in */
export async function changeGuest(ctx: Context, given: z.input<typeof changeGuestInput>): Promise<void> {
  const { sessionId, guestId, level } = changeGuestInput.parse(given);
  const access = await authorizeSharing(ctx, sessionId);
  requireGivable(access, level);
  await withTransaction(ctx, async (tx) => {
    const guest = await getGuestInside(tx, { sessionId, teamId: access.teamId, guestId });
    if (guest.level === level) return;
    await moveGuest(tx, guest, { from: ['admitted'], to: { level } });
    await appendEventAndAudit(tx, {
      guest,
      by: actorRef(access.actor),
      action: 'guest.change',
      body: { type: 'guest_changed', guestId, name: guest.name, level },
    });
  });
}

/**
 * Ends a guest's access; they cannot come back by the same link. A link that lets everyone in asks from then on, for
 * else they would come back under another name.
 * @throws not_found for nobody who is in
 */
export async function endGuest(ctx: Context, given: z.input<typeof endGuestInput>): Promise<{ linkAsksNow: boolean }> {
  const { sessionId, guestId } = endGuestInput.parse(given);
  const { teamId, actor } = await authorizeSharing(ctx, sessionId);
  return withTransaction(ctx, async (tx) => {
    const guest = await getGuestInside(tx, { sessionId, teamId, guestId });
    const ended = { state: 'revoked' as const, endedAt: tx.now(), endedBy: actor.personId };
    await moveGuest(tx, guest, { from: ['admitted'], to: ended });
    await appendEventAndAudit(tx, {
      guest,
      by: actorRef(actor),
      action: 'guest.revoke',
      body: { type: 'guest_revoked', guestId, name: guest.name },
    });
    const { sessionLink } = schema;
    const asking = await tx.db
      .update(sessionLink)
      .set({ asksFirst: true })
      .where(and(eq(sessionLink.id, guest.linkId), eq(sessionLink.teamId, teamId), eq(sessionLink.asksFirst, false)))
      .returning({ id: sessionLink.id });
    return { linkAsksNow: asking.length === 1 };
  });
}

async function getGuestInside(
  tx: Context,
  of: { sessionId: string; teamId: string; guestId: string },
): Promise<NamedGuest> {
  const [guest] = await lockGuests(tx, { ...of, where: eq(schema.sessionGuest.id, of.guestId) });
  if (guest?.state !== 'admitted')
    throw new AppError('not_found', 'There is no such guest in this session, or not any more.');
  return guest;
}
