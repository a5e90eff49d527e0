import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { emailField } from '../core/identity-fields.ts';
import { newId } from '../platform/ids.ts';
import type { PersonActor } from './authorize.ts';
import { verifyPassword } from './passwords.ts';
import { clearAttempts, minutesMs, requireAttempt } from './rate-limit.ts';

export const authSessionDays = 30;

const input = z.object({
  email: emailField,
  password: z.string().min(1).max(1_000),
  userAgent: z.string().transform((text) => text.slice(0, 300)),
  address: z.string().min(1),
});

export type SignedIn = { actor: PersonActor; authSessionId: string };

/**
 * Signs a person in with a password.
 * @returns undefined when email and password do not fit together, which takes the same time whether or not the person exists
 * @throws rate_limited after 10 attempts for one email, or 50 from one address, in 15 minutes
 */
export async function signIn(ctx: Context, given: z.input<typeof input>): Promise<SignedIn | undefined> {
  const parsed = input.safeParse(given);
  if (!parsed.success) return undefined;
  const { email, password, userAgent, address } = parsed.data;
  const emailKey = `sign-in:email:${email}`;
  await requireAttempt(ctx, { key: `sign-in:address:${address}`, attempts: 50, windowMs: minutesMs(15) });
  await requireAttempt(ctx, { key: emailKey, attempts: 10, windowMs: minutesMs(15) });
  const [person] = await ctx.db
    .select()
    .from(schema.person)
    .where(and(eq(schema.person.email, email), isNull(schema.person.disabledAt)));
  if (!(await verifyPassword(person?.passwordHash, password)) || !person) return undefined;
  const actor: PersonActor = { kind: 'person', personId: person.id, name: person.name, email: person.email };
  const authSessionId = await withTransaction({ ...ctx, actor }, (tx) =>
    startAuthSession(tx, actor.personId, userAgent),
  );
  await clearAttempts(ctx, emailKey);
  return { actor, authSessionId };
}

/** Inside a transaction: a browser's sign-in, for 30 days. @returns its id */
export async function startAuthSession(tx: Context, personId: string, userAgent: string): Promise<string> {
  const id = newId('ase');
  const now = tx.now();
  const expiresAt = new Date(now.getTime() + authSessionDays * 24 * minutesMs(60));
  await tx.db
    .insert(schema.authSession)
    .values({ id, personId, userAgent, createdAt: now, lastSeenAt: now, expiresAt });
  await appendAudit(tx, {
    teamId: null,
    action: 'auth_session.create',
    resource: { type: 'auth_session', id },
    detail: { userAgent },
  });
  return id;
}
