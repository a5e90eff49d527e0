import { and, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { notify } from '../platform/notify.ts';
import { requireBrowser } from './require-browser.ts';

export const revokeTokenInput = z.object({ tokenId: z.string() });

/** Ends one of the actor's own tokens. @throws not_found when it is someone else's or has ended */
export async function revokeToken(ctx: Context, given: z.input<typeof revokeTokenInput>): Promise<void> {
  const { personId } = requireBrowser(ctx);
  const { tokenId } = revokeTokenInput.parse(given);
  const { apiToken } = schema;
  await withTransaction(ctx, async (tx) => {
    const revoked = await tx.db
      .update(apiToken)
      .set({ revokedAt: tx.now() })
      .where(and(eq(apiToken.id, tokenId), eq(apiToken.personId, personId), isNull(apiToken.revokedAt)))
      .returning({ id: apiToken.id });
    if (revoked.length === 0) throw new AppError('not_found', 'There is no such token, or it was revoked already.');
    await notify(tx.db, 'access_changed', `token:${tokenId}`);
    await appendAudit(tx, { teamId: null, action: 'api_token.revoke', resource: { type: 'api_token', id: tokenId } });
  });
}
