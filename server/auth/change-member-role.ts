import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { mayInTeam, teamRoles } from '../core/permissions.ts';
import { notify } from '../platform/notify.ts';
import { authorizeTeam } from './authorize.ts';
import { endSharingBy } from './end-sharing.ts';
import { lockTeam, memberRole, requireAnotherAdmin, revokeInvitationsBy } from './team-lock.ts';

export const changeMemberRoleInput = z.object({ teamId: z.string(), personId: z.string(), role: z.enum(teamRoles) });

/**
 * Gives a member another role in the team.
 * @throws conflict for the team's only admin, forbidden unless the actor is one of its admins
 */
export async function changeMemberRole(ctx: Context, given: z.input<typeof changeMemberRoleInput>): Promise<void> {
  const { teamId, personId, role } = changeMemberRoleInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    await lockTeam(tx, teamId);
    await authorizeTeam(tx, teamId, 'member.manage');
    const before = await memberRole(tx, teamId, personId);
    if (before === role) return;
    if (before === 'admin') {
      await requireAnotherAdmin(tx, teamId, personId);
      await revokeInvitationsBy(tx, personId, teamId);
    }
    if (!mayInTeam(role, 'session.share')) await endSharingBy(tx, personId, teamId);
    await tx.db
      .update(schema.teamMember)
      .set({ role })
      .where(and(eq(schema.teamMember.teamId, teamId), eq(schema.teamMember.personId, personId)));
    await notify(tx.db, 'access_changed', `person:${personId}`);
    await appendAudit(tx, {
      teamId,
      action: 'member.change_role',
      resource: { type: 'person', id: personId },
      detail: { before: { role: before }, after: { role } },
    });
  });
}
