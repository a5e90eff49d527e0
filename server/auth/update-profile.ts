import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { personNameField } from '../core/identity-fields.ts';
import { requireAccount } from './require-browser.ts';

export const updateProfileInput = z.object({ name: personNameField });

/** Changes the name that others see for the actor. */
export async function updateProfile(ctx: Context, given: z.input<typeof updateProfileInput>): Promise<void> {
  const { personId, name: before } = requireAccount(ctx);
  const { name } = updateProfileInput.parse(given);
  await withTransaction(ctx, async (tx) => {
    await tx.db.update(schema.person).set({ name }).where(eq(schema.person.id, personId));
    await appendAudit(tx, {
      teamId: null,
      action: 'person.update',
      resource: { type: 'person', id: personId },
      detail: { before: { name: before }, after: { name } },
    });
  });
}
