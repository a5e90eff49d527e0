import { and, eq, isNull, ne } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import type { TeamRole } from '../core/permissions.ts';

/** Inside a transaction: changes of one team's members wait for each other, so that each sees the admins that are left. */
export async function lockTeam(tx: Context, teamId: string): Promise<void> {
  await tx.db.select({ id: schema.team.id }).from(schema.team).where(eq(schema.team.id, teamId)).for('update');
}

/** @throws not_found when the person is no member of the team */
export async function memberRole(tx: Context, teamId: string, personId: string): Promise<TeamRole> {
  const { teamMember } = schema;
  const [row] = await tx.db
    .select({ role: teamMember.role })
    .from(teamMember)
    .where(and(eq(teamMember.teamId, teamId), eq(teamMember.personId, personId)));
  if (!row) throw new AppError('not_found', 'This person is not in the team, or not any more.');
  return row.role;
}

/** Admins of the team who can sign in, but for one person. */
export async function otherAdmins(tx: Context, teamId: string, personId: string): Promise<number> {
  const { teamMember, person } = schema;
  const rows = await tx.db
    .select({ id: person.id })
    .from(teamMember)
    .innerJoin(person, eq(person.id, teamMember.personId))
    .where(
      and(
        eq(teamMember.teamId, teamId),
        eq(teamMember.role, 'admin'),
        ne(teamMember.personId, personId),
        isNull(person.disabledAt),
      ),
    );
  return rows.length;
}

/** Inside a transaction that holds the team's lock. @throws conflict when the team would be left without an admin */
export async function requireAnotherAdmin(tx: Context, teamId: string, personId: string): Promise<void> {
  if ((await otherAdmins(tx, teamId, personId)) === 0)
    throw new AppError('conflict', 'This is the only admin of the team. Make someone else an admin first.');
}

/** Inside a transaction: ends the open invitations that a person made, of one team or of all, with the right to make them. */
export async function revokeInvitationsBy(tx: Context, personId: string, teamId?: string): Promise<void> {
  const { invitation } = schema;
  await tx.db
    .update(invitation)
    .set({ revokedAt: tx.now() })
    .where(
      and(
        eq(invitation.createdBy, personId),
        teamId === undefined ? undefined : eq(invitation.teamId, teamId),
        isNull(invitation.acceptedAt),
        isNull(invitation.revokedAt),
      ),
    );
}
