import { and, asc, eq, exists, isNull, or, sql } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { ParticipantAccess } from '../../auth/authorize-participant.ts';
import { guestFacts } from '../../auth/guest-access.ts';
import type { Context } from '../../context.ts';
import { guestName, guestStanding } from '../../core/guest-access.ts';
import type { Mentionable } from '../../core/mention.ts';

/**
 * Whom a comment in the session can mention, by name: everyone who may see the session. To a guest the team's people do
 * not exist (AC27), but for those who did something in it.
 */
export async function peopleOf(ctx: Context, access: ParticipantAccess): Promise<Mentionable[]> {
  const [members, guests] = await Promise.all([membersOf(ctx, access), guestsOf(ctx, access)]);
  const others = guests.filter((guest) => !members.some(({ id }) => id === guest.id));
  return [...members, ...others].toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}

async function membersOf(ctx: Context, { project, role, session, teamId }: ParticipantAccess): Promise<Mentionable[]> {
  const { person, projectMember, sessionEvent, teamMember } = schema;
  const one = { one: sql`1` };
  const isListed = exists(
    ctx.db
      .select(one)
      .from(projectMember)
      .where(
        and(
          eq(projectMember.projectId, project.id),
          eq(projectMember.teamId, teamId),
          eq(projectMember.personId, person.id),
        ),
      ),
  );
  const wasHere = exists(
    ctx.db
      .select(one)
      .from(sessionEvent)
      .where(
        and(
          eq(sessionEvent.sessionId, session.id),
          eq(sessionEvent.teamId, teamId),
          sql`${sessionEvent.actor}->>'id' = ${person.id}`,
        ),
      ),
  );
  return ctx.db
    .select({ id: person.id, name: person.name })
    .from(person)
    .innerJoin(teamMember, and(eq(teamMember.personId, person.id), eq(teamMember.teamId, teamId)))
    .where(
      and(
        isNull(person.disabledAt),
        project.isRestricted ? or(eq(teamMember.role, 'admin'), isListed) : undefined,
        role === null ? wasHere : undefined,
      ),
    );
}

async function guestsOf(ctx: Context, { session, teamId }: ParticipantAccess): Promise<Mentionable[]> {
  const { person, project, sessionGuest } = schema;
  const rows = await ctx.db
    .select({ id: person.id, name: person.name, ...guestFacts })
    .from(sessionGuest)
    .innerJoin(person, eq(person.id, sessionGuest.personId))
    .innerJoin(schema.session, eq(schema.session.id, sessionGuest.sessionId))
    .innerJoin(project, eq(project.id, schema.session.projectId))
    .where(and(eq(sessionGuest.sessionId, session.id), eq(sessionGuest.teamId, teamId), isNull(person.disabledAt)))
    .orderBy(asc(person.id));
  return rows.flatMap(({ id, name, ...facts }) =>
    guestStanding(facts) === 'in' ? [{ id, name: guestName(name) }] : [],
  );
}
