import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { notify } from '../platform/notify.ts';
import { authorizeTeam, requirePerson } from './authorize.ts';
import { endSharingBy } from './end-sharing.ts';
import { lockTeam, memberRole, requireAnotherAdmin, revokeInvitationsBy } from './team-lock.ts';

export const removeMemberInput = z.object({ teamId: z.string(), personId: z.string() });

/**
 * Takes a member out of the team; anyone may take themselves out. Their sockets and streams in it close.
 * @throws conflict for the team's only admin, forbidden unless the actor is one of its admins or leaves
 */
export async function removeMember(ctx: Context, given: z.input<typeof removeMemberInput>): Promise<void> {
  const { teamId, personId } = removeMemberInput.parse(given);
  const leaves = requirePerson(ctx).personId === personId;
  await withTransaction(ctx, async (tx) => {
    await lockTeam(tx, teamId);
    await authorizeTeam(tx, teamId, leaves ? 'team.read' : 'member.manage');
    const role = await memberRole(tx, teamId, personId);
    if (role === 'admin') await requireAnotherAdmin(tx, teamId, personId);
    await deleteMember(tx, teamId, personId);
    await revokeInvitationsBy(tx, personId, teamId);
    await endSharingBy(tx, personId, teamId);
    await notify(tx.db, 'access_changed', `person:${personId}`);
    await appendAudit(tx, {
      teamId,
      action: leaves ? 'member.leave' : 'member.remove',
      resource: { type: 'person', id: personId },
      detail: { before: { role } },
    });
  });
}

/** With the places in the team's restricted projects, which must not wait for a return. */
async function deleteMember(tx: Context, teamId: string, personId: string): Promise<void> {
  const { teamMember, projectMember } = schema;
  await tx.db.delete(projectMember).where(and(eq(projectMember.teamId, teamId), eq(projectMember.personId, personId)));
  await tx.db.delete(teamMember).where(and(eq(teamMember.teamId, teamId), eq(teamMember.personId, personId)));
}
