import { and, eq, isNull, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { newId } from '../platform/ids.ts';
import { notify } from '../platform/notify.ts';
import { hashSecret, newSecret, runKeyPrefix } from '../platform/secrets.ts';
import { lockHeldRun, RunLostError } from './append-run-event.ts';
import type { RunClaim } from './run-claim.ts';

/** A key is renewed while its worker holds the run, so it outlives a dead worker by no more than this. */
export const runKeyLifeMs = 10 * 60_000;

const fromNow = sql`now() + make_interval(secs => ${runKeyLifeMs / 1000})`;

/**
 * Makes the key by which a claimed run calls models. It works for this attempt alone.
 * @param purpose `guard` for the guard's own calls about the run, of which its agent never has the key
 * @returns the key itself, which is stored nowhere
 * @throws RunLostError when the claim does not hold the run any more
 */
export async function issueRunKey(
  ctx: Context,
  claim: RunClaim,
  purpose: 'agent' | 'guard' = 'agent',
): Promise<string> {
  return withTransaction(ctx, async (tx) => {
    const { teamId, sessionId, id: runId, attempt, askedBy } = await lockHeldRun(tx, claim);
    const { session, virtualKey } = schema;
    const [of] = await tx.db.select({ projectId: session.projectId }).from(session).where(eq(session.id, sessionId));
    if (!of) throw new RunLostError(`the session of ${runId} is gone`);
    const key = `${runKeyPrefix}${newSecret()}`;
    const id = newId('key');
    const belongs = { teamId, projectId: of.projectId, sessionId, runId, attempt, personId: askedBy, purpose };
    await tx.db.insert(virtualKey).values({ id, keyHash: hashSecret(key), ...belongs, expiresAt: fromNow });
    await appendAudit(tx, {
      teamId,
      action: 'virtual_key.issue',
      resource: { type: 'virtual_key', id },
      detail: { runId, attempt, personId: askedBy, purpose },
    });
    return key;
  });
}

/** Lengthens the life of a run's key, while its worker holds the run. */
export async function renewRunKey(ctx: Context, { runId, attempt }: RunClaim): Promise<void> {
  const { virtualKey } = schema;
  await ctx.db
    .update(virtualKey)
    .set({ expiresAt: fromNow })
    .where(and(eq(virtualKey.runId, runId), eq(virtualKey.attempt, attempt), isNull(virtualKey.endedAt)));
}

/** In the transaction in which a run ends or changes hands: its keys end with it, in every process. */
export async function endRunKeys(tx: Context, runId: string): Promise<void> {
  const { virtualKey } = schema;
  const ended = await tx.db
    .update(virtualKey)
    .set({ endedAt: sql`now()` })
    .where(and(eq(virtualKey.runId, runId), isNull(virtualKey.endedAt)))
    .returning({ id: virtualKey.id });
  if (ended.length > 0) await notify(tx.db, 'access_changed', `run:${runId}`);
}
