import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { authorizeTeam } from './authorize.ts';

export const revokeInvitationInput = z.object({ teamId: z.string(), invitationId: z.string() });

/** Ends an invitation that nobody has used. @throws not_found when it was used, ended, or is another team's */
export async function revokeInvitation(ctx: Context, given: z.input<typeof revokeInvitationInput>): Promise<void> {
  const { teamId, invitationId } = revokeInvitationInput.parse(given);
  await authorizeTeam(ctx, teamId, 'invitation.manage');
  const { invitation } = schema;
  await withTransaction(ctx, async (tx) => {
    const revoked = await tx.db
      .update(invitation)
      .set({ revokedAt: tx.now() })
      .where(
        and(
          eq(invitation.id, invitationId),
          eq(invitation.teamId, teamId),
          isNull(invitation.acceptedAt),
          isNull(invitation.revokedAt),
        ),
      )
      .returning({ id: invitation.id });
    if (revoked.length === 0)
      throw new AppError('not_found', 'There is no such invitation, or it was used or revoked already.');
    await appendAudit(tx, { teamId, action: 'invitation.revoke', resource: { type: 'invitation', id: invitationId } });
  });
}
