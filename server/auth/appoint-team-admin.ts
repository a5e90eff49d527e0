import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { emailField } from '../core/identity-fields.ts';
import { notify } from '../platform/notify.ts';
import { authorizeInstallation } from './authorize.ts';
import { lockTeam, otherAdmins } from './team-lock.ts';

export const appointTeamAdminInput = z.object({ teamId: z.string(), email: emailField });

/**
 * Gives a team whose admins are all disabled a new one. An installation admin cannot enter a team that has an admin.
 * @throws conflict when the team has an admin, not_found for an unknown team or person
 */
export async function appointTeamAdmin(ctx: Context, given: z.input<typeof appointTeamAdminInput>): Promise<void> {
  await authorizeInstallation(ctx);
  const { teamId, email } = appointTeamAdminInput.parse(given);
  const { team, teamMember, person } = schema;
  await withTransaction(ctx, async (tx) => {
    await lockTeam(tx, teamId);
    const [found] = await tx.db.select({ id: team.id }).from(team).where(eq(team.id, teamId));
    if (!found) throw new AppError('not_found', 'There is no such team.');
    const [someone] = await tx.db
      .select({ id: person.id })
      .from(person)
      .where(and(eq(person.email, email), eq(person.kind, 'account'), isNull(person.disabledAt)));
    if (!someone)
      throw new AppError('not_found', `There is no active account for ${email}.`, { details: { field: 'email' } });
    if ((await otherAdmins(tx, teamId, '')) > 0)
      throw new AppError('conflict', 'This team has an admin, who decides who else is one. Ask them.');
    await tx.db
      .insert(teamMember)
      .values({ teamId, personId: someone.id, role: 'admin', createdAt: tx.now() })
      .onConflictDoUpdate({ target: [teamMember.teamId, teamMember.personId], set: { role: 'admin' } });
    await notify(tx.db, 'access_changed', `person:${someone.id}`);
    await appendAudit(tx, {
      teamId,
      action: 'member.appoint_admin',
      resource: { type: 'person', id: someone.id },
      detail: { after: { role: 'admin' } },
    });
  });
}
