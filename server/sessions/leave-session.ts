import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { requirePerson } from '../auth/authorize.ts';
import { findGuestPlace } from '../auth/guest-access.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { appendEventAndAudit, lockGuests, moveGuest } from './guest-steps.ts';

export const leaveSessionInput = z.object({ sessionId: z.string() });

/** A guest goes, or stops waiting. Doing it twice changes nothing. @throws not_found for whoever never knocked */
export async function leaveSession(ctx: Context, given: z.input<typeof leaveSessionInput>): Promise<void> {
  const actor = requirePerson(ctx);
  const { sessionId } = leaveSessionInput.parse(given);
  const place = await findGuestPlace(ctx.db, { sessionId, personId: actor.personId });
  if (!place) throw new AppError('not_found', 'You are not a guest of such a session.');
  await withTransaction(ctx, async (tx) => {
    const { teamId } = place.guest;
    const [guest] = await lockGuests(tx, { sessionId, teamId, where: eq(schema.sessionGuest.id, place.guest.id) });
    if (!guest) return;
    const gone = { state: 'left' as const, endedAt: tx.now(), endedBy: actor.personId };
    if (!(await moveGuest(tx, guest, { from: ['admitted', 'knocking'], to: gone }))) return;
    await appendEventAndAudit(tx, {
      guest,
      by: actorRef({ ...actor, name: guest.name }),
      action: 'guest.leave',
      body: { type: 'guest_left', guestId: guest.id, name: guest.name, wasIn: guest.state === 'admitted' },
    });
  });
}
