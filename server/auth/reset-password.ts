import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { passwordField } from '../core/identity-fields.ts';
import type { PersonActor } from './authorize.ts';
import { revokeAuthSessions } from './end-auth-sessions.ts';
import { findLink, spendLink } from './one-time-link.ts';
import { hashPassword } from './passwords.ts';

export const resetPasswordInput = z.object({ token: z.string().min(1).max(200), password: passwordField });

const linkEnded = () =>
  new AppError(
    'forbidden',
    'This link does not work any more: it was used, ran out, or was replaced. Ask an admin for a new one.',
  );

/**
 * Sets a new password by a reset link, and ends every sign-in of the person. The link is the authority.
 * @returns the person's email, to sign in with
 * @throws forbidden for a link that ended
 */
export async function resetPassword(
  ctx: Context,
  given: z.input<typeof resetPasswordInput>,
): Promise<{ email: string }> {
  const { token, password } = resetPasswordInput.parse(given);
  const actor = await requireLinkHolder(ctx, token);
  const passwordHash = await hashPassword(password);
  return withTransaction({ ...ctx, actor }, async (tx) => {
    if (!(await spendLink(tx, 'password_reset', token))) throw linkEnded();
    await tx.db.update(schema.person).set({ passwordHash }).where(eq(schema.person.id, actor.personId));
    await revokeAuthSessions(tx, actor.personId);
    await appendAudit(tx, {
      teamId: null,
      action: 'person.reset_password',
      resource: { type: 'person', id: actor.personId },
    });
    return { email: actor.email };
  });
}

async function requireLinkHolder(ctx: Context, token: string): Promise<PersonActor> {
  const { state, personId } = await findLink(ctx, 'password_reset', token);
  if (state !== 'open' || personId === null) throw linkEnded();
  const [person] = await ctx.db
    .select()
    .from(schema.person)
    .where(and(eq(schema.person.id, personId), isNull(schema.person.disabledAt)));
  if (!person) throw linkEnded();
  return { kind: 'person', personId, name: person.name, email: person.email };
}
