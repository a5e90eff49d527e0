import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { notify } from '../platform/notify.ts';
import { authorizeInstallation } from './authorize.ts';
import { lockInstallationAdmins, lockPerson, requireAnotherInstallationAdmin } from './installation-admins.ts';
import { endLinksMadeBy } from './one-time-link.ts';

export const setInstallationAdminInput = z.object({ personId: z.string(), isInstallationAdmin: z.boolean() });

/**
 * Makes a person an installation admin, or takes that away.
 * @throws conflict for the only installation admin or a disabled person, forbidden unless the actor is an installation admin
 */
export async function setInstallationAdmin(
  ctx: Context,
  given: z.input<typeof setInstallationAdminInput>,
): Promise<void> {
  const { personId, isInstallationAdmin } = setInstallationAdminInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    const admins = await lockInstallationAdmins(tx);
    await authorizeInstallation(tx);
    const before = await lockPerson(tx, personId);
    if (before.isInstallationAdmin === isInstallationAdmin) return;
    if (isInstallationAdmin && before.disabledAt)
      throw new AppError('conflict', 'This person is disabled. Enable them first.');
    if (!isInstallationAdmin) {
      requireAnotherInstallationAdmin(admins, personId);
      await endLinksMadeBy(tx, personId);
    }
    await tx.db.update(schema.person).set({ isInstallationAdmin }).where(eq(schema.person.id, personId));
    await notify(tx.db, 'access_changed', `person:${personId}`);
    await appendAudit(tx, {
      teamId: null,
      action: isInstallationAdmin ? 'person.grant_admin' : 'person.revoke_admin',
      resource: { type: 'person', id: personId },
    });
  });
}
