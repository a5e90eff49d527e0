import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeSession } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { maskedValueOf } from './scope.ts';

const placeholders = z.array(z.string().min(4).max(200)).min(1).max(50);
export const revealMaskedInput = z.object({ sessionId: z.string(), placeholders });

export type KnownMask = { placeholder: string; class: string; detector: string };

/** What kinds of values placeholders of a session stand for, for everyone who sees the session. */
export async function listMasks(ctx: Context, given: z.input<typeof revealMaskedInput>): Promise<KnownMask[]> {
  const { sessionId, placeholders: asked } = revealMaskedInput.parse(given);
  const { teamId } = await authorizeSession(ctx, sessionId, 'view');
  const { maskedValue } = schema;
  return ctx.db
    .select({ placeholder: maskedValue.placeholder, class: maskedValue.class, detector: maskedValue.detector })
    .from(maskedValue)
    .where(
      and(
        eq(maskedValue.teamId, teamId),
        eq(maskedValue.scopeId, sessionId),
        inArray(maskedValue.placeholder, [...asked]),
      ),
    );
}

/**
 * The values that placeholders of a session stand for, for those who may edit in it: they can open the files that hold
 * them. Who looked at what kind of value is audited.
 */
export async function revealMasked(
  ctx: Context,
  given: z.input<typeof revealMaskedInput>,
): Promise<{ placeholder: string; value: string }[]> {
  const { sessionId, placeholders: asked } = revealMaskedInput.parse(given);
  const { teamId } = await authorizeSession(ctx, sessionId, 'edit');
  const { maskedValue } = schema;
  return withTransaction(ctx, async (tx) => {
    const rows = await tx.db
      .select()
      .from(maskedValue)
      .where(
        and(
          eq(maskedValue.teamId, teamId),
          eq(maskedValue.scopeId, sessionId),
          inArray(maskedValue.placeholder, [...asked]),
        ),
      );
    await appendAudit(tx, {
      teamId,
      action: 'masked-value.reveal',
      resource: { type: 'session', id: sessionId },
      detail: { masks: rows.map(({ placeholder, detector }) => ({ placeholder, detector })) },
    });
    return rows.map(maskedValueOf).map(({ placeholder, value }) => ({ placeholder, value }));
  });
}
