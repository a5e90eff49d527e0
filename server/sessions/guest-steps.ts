import { and, eq, inArray, type SQL } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import type { GuestRow } from '../auth/guest-access.ts';
import type { Context } from '../context.ts';
import type { ActorRef } from '../core/actor.ts';
import { guestName, type GuestState } from '../core/guest-access.ts';
import type { SessionEventBody } from '../core/session-event.ts';
import { notify } from '../platform/notify.ts';
import { appendSessionEvent } from '../runs/event-log.ts';

/** A guest of a session with the name others see. */
export type NamedGuest = GuestRow & { name: string };

/** Inside a transaction: the guests of a session that fit, locked. */
export async function lockGuests(
  tx: Context,
  of: { sessionId: string; teamId: string; where: SQL | undefined },
): Promise<NamedGuest[]> {
  const { sessionGuest, person } = schema;
  const rows = await tx.db
    .select({ guest: sessionGuest, name: person.name })
    .from(sessionGuest)
    .innerJoin(person, eq(person.id, sessionGuest.personId))
    .where(and(eq(sessionGuest.sessionId, of.sessionId), eq(sessionGuest.teamId, of.teamId), of.where))
    .orderBy(sessionGuest.id)
    .for('update', { of: sessionGuest });
  return rows.map(({ guest, name }) => ({ ...guest, name: guestName(name) }));
}

/**
 * Inside a transaction: moves a guest from one of these states.
 * @returns false when they are in none of them
 */
export async function moveGuest(
  tx: Context,
  guest: GuestRow,
  { from, to }: { from: readonly GuestState[]; to: Partial<GuestRow> },
): Promise<boolean> {
  const { sessionGuest } = schema;
  const moved = await tx.db
    .update(sessionGuest)
    .set(to)
    .where(
      and(eq(sessionGuest.id, guest.id), eq(sessionGuest.teamId, guest.teamId), inArray(sessionGuest.state, [...from])),
    )
    .returning({ id: sessionGuest.id });
  return moved.length === 1;
}

/** Inside a transaction: says what became of a guest in the session's log and the audit log, and to every process. */
export async function appendEventAndAudit(
  tx: Context,
  { guest, by, action, body }: { guest: NamedGuest; by: ActorRef; action: string; body: SessionEventBody },
): Promise<void> {
  const { sessionId, teamId, personId, linkId } = guest;
  await appendSessionEvent(tx.db, { sessionId, teamId, actor: by, body });
  await notify(tx.db, 'access_changed', `person:${personId}`);
  const level = 'level' in body ? { level: body.level } : {};
  await appendAudit(tx, {
    teamId,
    action,
    resource: { type: 'session', id: sessionId },
    detail: { guest: guest.id, person: personId, name: guest.name, link: linkId, ...level },
  });
}
