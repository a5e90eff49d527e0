import { and, eq, inArray, isNull, sql, type SQL } from 'drizzle-orm';
import { schema, type Database } from '../../db/client.ts';
import { guestFacts } from '../auth/guest-access.ts';
import { guestEnding, guestName, guestStanding, type GuestFacts } from '../core/guest-access.ts';
import {
  limitRights,
  rightsOfGuest,
  rightsOfRole,
  type GuestLevel,
  type SessionRight,
  type TeamRole,
} from '../core/permissions.ts';
import { hashSecret } from '../platform/secrets.ts';

/** Who entered a room by which ticket, and what they may do there. */
export type Participant = {
  ticketId: string;
  sessionId: string;
  projectId: string;
  teamId: string;
  personId: string;
  name: string;
  authSessionId: string | null;
  apiTokenId: string | null;
  clientId: number;
  rights: readonly SessionRight[];
  /** The member who answers for a guest. */
  sponsorId?: string;
};

/** 4401: the ticket is dead. 4403: a right is missing. 4404: no such room, or not yours. Clients do not retry these. */
export type Refusal = { code: 4401 | 4403 | 4404; reason: string };
export type Admission = { ok: true; participant: Participant } | ({ ok: false } & Refusal);

const { roomTicket, session, project, person, teamMember, projectMember, authSession, apiToken, sessionGuest } = schema;

const dead: Admission = { ok: false, code: 4401, reason: 'This ticket is not valid any more. Open the session again.' };
const absent: Admission = { ok: false, code: 4404, reason: 'There is no such room, or you have no access to it.' };

/** The one place that decides who may be in a room; asked at entry and again whenever access may have changed. */
const selected = {
  ticketId: roomTicket.id,
  sessionId: roomTicket.sessionId,
  projectId: session.projectId,
  teamId: roomTicket.teamId,
  personId: roomTicket.personId,
  name: person.name,
  authSessionId: roomTicket.authSessionId,
  apiTokenId: roomTicket.apiTokenId,
  clientId: roomTicket.clientId,
  asked: roomTicket.rights,
  role: teamMember.role,
  isAlive: sql<boolean>`${roomTicket.revokedAt} is null and ${roomTicket.expiresAt} > now()
    and (${roomTicket.firstUsedAt} is not null or ${roomTicket.useBefore} > now())
    and ${person.disabledAt} is null
    and (${roomTicket.authSessionId} is null or (${authSession.revokedAt} is null and ${authSession.expiresAt} > now()))
    and (${roomTicket.apiTokenId} is null or (${apiToken.id} is not null and ${apiToken.revokedAt} is null
      and (${apiToken.expiresAt} is null or ${apiToken.expiresAt} > now())))`,
  isOpen: sql<boolean>`${session.deletedAt} is null and ${session.archivedAt} is null
    and ${project.deletedAt} is null and ${project.archivedAt} is null`,
  isListed: sql<boolean>`(not ${project.isRestricted} or ${projectMember.personId} is not null or ${teamMember.role} = 'admin')`,
  isDeleted: sql<boolean>`(${session.deletedAt} is not null or ${project.deletedAt} is not null)`,
  level: sessionGuest.level,
  sponsorId: sessionGuest.admittedBy,
  ...guestFacts,
};

type Row = Omit<Participant, 'rights' | 'sponsorId'> &
  Omit<GuestFacts, 'state'> & {
    asked: SessionRight[];
    role: TeamRole | null;
    isAlive: boolean;
    isOpen: boolean;
    /** Of a limited project; a team's admin always is. */
    isListed: boolean;
    isDeleted: boolean;
    level: GuestLevel | null;
    sponsorId: string | null;
    state: GuestFacts['state'] | null;
  };

