import { and, asc, desc, eq, gt, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { schema } from '../../db/client.ts';
import { authorizeSession, type SessionAccess } from '../auth/authorize.ts';
import { guestFacts, mayShare } from '../auth/guest-access.ts';
import type { Context } from '../context.ts';
import { guestName, guestStanding, type GuestStanding } from '../core/guest-access.ts';
import { mayInTeam, rightsOfRole, type GuestLevel, type SessionRight, type TeamRole } from '../core/permissions.ts';

export type MemberAccess = { personId: string; name: string; role: TeamRole; rights: SessionRight[] };
export type GuestAccess = {
  id: string;
  personId: string;
  linkId: string;
  name: string;
  level: GuestLevel;
  standing: GuestStanding;
  /** Who answers for them. */
  letInBy: string | null;
  knockedAt: Date;
  expiresAt: Date;
};
export type LinkAccess = {
  id: string;
  level: GuestLevel;
  asksFirst: boolean;
  uses: number;
  maxUses: number | null;
  madeBy: string;
  createdAt: Date;
  expiresAt: Date;
  /** False when whoever made it may not share any more. */
  isAnsweredFor: boolean;
};
/** A program that entered the room by a token. */
export type ProgramAccess = { ticketId: string; token: string; owner: string; rights: SessionRight[]; expiresAt: Date };

export type WhoHasAccess = {
  /** Limited to some of the team's members, and its admins. */
  isLimited: boolean;
  members: MemberAccess[];
  guests: GuestAccess[];
  links: LinkAccess[];
  programs: ProgramAccess[];
  may: { share: boolean };
};

/** Everyone who may enter a session and by what; for its members. */
export async function whoHasAccess(ctx: Context, { sessionId }: { sessionId: string }): Promise<WhoHasAccess> {
  const access = await authorizeSession(ctx, sessionId, 'view');
  const [members, guests, links, programs] = await Promise.all([
    membersOf(ctx, access),
    guestsOf(ctx, access),
    linksOf(ctx, access),
    programsOf(ctx, access),
  ]);
  const share = mayInTeam(access.role, 'session.share');
  return { isLimited: access.project.isRestricted, members, guests, links, programs, may: { share } };
}

async function membersOf(ctx: Context, { project, teamId }: SessionAccess): Promise<MemberAccess[]> {
  const { teamMember, projectMember, person } = schema;
  const isListed = or(eq(teamMember.role, 'admin'), isNotNull(projectMember.personId));
  const rows = await ctx.db
    .select({ personId: person.id, name: person.name, role: teamMember.role })
    .from(teamMember)
    .innerJoin(person, and(eq(person.id, teamMember.personId), isNull(person.disabledAt)))
    .leftJoin(projectMember, and(eq(projectMember.projectId, project.id), eq(projectMember.personId, person.id)))
    .where(and(eq(teamMember.teamId, teamId), project.isRestricted ? isListed : undefined))
    .orderBy(asc(person.name), asc(person.id));
  return rows.map((row) => ({ ...row, rights: [...rightsOfRole(row.role)] }));
}

/** Those who are in or wait, and those whose access ended within a week. */
async function guestsOf(ctx: Context, { session: { id }, teamId }: SessionAccess): Promise<GuestAccess[]> {
  const { sessionGuest, session, project, person } = schema;
  const sponsor = alias(person, 'sponsor');
  const rows = await ctx.db
    .select({ guest: sessionGuest, name: person.name, letInBy: sponsor.name, ...guestFacts })
    .from(sessionGuest)
    .innerJoin(session, eq(session.id, sessionGuest.sessionId))
    .innerJoin(project, eq(project.id, session.projectId))
    .innerJoin(person, eq(person.id, sessionGuest.personId))
    .leftJoin(sponsor, eq(sponsor.id, sessionGuest.admittedBy))
    .where(
      and(
        eq(sessionGuest.sessionId, id),
        eq(sessionGuest.teamId, teamId),
        sql`coalesce(${sessionGuest.endedAt}, ${sessionGuest.expiresAt}) > now() - interval '7 days'`,
      ),
    )
    .orderBy(desc(sessionGuest.knockedAt), desc(sessionGuest.id))
    .limit(200);
  return rows.map(({ guest, name, letInBy, ...facts }) => ({
    id: guest.id,
    personId: guest.personId,
    linkId: guest.linkId,
    name: guestName(name),
    level: guest.level,
    standing: guestStanding(facts),
    letInBy,
    knockedAt: guest.knockedAt,
    expiresAt: guest.expiresAt,
  }));
}

async function linksOf(ctx: Context, { session: { id }, teamId }: SessionAccess): Promise<LinkAccess[]> {
  const { sessionLink, session, project, person } = schema;
  return ctx.db
    .select({
      id: sessionLink.id,
      level: sessionLink.level,
      asksFirst: sessionLink.asksFirst,
      uses: sessionLink.uses,
      maxUses: sessionLink.maxUses,
      madeBy: person.name,
      createdAt: sessionLink.createdAt,
      expiresAt: sessionLink.expiresAt,
      isAnsweredFor: mayShare(sessionLink.createdBy),
    })
    .from(sessionLink)
    .innerJoin(session, eq(session.id, sessionLink.sessionId))
    .innerJoin(project, eq(project.id, session.projectId))
    .innerJoin(person, eq(person.id, sessionLink.createdBy))
    .where(
      and(
        eq(sessionLink.sessionId, id),
        eq(sessionLink.teamId, teamId),
        isNull(sessionLink.revokedAt),
        gt(sessionLink.expiresAt, sql`now()`),
      ),
    )
    .orderBy(desc(sessionLink.createdAt), desc(sessionLink.id));
}

async function programsOf(ctx: Context, { session, teamId }: SessionAccess): Promise<ProgramAccess[]> {
  const { roomTicket, apiToken, person } = schema;
  return ctx.db
    .select({
      ticketId: roomTicket.id,
      token: apiToken.name,
      owner: person.name,
      rights: roomTicket.rights,
      expiresAt: roomTicket.expiresAt,
    })
    .from(roomTicket)
    .innerJoin(apiToken, and(eq(apiToken.id, roomTicket.apiTokenId), isNull(apiToken.revokedAt)))
    .innerJoin(person, eq(person.id, roomTicket.personId))
    .where(
      and(
        eq(roomTicket.sessionId, session.id),
        eq(roomTicket.teamId, teamId),
        isNull(roomTicket.revokedAt),
        isNotNull(roomTicket.firstUsedAt),
        gt(roomTicket.expiresAt, sql`now()`),
      ),
    )
    .orderBy(desc(roomTicket.createdAt))
    .limit(50);
}
