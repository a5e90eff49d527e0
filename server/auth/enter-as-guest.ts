import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { guestName, guestNameField } from '../core/guest-access.ts';
import { newId } from '../platform/ids.ts';
import { hashSecret } from '../platform/secrets.ts';
import type { PersonActor } from './authorize.ts';
import { minutesMs, requireAttempt } from './rate-limit.ts';
import { startAuthSession, type SignedIn } from './sign-in.ts';

const input = z.object({
  token: z.string().min(1).max(200),
  name: guestNameField,
  userAgent: z.string().transform((text) => text.slice(0, 300)),
  address: z.string().min(1),
});

/**
 * Makes somebody without an account known to this browser, by a name, while the link they opened is open. It lets them
 * into nothing: they knock with it.
 * @throws AppError `forbidden` when the link is not open, `rate_limited` after 20 from one address in 15 minutes
 */
export async function enterAsGuest(ctx: Context, given: z.input<typeof input>): Promise<SignedIn> {
  const { token, name, userAgent, address } = input.parse(given);
  await requireAttempt(ctx, { key: `guest:address:${address}`, attempts: 20, windowMs: minutesMs(15) });
  const { sessionLink, person } = schema;
  const [link] = await ctx.db
    .select({ id: sessionLink.id })
    .from(sessionLink)
    .where(
      and(
        eq(sessionLink.tokenHash, hashSecret(token)),
        isNull(sessionLink.revokedAt),
        gt(sessionLink.expiresAt, ctx.now()),
      ),
    );
  if (!link) throw new AppError('forbidden', 'This link is not open any more. Open it again to read why.');
  const personId = newId('per');
  // An address that cannot exist (RFC 2606) keeps commits and lists whole; nobody signs in with it.
  const email = `${personId}@guests.ensemble.invalid`;
  const actor: PersonActor = { kind: 'person', personId, name: guestName(name), email, isGuest: true };
  return withTransaction({ ...ctx, actor }, async (tx) => {
    await tx.db
      .insert(person)
      .values({ id: personId, kind: 'guest', email, name: actor.name, passwordHash: null, createdAt: tx.now() });
    await appendAudit(tx, {
      teamId: null,
      action: 'person.create',
      resource: { type: 'person', id: personId },
      detail: { after: { name: actor.name, kind: 'guest' } },
    });
    const authSessionId = await startAuthSession(tx, personId, userAgent);
    return { actor, authSessionId };
  });
}
