import { and, count, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import type { SessionRow } from '../auth/authorize.ts';
import { sessionLinkUrl } from '../auth/one-time-link.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { guestLevels } from '../core/permissions.ts';
import { newId } from '../platform/ids.ts';
import { hashSecret, newSecret } from '../platform/secrets.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { authorizeSharing, requireGivable } from './authorize-sharing.ts';
import { requireActiveSession } from './require-active-session.ts';

const hourMs = 60 * 60_000;
/** Open links of one session at a time. */
const most = 50;

export const createSessionLinkInput = z.object({
  sessionId: z.string(),
  level: z.enum(guestLevels),
  expiresInHours: z
    .number()
    .int()
    .min(1)
    .max(30 * 24)
    .default(24),
  asksFirst: z.boolean().default(true),
  maxUses: z.number().int().min(1).max(1_000).optional(),
});

export type NewSessionLink = { linkId: string; url: string; expiresAt: Date };

/**
 * Makes a link by which people come into this one session without an account or a place in the team.
 * @returns the address, which can be shown this once
 * @throws AppError `conflict` for an archived session or when 50 links are open
 */
export async function createSessionLink(
  ctx: Context,
  given: z.input<typeof createSessionLinkInput>,
): Promise<NewSessionLink> {
  const { sessionId, level, expiresInHours, asksFirst, maxUses } = createSessionLinkInput.parse(given);
  const access = await authorizeSharing(ctx, sessionId);
  const { teamId, actor, session } = access;
  requireGivable(access, level);
  requireActiveSession(session);
  return withTransaction(ctx, async (tx) => {
    await requirePlace(tx, access.session);
    const linkId = newId('lnk');
    const secret = newSecret();
    const now = tx.now();
    const expiresAt = new Date(now.getTime() + expiresInHours * hourMs);
    await tx.db.insert(schema.sessionLink).values({
      id: linkId,
      teamId,
      sessionId,
      tokenHash: hashSecret(secret),
      level,
      asksFirst,
      maxUses: maxUses ?? null,
      createdBy: actor.personId,
      createdAt: now,
      expiresAt,
    });
    const body = { type: 'guest_link_created', linkId, level } as const;
    await appendSessionEvent(tx.db, { sessionId, teamId, actor: actorRef(actor), body });
    await appendAudit(tx, {
      teamId,
      action: 'session_link.create',
      resource: { type: 'session', id: sessionId },
      detail: { link: linkId, after: { level, asksFirst, maxUses: maxUses ?? null, expiresAt } },
    });
    return { linkId, url: sessionLinkUrl(secret), expiresAt };
  });
}

async function requirePlace(tx: Context, { id, teamId }: SessionRow): Promise<void> {
  const { sessionLink } = schema;
  const [open] = await tx.db
    .select({ count: count() })
    .from(sessionLink)
    .where(
      and(
        eq(sessionLink.sessionId, id),
        eq(sessionLink.teamId, teamId),
        isNull(sessionLink.revokedAt),
        gt(sessionLink.expiresAt, tx.now()),
      ),
    );
  if ((open?.count ?? 0) >= most)
    throw new AppError('conflict', `This session has ${most} open links already. End one that is not needed.`);
}
