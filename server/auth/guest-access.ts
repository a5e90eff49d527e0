import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { schema, type DatabaseOrTransaction } from '../../db/client.ts';
import { guestStanding, knockMs, type GuestStanding } from '../core/guest-access.ts';

/** Guests as rows: read here, by the checks of every door. */

const { session, project, sessionGuest } = schema;

/**
 * In a query over `project`: whether the person that `personId` names may share its sessions now. A link and a guest
 * are good as long as somebody answers for them.
 */
export function mayShare(personId: PgColumn): SQL<boolean> {
  return sql<boolean>`exists (select 1 from team_member m join person p on p.id = m.person_id
    where m.team_id = ${project.teamId} and m.person_id = ${personId} and m.role <> 'viewer' and p.disabled_at is null
      and (not ${project.isRestricted} or m.role = 'admin' or exists (
        select 1 from project_member l where l.project_id = ${project.id} and l.person_id = ${personId})))`;
}

/** In a query over `session` and `project`: nobody works in it. */
export const isPutAway = sql<boolean>`(${session.archivedAt} is not null or ${project.archivedAt} is not null)`;

/** In a query over `session`, `project` and `sessionGuest`: what `guestStanding` asks for. */
export const guestFacts = {
  state: sessionGuest.state,
  isExpired: sql<boolean>`${sessionGuest.expiresAt} <= now()`,
  isUnanswered: sql<boolean>`${sessionGuest.knockedAt} <= now() - make_interval(secs => ${knockMs / 1000})`,
  isAnsweredFor: mayShare(sessionGuest.admittedBy),
  isArchived: isPutAway,
};

export type GuestRow = typeof sessionGuest.$inferSelect;
export type GuestPlace = {
  guest: GuestRow;
  session: typeof session.$inferSelect;
  project: typeof project.$inferSelect;
  standing: GuestStanding;
};

/** A person's place as a guest of a session, or undefined: they never knocked, or the session was deleted. */
export async function findGuestPlace(
  db: DatabaseOrTransaction,
  of: { sessionId: string; personId: string },
): Promise<GuestPlace | undefined> {
  const [row] = await db
    .select({ guest: sessionGuest, session, project, ...guestFacts })
    .from(sessionGuest)
    .innerJoin(session, eq(session.id, sessionGuest.sessionId))
    .innerJoin(project, eq(project.id, session.projectId))
    .where(
      and(
        eq(sessionGuest.sessionId, of.sessionId),
        eq(sessionGuest.personId, of.personId),
        eq(sessionGuest.teamId, session.teamId),
        sql`${session.deletedAt} is null and ${project.deletedAt} is null`,
      ),
    );
  if (!row) return undefined;
  const { guest, session: place, project: its, ...facts } = row;
  return { guest, session: place, project: its, standing: guestStanding(facts) };
}
