import { and, eq, isNull, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';

/**
 * Inside a transaction: ends the links into sessions that a person made and the places of the guests they answer for,
 * of one team or of all, with the right to share. Tell `person:<id>` as well: the guests' connections listen to it.
 */
export async function endSharingBy(tx: Context, personId: string, teamId?: string): Promise<void> {
  const { sessionLink, sessionGuest } = schema;
  const now = tx.now();
  await tx.db
    .update(sessionLink)
    .set({ revokedAt: now, revokedBy: personId })
    .where(
      and(
        eq(sessionLink.createdBy, personId),
        teamId === undefined ? undefined : eq(sessionLink.teamId, teamId),
        isNull(sessionLink.revokedAt),
      ),
    );
  await tx.db
    .update(sessionGuest)
    .set({ state: 'revoked', endedAt: now, endedBy: personId })
    .where(
      and(
        eq(sessionGuest.admittedBy, personId),
        teamId === undefined ? undefined : eq(sessionGuest.teamId, teamId),
        sql`${sessionGuest.state} = 'admitted'`,
      ),
    );
}
