import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { newLink } from './one-time-link.ts';
import { requireOperator } from './require-operator.ts';

export const createResetLinkInput = z.object({ personId: z.string() });

/**
 * Makes a link with which a person sets a new password, once, within a day; an older one ends. For installation
 * admins only: a team's admin could otherwise take over whoever they invite.
 * @throws forbidden for everyone else, not_found for nobody or someone disabled
 */
export async function createResetLink(
  ctx: Context,
  given: z.input<typeof createResetLinkInput>,
): Promise<{ url: string; expiresAt: Date }> {
  await requireOperator(ctx);
  const { personId } = createResetLinkInput.parse(given);
  return withTransaction(ctx, async (tx) => {
    const [person] = await tx.db
      .select({ id: schema.person.id })
      .from(schema.person)
      .where(and(eq(schema.person.id, personId), eq(schema.person.kind, 'account'), isNull(schema.person.disabledAt)));
    if (!person) throw new AppError('not_found', 'There is no such person, or they are disabled. Enable them first.');
    const { id, url, expiresAt } = await newLink(tx, 'password_reset', personId);
    await appendAudit(tx, {
      teamId: null,
      action: 'reset_link.create',
      resource: { type: 'person', id: personId },
      detail: { link: id, expiresAt },
    });
    return { url, expiresAt };
  });
}
