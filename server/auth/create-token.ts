import { and, count, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { tokenScopes } from '../core/permissions.ts';
import { newId } from '../platform/ids.ts';
import { hashSecret, newSecret, tokenPrefix } from '../platform/secrets.ts';
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
  const wanted = { ...createTokenInput.parse(given), ownerId, boundTeamId: null, boundProjectId: null };
  return withTransaction(ctx, async (tx) => {
    const made = await insertToken(tx, wanted);
    await appendTokenAudit(tx, wanted, made);
    return made;
  });
}

export type TokenToMake = z.output<typeof createTokenInput> & {
  ownerId: string;
  boundTeamId: string | null;
  boundProjectId: string | null;
};

/** Inside a transaction: a token for its owner, who was authorized. */
export async function insertToken(tx: Context, wanted: TokenToMake): Promise<NewToken> {
  const { ownerId, name, scopes, expiresInDays, boundTeamId, boundProjectId } = wanted;
  await requireRoom(tx, ownerId);
  const tokenId = newId('tok');
  const token = `${tokenPrefix}${newSecret()}`;
  const now = tx.now();
  const expiresAt = expiresInDays === null ? null : new Date(now.getTime() + expiresInDays * 24 * minutesMs(60));
  await tx.db.insert(schema.apiToken).values({
    id: tokenId,
    personId: ownerId,
    name,
    tokenHash: hashSecret(token),
    scopes,
    boundTeamId,
    boundProjectId,
    createdAt: now,
    expiresAt,
  });
  return { tokenId, token, expiresAt };
}

export async function appendTokenAudit(tx: Context, wanted: TokenToMake, made: NewToken): Promise<void> {
  const { ownerId, name, scopes, boundTeamId, boundProjectId } = wanted;
  await appendAudit(tx, {
    teamId: boundTeamId,
    action: 'api_token.create',
    resource: { type: 'api_token', id: made.tokenId },
    detail: { after: { owner: ownerId, name, scopes, boundTeamId, boundProjectId, expiresAt: made.expiresAt } },
  });
}

async function requireRoom(tx: Context, personId: string): Promise<void> {
  const [row] = await tx.db
    .select({ live: count() })
    .from(schema.apiToken)
    .where(and(eq(schema.apiToken.personId, personId), isNull(schema.apiToken.revokedAt)));
  if ((row?.live ?? 0) >= most) throw new AppError('conflict', `You have ${most} tokens. Revoke those you do not use.`);
}
