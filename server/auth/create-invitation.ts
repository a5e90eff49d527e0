import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { emailField } from '../core/identity-fields.ts';
import { teamRoles } from '../core/permissions.ts';
import { newId } from '../platform/ids.ts';
import { hashSecret, newSecret } from '../platform/secrets.ts';
import { authorizeTeam } from './authorize.ts';
import { invitationUrl } from './one-time-link.ts';
import { minutesMs } from './rate-limit.ts';

export const createInvitationInput = z.object({
  teamId: z.string(),
  role: z.enum(teamRoles),
  email: emailField.optional(),
  expiresInDays: z.number().int().min(1).max(30).default(7),
});

/**
 * Makes a link that lets one person join the team in this role. With an email, only an account with that address can use it.
 * @returns the address, which can be shown this once
 */
export async function createInvitation(
  ctx: Context,
  given: z.input<typeof createInvitationInput>,
): Promise<{ invitationId: string; url: string; expiresAt: Date }> {
  const { teamId, role, email, expiresInDays } = createInvitationInput.parse(given);
  const { actor } = await authorizeTeam(ctx, teamId, 'invitation.manage');
  return withTransaction(ctx, async (tx) => {
    const now = tx.now();
    const invitationId = newId('inv');
    const secret = newSecret();
    const expiresAt = new Date(now.getTime() + expiresInDays * 24 * minutesMs(60));
    await tx.db.insert(schema.invitation).values({
      id: invitationId,
      teamId,
      role,
      email: email ?? null,
      tokenHash: hashSecret(secret),
      createdBy: actor.personId,
      createdAt: now,
      expiresAt,
    });
    await appendAudit(tx, {
      teamId,
      action: 'invitation.create',
      resource: { type: 'invitation', id: invitationId },
      detail: { after: { role, email: email ?? null, expiresAt } },
    });
    return { invitationId, url: invitationUrl(secret), expiresAt };
  });
}
