import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { passwordField } from '../core/identity-fields.ts';
import { revokeAuthSessions } from './end-auth-sessions.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { minutesMs, requireAttempt } from './rate-limit.ts';
import { requireAccount } from './require-browser.ts';

export const changePasswordInput = z.object({ current: z.string().min(1).max(1_000), next: passwordField });

/**
 * Changes the actor's own password and ends their other sign-ins.
 * @returns how many other sign-ins ended
 * @throws invalid when the current password is wrong, rate_limited after 10 tries in 15 minutes
 */
export async function changePassword(
  ctx: Context,
  given: z.input<typeof changePasswordInput>,
): Promise<{ ended: number }> {
  const { personId } = requireAccount(ctx);
  const { current, next } = changePasswordInput.parse(given);
  await requireAttempt(ctx, { key: `change-password:${personId}`, attempts: 10, windowMs: minutesMs(15) });
  const [person] = await ctx.db
    .select({ passwordHash: schema.person.passwordHash })
    .from(schema.person)
    .where(eq(schema.person.id, personId));
  if (!(await verifyPassword(person?.passwordHash, current)))
    throw new AppError(
      'invalid',
      'The current password is not right. Type it again, or ask an admin for a reset link.',
      {
        details: { field: 'current' },
      },
    );
  const passwordHash = await hashPassword(next);
  return withTransaction(ctx, async (tx) => {
    await tx.db.update(schema.person).set({ passwordHash }).where(eq(schema.person.id, personId));
    const ended = await revokeAuthSessions(
      tx,
      personId,
      ctx.credential.kind === 'auth_session' ? ctx.credential.id : undefined,
    );
    await appendAudit(tx, {
      teamId: null,
      action: 'person.change_password',
      resource: { type: 'person', id: personId },
    });
    return { ended };
  });
}
