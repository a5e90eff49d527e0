import { and, eq, inArray, sql } from 'drizzle-orm';
import { schema, type DatabaseOrTransaction } from '../../db/client.ts';

/** How long a lease lives without a sign of life, and how often one is given. */
export const leaseMs = 5_000;
export const leaseRenewalMs = 1_500;

export type HeldLease = { sessionId: string; fence: number };

const lease = schema.roomLease;
const inFuture = sql`now() + make_interval(secs => ${leaseMs / 1000})`;

/**
 * Makes this node the owner of a room when nobody else is. Each taking raises the fence, so what a former owner still
 * writes is refused.
 * @returns the fence, or undefined while another node holds the room
 */
export async function takeLease(
  db: DatabaseOrTransaction,
  { sessionId, nodeId }: { sessionId: string; nodeId: string },
): Promise<number | undefined> {
  const [row] = await db
    .insert(lease)
    .values({ sessionId, nodeId, fence: 1, expiresAt: inFuture })
    .onConflictDoUpdate({
      target: lease.sessionId,
      set: { nodeId, fence: sql`${lease.fence} + 1`, expiresAt: inFuture },
      setWhere: sql`${lease.expiresAt} < now() or ${lease.nodeId} = ${nodeId}`,
    })
    .returning({ fence: lease.fence });
  return row?.fence;
}

/** Gives a sign of life for all rooms of a node. @returns the sessions that are still its own */
export async function renewLeases(
  db: DatabaseOrTransaction,
  { nodeId, held }: { nodeId: string; held: readonly HeldLease[] },
): Promise<Set<string>> {
  if (held.length === 0) return new Set();
  const pairs = new Map(held.map((one) => [one.sessionId, one.fence]));
  const rows = await db
    .update(lease)
    .set({ expiresAt: inFuture })
    .where(and(eq(lease.nodeId, nodeId), inArray(lease.sessionId, [...pairs.keys()])))
    .returning({ sessionId: lease.sessionId, fence: lease.fence });
  return new Set(rows.filter((row) => pairs.get(row.sessionId) === row.fence).map((row) => row.sessionId));
}

/** Gives a room back; the row stays, so the fence keeps rising. */
export async function releaseLease(db: DatabaseOrTransaction, held: HeldLease & { nodeId: string }): Promise<void> {
  await db
    .update(lease)
    .set({ expiresAt: sql`now() - interval '1 second'` })
    .where(and(eq(lease.sessionId, held.sessionId), eq(lease.nodeId, held.nodeId), eq(lease.fence, held.fence)));
}
