import { and, count, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { tokenScopes } from '../core/permissions.ts';
import { newId } from '../platform/ids.ts';
import { hashSecret, newSecret } from '../platform/secrets.ts';
import { minutesMs } from './rate-limit.ts';
import { requireAccount } from './require-browser.ts';

export const createTokenInput = z.object({
  name: z.string().trim().min(1, 'Write what the token is for').max(80, 'Use at most 80 characters'),
  scopes: z
    .array(z.enum(tokenScopes))
    .min(1, 'Choose at least one scope')
    .transform((scopes) => tokenScopes.filter((scope) => scopes.includes(scope))),
  /** Null: until it is revoked. */
  expiresInDays: z.number().int().min(1).max(3_650).nullable(),
});

const most = 100;

export type NewToken = { tokenId: string; token: string; expiresAt: Date | null };

/**
 * Makes a personal token for the actor; the command line names whom it is for.
 * @returns the token itself, which can be shown this once
 * @throws forbidden for a token: it must not make others
 */
export async function createToken(
  ctx: Context,
  given: z.input<typeof createTokenInput>,
  options: { forPersonId?: string } = {},
): Promise<NewToken> {
  const ownerId =
    ctx.actor?.kind === 'system' && options.forPersonId ? options.forPersonId : requireAccount(ctx).personId;
  const { name, scopes, expiresInDays } = createTokenInput.parse(given);
  return withTransaction(ctx, async (tx) => {
    await requireRoom(tx, ownerId);
    const tokenId = newId('tok');
    const token = `ens_${newSecret()}`;
    const now = tx.now();
    const expiresAt = expiresInDays === null ? null : new Date(now.getTime() + expiresInDays * 24 * minutesMs(60));
    await tx.db.insert(schema.apiToken).values({
      id: tokenId,
      personId: ownerId,
      name,
      tokenHash: hashSecret(token),
      scopes,
      createdAt: now,
      expiresAt,
    });
    await appendAudit(tx, {
      teamId: null,
      action: 'api_token.create',
      resource: { type: 'api_token', id: tokenId },
      detail: { after: { owner: ownerId, name, scopes, expiresAt } },
    });
    return { tokenId, token, expiresAt };
  });
}

async function requireRoom(tx: Context, personId: string): Promise<void> {
  const [row] = await tx.db
    .select({ live: count() })
    .from(schema.apiToken)
    .where(and(eq(schema.apiToken.personId, personId), isNull(schema.apiToken.revokedAt)));
  if ((row?.live ?? 0) >= most) throw new AppError('conflict', `You have ${most} tokens. Revoke those you do not use.`);
}
