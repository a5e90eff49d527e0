import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import { schema, type DatabaseOrTransaction } from '../../db/client.ts';
import { AppError } from '../core/errors.ts';

export type KeptAnswer = { status: number; body: string };
type Claim = { kind: 'new' } | { kind: 'answered'; answer: KeptAnswer };

/**
 * Claims an idempotency key for a request. The same key with the same request is answered alike for a day.
 * @throws conflict when the key was used for another request, or the first one is still being worked on
 */
export async function claimIdempotencyKey(
  db: DatabaseOrTransaction,
  claim: { personId: string; key: string; requestHash: string },
): Promise<Claim> {
  const table = schema.idempotencyKey;
  await db.delete(table).where(lt(table.createdAt, sql`now() - interval '1 day'`));
  const inserted = await db.insert(table).values(claim).onConflictDoNothing().returning({ key: table.key });
  if (inserted.length > 0) return { kind: 'new' };
  const [row] = await db
    .select()
    .from(table)
    .where(and(eq(table.personId, claim.personId), eq(table.key, claim.key)));
  if (!row) return claimIdempotencyKey(db, claim);
  if (row.requestHash !== claim.requestHash)
    throw new AppError('conflict', 'This Idempotency-Key was used for another request. Use a new key.');
  if (row.status === null || row.response === null) throw unanswered(row.createdAt);
  return { kind: 'answered', answer: { status: row.status, body: row.response } };
}

/** No request is worked on for longer. */
const longestWorkMs = 10 * 60_000;

/** A process that died left its key behind; what it did before it died is done, so the request is not done again. */
function unanswered(since: Date): AppError {
  const message =
    Date.now() - since.getTime() < longestWorkMs
      ? 'The first request with this Idempotency-Key is still being worked on. Ask again in a moment.'
      : 'The first request with this Idempotency-Key ended without an answer, because the server stopped in it. Look whether it was done, and use a new key if not.';
  return new AppError('conflict', message);
}

export async function keepAnswer(
  db: DatabaseOrTransaction,
  of: { personId: string; key: string },
  answer: KeptAnswer,
): Promise<void> {
  const table = schema.idempotencyKey;
  await db
    .update(table)
    .set({ status: answer.status, response: answer.body })
    .where(and(eq(table.personId, of.personId), eq(table.key, of.key)));
}

/** A request that failed may be tried again with the same key. */
export async function releaseIdempotencyKey(
  db: DatabaseOrTransaction,
  of: { personId: string; key: string },
): Promise<void> {
  const table = schema.idempotencyKey;
  await db.delete(table).where(and(eq(table.personId, of.personId), eq(table.key, of.key), isNull(table.status)));
}
