import { and, eq, gt, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { hashSecret, newSecret } from '../platform/secrets.ts';
import { minutesMs } from './rate-limit.ts';

const { oneTimeLink } = schema;
export type LinkKind = 'setup' | 'password_reset';
export type LinkState = 'open' | 'used' | 'expired' | 'unknown';

const pathOf: Record<LinkKind, string> = { setup: '/setup', password_reset: '/reset' };
const livesMs = minutesMs(24 * 60);

const linkUrl = (path: string, secret: string) => `${env().publicUrl}${path}?token=${secret}`;

/** The address of an invitation; only its secret's hash is stored, so it can be shown once. */
export const invitationUrl = (secret: string) => linkUrl('/invite', secret);

/** The address of a link into a session. */
export const sessionLinkUrl = (secret: string) => `${env().publicUrl}/join/${secret}`;

/**
 * Inside a transaction: makes a link that works once within a day, and ends the open ones of its kind (and person).
 * @returns its address; only the hash of its secret is stored
 */
export async function newLink(
  tx: Context,
  kind: LinkKind,
  personId?: string,
): Promise<{ id: string; url: string; expiresAt: Date }> {
  const now = tx.now();
  await tx.db
    .update(oneTimeLink)
    .set({ expiresAt: now })
    .where(
      and(
        eq(oneTimeLink.kind, kind),
        personId === undefined ? undefined : eq(oneTimeLink.personId, personId),
        isNull(oneTimeLink.usedAt),
        gt(oneTimeLink.expiresAt, now),
      ),
    );
  const secret = newSecret();
  const link = { id: newId('otl'), url: linkUrl(pathOf[kind], secret), expiresAt: new Date(now.getTime() + livesMs) };
  await tx.db.insert(oneTimeLink).values({
    id: link.id,
    kind,
    tokenHash: hashSecret(secret),
    personId: personId ?? null,
    createdBy: tx.actor?.kind === 'person' ? tx.actor.personId : null,
    createdAt: now,
    expiresAt: link.expiresAt,
  });
  return link;
}

/** What opening a link would meet, and for whom it is. */
export async function findLink(
  ctx: Context,
  kind: LinkKind,
  secret: string,
): Promise<{ state: LinkState; personId: string | null }> {
  const [row] = await ctx.db
    .select()
    .from(oneTimeLink)
    .where(and(eq(oneTimeLink.kind, kind), eq(oneTimeLink.tokenHash, hashSecret(secret))));
  if (!row) return { state: 'unknown', personId: null };
  if (row.usedAt) return { state: 'used', personId: row.personId };
  return { state: row.expiresAt > ctx.now() ? 'open' : 'expired', personId: row.personId };
}

/** Inside a transaction: spends a link. @returns false when it is unknown, spent or expired */
export async function spendLink(tx: Context, kind: LinkKind, secret: string): Promise<boolean> {
  const spent = await tx.db
    .update(oneTimeLink)
    .set({ usedAt: tx.now() })
    .where(
      and(
        eq(oneTimeLink.kind, kind),
        eq(oneTimeLink.tokenHash, hashSecret(secret)),
        isNull(oneTimeLink.usedAt),
        gt(oneTimeLink.expiresAt, tx.now()),
      ),
    )
    .returning({ id: oneTimeLink.id });
  return spent.length === 1;
}

/** Inside a transaction: ends the open links that a person made, when they lose the right to make them. */
export async function endLinksMadeBy(tx: Context, personId: string): Promise<void> {
  await tx.db
    .update(oneTimeLink)
    .set({ expiresAt: tx.now() })
    .where(and(eq(oneTimeLink.createdBy, personId), isNull(oneTimeLink.usedAt), gt(oneTimeLink.expiresAt, tx.now())));
}
