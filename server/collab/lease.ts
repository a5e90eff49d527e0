import { and, eq, gt, inArray, lt, ne, sql } from 'drizzle-orm';
import { schema, type DatabaseOrTransaction } from '../../db/client.ts';

/** How long a node counts as alive without a sign of life, and how often it gives one. */
export const leaseMs = 3_000;
export const leaseRenewalMs = 1_000;
/** A node that missed a sign of life and refuses connections is dead: nobody has to wait for its lease to run out. */
const silentMs = 1_500;

export type HeldLease = { sessionId: string; fence: number };
export type WebNode = { nodeId: string; address: string };

const { roomLease: lease, webNode } = schema;
const seconds = (ms: number) => sql`make_interval(secs => ${ms / 1000})`;

/** A sign of life of a node; all rooms that it holds live by it. */
export async function renewNode(db: DatabaseOrTransaction, { nodeId, address }: WebNode): Promise<void> {
  const expiresAt = sql`now() + ${seconds(leaseMs)}`;
  await db
    .insert(webNode)
    .values({ nodeId, address, expiresAt })
    .onConflictDoUpdate({ target: webNode.nodeId, set: { address, expiresAt } });
}

/** Only one process listens at an address: nodes that had it before are gone, and their rooms are free. */
export async function succeedAt(db: DatabaseOrTransaction, { nodeId, address }: WebNode): Promise<void> {
  await db
    .update(webNode)
    .set({ expiresAt: sql`now()` })
    .where(and(eq(webNode.address, address), ne(webNode.nodeId, nodeId), gt(webNode.expiresAt, sql`now()`)));
}

/** The node ends: whatever it still holds is free. */
export async function removeNode(db: DatabaseOrTransaction, nodeId: string): Promise<void> {
  await db.delete(webNode).where(eq(webNode.nodeId, nodeId));
}

/**
 * Frees the rooms of a node that refuses connections, if it also missed a sign of life.
 * @returns whether they are free
 */
export async function giveUpNode(db: DatabaseOrTransaction, nodeId: string): Promise<boolean> {
  const rows = await db
    .update(webNode)
    .set({ expiresAt: sql`now()` })
    .where(and(eq(webNode.nodeId, nodeId), lt(webNode.expiresAt, sql`now() + ${seconds(leaseMs - silentMs)}`)))
    .returning({ nodeId: webNode.nodeId });
  return rows.length > 0;
}

/**
 * Makes this node the owner of a room when no other living node is. Each taking raises the fence, so what a former
 * owner still writes is refused.
 * @param mayInherit whether rooms of a node that shows no life may be taken
 * @returns the fence, or undefined while another node holds the room
 */
export async function takeLease(
  db: DatabaseOrTransaction,
  { sessionId, nodeId, mayInherit = true }: { sessionId: string; nodeId: string; mayInherit?: boolean },
): Promise<number | undefined> {
  // Taking locks the row also when it fails, and the owner's writes would wait for that.
  const owner = await findOwner(db, sessionId);
  if (owner && owner.nodeId !== nodeId) return undefined;
  const isHeld = sql`exists (select from ${webNode} where ${webNode.nodeId} = ${lease.nodeId} and ${webNode.expiresAt} > now())`;
  const [row] = await db
    .insert(lease)
    .values({ sessionId, nodeId, fence: 1 })
    .onConflictDoUpdate({
      target: lease.sessionId,
      set: { nodeId, fence: sql`${lease.fence} + 1` },
      setWhere: sql`${lease.nodeId} is null or ${lease.nodeId} = ${nodeId} or (${mayInherit} and not ${isHeld})`,
    })
    .returning({ fence: lease.fence });
  return row?.fence;
}

/** The living node that holds a room. */
export async function findOwner(db: DatabaseOrTransaction, sessionId: string): Promise<WebNode | undefined> {
  return (await findOwners(db, [sessionId])).get(sessionId);
}

/** The living nodes that hold these rooms, by session. */
export async function findOwners(
  db: DatabaseOrTransaction,
  sessionIds: readonly string[],
): Promise<Map<string, WebNode>> {
  if (sessionIds.length === 0) return new Map();
  const rows = await db
    .select({ sessionId: lease.sessionId, nodeId: webNode.nodeId, address: webNode.address })
    .from(lease)
    .innerJoin(webNode, eq(webNode.nodeId, lease.nodeId))
    .where(and(inArray(lease.sessionId, [...sessionIds]), gt(webNode.expiresAt, sql`now()`)));
  return new Map(rows.map(({ sessionId, ...node }) => [sessionId, node]));
}

/** @returns which of these leases are still the node's own */
export async function findHeld(
  db: DatabaseOrTransaction,
  { nodeId, held }: { nodeId: string; held: readonly HeldLease[] },
): Promise<Set<string>> {
  if (held.length === 0) return new Set();
  const fences = new Map(held.map((one) => [one.sessionId, one.fence]));
  const rows = await db
    .select({ sessionId: lease.sessionId, fence: lease.fence })
    .from(lease)
    .where(and(eq(lease.nodeId, nodeId), inArray(lease.sessionId, [...fences.keys()])));
  return new Set(rows.filter((row) => fences.get(row.sessionId) === row.fence).map((row) => row.sessionId));
}

/** Gives a room back; the row stays, so the fence keeps rising. */
export async function releaseLease(db: DatabaseOrTransaction, held: HeldLease & { nodeId: string }): Promise<void> {
  await db
    .update(lease)
    .set({ nodeId: null })
    .where(and(eq(lease.sessionId, held.sessionId), eq(lease.nodeId, held.nodeId), eq(lease.fence, held.fence)));
}
