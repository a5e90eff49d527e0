import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { notify } from '../platform/notify.ts';
import { authorizeInstallation } from './authorize.ts';
import { revokeAuthSessions } from './end-auth-sessions.ts';
import { endSharingBy } from './end-sharing.ts';
import { lockInstallationAdmins, lockPerson, requireAnotherInstallationAdmin } from './installation-admins.ts';
import { endLinksMadeBy } from './one-time-link.ts';
import { revokeInvitationsBy } from './team-lock.ts';

export const setPersonDisabledInput = z.object({ personId: z.string(), disabled: z.boolean() });

/**
 * Shuts a person out of the installation, or lets them in again. Shut out: every sign-in ends, tokens stop working,
 * links they made end; their work and memberships stay.
 * @throws conflict for the only installation admin, forbidden unless the actor is an installation admin
 */
export async function setPersonDisabled(ctx: Context, given: z.input<typeof setPersonDisabledInput>): Promise<void> {
  const { personId, disabled } = setPersonDisabledInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    const admins = await lockInstallationAdmins(tx);
    await authorizeInstallation(tx);
    const before = await lockPerson(tx, personId);
    if ((before.disabledAt !== null) === disabled) return;
    if (disabled) {
      requireAnotherInstallationAdmin(admins, personId);
      await shutOut(tx, personId);
    }
    await tx.db
      .update(schema.person)
      .set({ disabledAt: disabled ? tx.now() : null })
      .where(eq(schema.person.id, personId));
    await notify(tx.db, 'access_changed', `person:${personId}`);
    await appendAudit(tx, {
      teamId: null,
      action: disabled ? 'person.disable' : 'person.enable',
      resource: { type: 'person', id: personId },
    });
  });
}

async function shutOut(tx: Context, personId: string): Promise<void> {
  await revokeAuthSessions(tx, personId);
  await revokeInvitationsBy(tx, personId);
  await endSharingBy(tx, personId);
  await endLinksMadeBy(tx, personId);
}
