import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { authorizeSharing, requireGivable } from './authorize-sharing.ts';
import { appendEventAndAudit, lockGuests, moveGuest } from './guest-steps.ts';
import { takeUse } from './knock.ts';
import { requireActiveSession } from './require-active-session.ts';

export const answerKnockInput = z.object({ sessionId: z.string(), guestId: z.string(), admit: z.boolean() });

/**
 * Lets somebody who waits in, or declines. Whoever lets them in answers for them from then on.
 * @throws AppError `not_found` for nobody of this session; `conflict` when they do not wait any more or the link ended
 */
export async function answerKnock(ctx: Context, given: z.input<typeof answerKnockInput>): Promise<void> {
  const { sessionId, guestId, admit } = answerKnockInput.parse(given);
  const access = await authorizeSharing(ctx, sessionId);
  const { teamId, actor, session } = access;
  if (admit) requireActiveSession(session);
  await withTransaction(ctx, async (tx) => {
    const where = eq(schema.sessionGuest.id, guestId);
    const [guest] = await lockGuests(tx, { sessionId, teamId, where });
    if (!guest) throw new AppError('not_found', 'Nobody by that name waits here.');
    if (guest.state !== 'knocking')
      throw new AppError('conflict', `${guest.name} does not wait any more. Someone may have answered before you.`);
    if (admit) {
      requireGivable(access, guest.level);
      if (!(await takeUse(tx, guest.linkId)))
        throw new AppError('conflict', 'The link they came by has ended or is full. Make a new one for them.');
    }
    const now = tx.now();
    const of = { guestId, name: guest.name };
    const ended = { state: 'denied' as const, endedAt: now, endedBy: actor.personId };
    const admitted = { state: 'admitted' as const, admittedBy: actor.personId, admittedAt: now };
    await moveGuest(tx, guest, { from: ['knocking'], to: admit ? admitted : ended });
    await appendEventAndAudit(tx, {
      guest,
      by: actorRef(actor),
      action: admit ? 'guest.admit' : 'guest.deny',
      body: admit
        ? { type: 'guest_admitted', ...of, level: guest.level, asked: true }
        : { type: 'guest_denied', ...of },
    });
  });
}
