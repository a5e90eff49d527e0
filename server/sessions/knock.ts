import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { authorizeSession, requirePerson, type PersonActor } from '../auth/authorize.ts';
import { findGuestPlace, type GuestPlace } from '../auth/guest-access.ts';
import { minutesMs, requireAttempt } from '../auth/rate-limit.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { guestEnding, guestName } from '../core/guest-access.ts';
import { newId } from '../platform/ids.ts';
import { findSessionLink, getOpenLink, linkEnding, type FoundLink } from './find-session-link.ts';
import { appendEventAndAudit, type NamedGuest } from './guest-steps.ts';

export const knockInput = z.object({ token: z.string().min(1).max(200) });

/**
 * Asks to be let into the session behind a link, or comes in when the link does not ask. Whoever is in or waits already
 * stays as they are.
 * @throws AppError `forbidden` when the link has ended or the actor's access by it was; `rate_limited`
 */
export async function knock(ctx: Context, given: z.input<typeof knockInput>): Promise<{ sessionId: string }> {
  const actor = requireVisitor(ctx);
  const { token } = knockInput.parse(given);
  const standing = await placeBehind(ctx, token, actor);
  if (standing) return { sessionId: standing };
  const found = await getOpenLink(ctx, token);
  const { sessionId } = found.link;
  const windowMs = minutesMs(15);
  await requireAttempt(ctx, { key: `knock:person:${actor.personId}`, attempts: 10, windowMs });
  await requireAttempt(ctx, { key: `knock:link:${found.link.id}`, attempts: 60, windowMs });
  await withTransaction(ctx, (tx) => enter(tx, found, actor));
  return { sessionId };
}

function requireVisitor(ctx: Context): PersonActor {
  const actor = requirePerson(ctx);
  if (ctx.credential.kind !== 'auth_session')
    throw new AppError('forbidden', 'A link is opened in a browser. A token cannot do this.');
  return actor;
}

/** The session, when the actor has nothing to ask for: a member of it, in already, or waiting at this link. */
async function placeBehind(ctx: Context, token: string, actor: PersonActor): Promise<string | undefined> {
  const found = await findSessionLink(ctx, token);
  if (!found || found.ending === 'deleted') return undefined;
  const { sessionId } = found.link;
  if (await isMember(ctx, sessionId)) return sessionId;
  const place = await findGuestPlace(ctx.db, { sessionId, personId: actor.personId });
  if (place?.standing === 'in') return sessionId;
  if (place?.standing === 'waiting' && place.guest.linkId === found.link.id) return sessionId;
  if (place) requireMayKnock(place, found);
  return undefined;
}

/** Whether the actor's role lets them see the session, so that no link is needed. */
export async function isMember(ctx: Context, sessionId: string): Promise<boolean> {
  try {
    await authorizeSession(ctx, sessionId, 'view');
    return true;
  } catch (error) {
    if (isAppError(error) && error.code === 'not_found') return false;
    throw error;
  }
}

/** Whoever was thrown out comes back by a newer link only. */
function requireMayKnock({ guest, standing }: GuestPlace, { link }: FoundLink): void {
  if (standing === 'revoked' && guest.endedAt !== null && link.createdAt <= guest.endedAt)
    throw new AppError('forbidden', guestEnding('revoked'));
}

async function enter(tx: Context, { link, madeBy }: FoundLink, actor: PersonActor): Promise<void> {
  const now = tx.now();
  if (!link.asksFirst && !(await takeUse(tx, link.id))) throw new AppError('forbidden', linkEnding('full', madeBy));
  const row = {
    id: newId('gst'),
    teamId: link.teamId,
    sessionId: link.sessionId,
    personId: actor.personId,
    linkId: link.id,
    level: link.level,
    state: link.asksFirst ? ('knocking' as const) : ('admitted' as const),
    admittedBy: link.asksFirst ? null : link.createdBy,
    knockedAt: now,
    admittedAt: link.asksFirst ? null : now,
    endedAt: null,
    endedBy: null,
    expiresAt: link.expiresAt,
  };
  const { id: _id, ...again } = row;
  const { sessionGuest } = schema;
  const [guest] = await tx.db
    .insert(sessionGuest)
    .values(row)
    .onConflictDoUpdate({ target: [sessionGuest.sessionId, sessionGuest.personId], set: again })
    .returning();
  if (!guest) throw new Error(`no guest of ${link.id} was written`);
  await tellOf(tx, { ...guest, name: guestName(actor.name) }, actor);
}

async function tellOf(tx: Context, guest: NamedGuest, actor: PersonActor): Promise<void> {
  const of = { guestId: guest.id, name: guest.name, level: guest.level };
  const isIn = guest.state === 'admitted';
  await appendEventAndAudit(tx, {
    guest,
    by: actorRef({ ...actor, name: guest.name }),
    action: isIn ? 'guest.enter' : 'guest.knock',
    body: isIn ? { type: 'guest_admitted', ...of, asked: false } : { type: 'guest_knocked', ...of },
  });
}

/** Inside a transaction: counts one more person let in. @returns false when the link has ended or is full */
export async function takeUse(tx: Context, linkId: string): Promise<boolean> {
  const { sessionLink } = schema;
  const taken = await tx.db
    .update(sessionLink)
    .set({ uses: sql`${sessionLink.uses} + 1` })
    .where(
      and(
        eq(sessionLink.id, linkId),
        isNull(sessionLink.revokedAt),
        sql`${sessionLink.expiresAt} > now()`,
        or(isNull(sessionLink.maxUses), lt(sessionLink.uses, sessionLink.maxUses)),
      ),
    )
    .returning({ id: sessionLink.id });
  return taken.length === 1;
}