function rowsWhere(db: Database, condition: SQL | undefined): Promise<Row[]> {
  return db
    .select(selected)
    .from(roomTicket)
    .innerJoin(session, eq(session.id, roomTicket.sessionId))
    .innerJoin(project, eq(project.id, session.projectId))
    .innerJoin(person, eq(person.id, roomTicket.personId))
    .leftJoin(teamMember, and(eq(teamMember.teamId, roomTicket.teamId), eq(teamMember.personId, roomTicket.personId)))
    .leftJoin(
      projectMember,
      and(eq(projectMember.projectId, project.id), eq(projectMember.personId, roomTicket.personId)),
    )
    .leftJoin(
      sessionGuest,
      and(
        eq(sessionGuest.teamId, roomTicket.teamId),
        eq(sessionGuest.sessionId, roomTicket.sessionId),
        eq(sessionGuest.personId, roomTicket.personId),
      ),
    )
    .leftJoin(authSession, eq(authSession.id, roomTicket.authSessionId))
    .leftJoin(apiToken, eq(apiToken.id, roomTicket.apiTokenId))
    .where(condition);
}

function decide(row: Row | undefined): Admission {
  if (!row?.isAlive) return dead;
  if (row.role !== null && row.isListed) return row.isOpen ? admitted(row, rightsOfRole(row.role)) : absent;
  return decideGuest(row);
}

/** Somebody whom no membership lets in: a guest, or nobody. What ended a guest's place is told to them. */
function decideGuest(row: Row): Admission {
  const { level, state } = row;
  if (level === null || state === null || row.authSessionId === null) return row.role === null ? dead : absent;
  if (row.isDeleted) return absent;
  const standing = guestStanding({ ...row, state });
  if (standing !== 'in') return { ok: false, code: 4404, reason: guestEnding(standing) };
  const admission = admitted({ ...row, name: guestName(row.name) }, rightsOfGuest(level));
  if (admission.ok && row.sponsorId !== null) admission.participant.sponsorId = row.sponsorId;
  return admission;
}

function admitted(row: Row, given: readonly SessionRight[]): Admission {
  const { ticketId, sessionId, projectId, teamId, personId, name, authSessionId, apiTokenId, clientId, asked } = row;
  const rights = limitRights(given, asked.length > 0 ? asked : undefined);
  if (!rights.includes('view')) return { ok: false, code: 4403, reason: 'You have no right to view this session.' };
  return {
    ok: true,
    participant: {
      ticketId,
      sessionId,
      projectId,
      teamId,
      personId,
      name,
      authSessionId,
      apiTokenId,
      clientId,
      rights,
    },
  };
}

/** Redeems a ticket for a room. Its first use must come within a minute of its issue; then it resumes. */
export async function admit(db: Database, entry: { ticket: string; room: string }): Promise<Admission> {
  const [row] = await rowsWhere(db, eq(roomTicket.ticketHash, hashSecret(entry.ticket)));
  if (!row) return dead;
  if (row.sessionId !== entry.room) return absent;
  const admission = decide(row);
  if (!admission.ok) return admission;
  await db
    .update(roomTicket)
    .set({ firstUsedAt: sql`now()` })
    .where(and(eq(roomTicket.id, row.ticketId), isNull(roomTicket.firstUsedAt)));
  return admission;
}

/** What these tickets give now. A ticket that is gone is dead. */
export async function admissionsNow(db: Database, ticketIds: readonly string[]): Promise<Map<string, Admission>> {
  const ids = [...new Set(ticketIds)];
  const rows = ids.length === 0 ? [] : await rowsWhere(db, inArray(roomTicket.id, ids));
  const byId = new Map(rows.map((row) => [row.ticketId, row]));
  return new Map(ids.map((id) => [id, decide(byId.get(id))]));
}

/** Whether a payload of `access_changed` concerns a participant. */
export function concerns(payload: string, participant: Participant): boolean {
  const at = payload.indexOf(':');
  const id = payload.slice(at + 1);
  switch (payload.slice(0, at)) {
    case 'person':
      return participant.personId === id || participant.sponsorId === id;
    case 'auth_session':
      return participant.authSessionId === id;
    case 'token':
      return participant.apiTokenId === id;
    case 'session':
      return participant.sessionId === id;
    case 'project':
      return participant.projectId === id;
    case 'team':
      return participant.teamId === id;
    case 'run':
      return false;
    default:
      return true;
  }
}
