import { eq, gt, inArray, sql, type SQL } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import { appendAudits } from '../../audit/append.ts';
import { systemContext, withTransaction, type Context } from '../../context.ts';
import { callsInHand } from './call-node.ts';

/** A node that gave no sign of life, as long as this process has watched it do so. */
type Silence = { until: string | null; sinceMs: number };

/** What one process has seen of the others. */
export type Silences = Map<string, Silence>;

/** Watched silence after which a node that was given up as the owner of rooms is given up here as well. */
const silentMs = 2_000;
/** Workers tell every five seconds that they live. */
const workerSilentMs = 15_000;
const mostAtOnce = 1_000;
/** After this time a call that this process does not know was lost on the way. */
const lostMs = 60_000;

/**
 * Ends the calls of processes that are gone: what they had set aside is booked as spent, since the upstream may have
 * answered, and their record says `interrupted`. A process counts as gone when its lease has run out and it gave no sign of
 * life while this process looked on: when the database was away, all leases run out and nobody is gone.
 * @returns how many calls were ended
 */
export async function recoverCalls(silences: Silences, nowMs: number = performance.now()): Promise<number> {
  const ctx = systemContext('gateway');
  const gone = await goneNodes(ctx, silences, nowMs);
  const lost = await lostCalls(ctx);
  let ended =
    lost.length === 0 ? 0 : await interrupt(ctx, { which: inArray(schema.modelCall.id, lost), isBooked: false });
  for (const nodeId of gone)
    for (let count = 1; count > 0; ended += count)
      count = await interrupt(ctx, { which: sql`node_id = ${nodeId}`, isBooked: true });
  return ended;
}

/**
 * Calls of this process that it does not know: they were written, but the answer that says so was lost, and they were
 * not made.
 */
async function lostCalls(ctx: Context): Promise<string[]> {
  const inHand = callsInHand();
  if (!inHand) return [];
  const { modelCall } = schema;
  const rows = await ctx.db
    .select({ id: modelCall.id })
    .from(modelCall)
    // Of all teams: the process has calls of each.
    .where(
      sql`${modelCall.state} = 'started' and ${modelCall.nodeId} = ${inHand.nodeId} and ${modelCall.teamId} is not null
        and ${modelCall.startedAt} < now() - make_interval(secs => ${lostMs / 1_000})`,
    );
  const known = new Set(inHand.ids);
  return rows.map(({ id }) => id).filter((id) => !known.has(id));
}

async function goneNodes(ctx: Context, silences: Silences, nowMs: number): Promise<string[]> {
  const { webNode, worker, modelCall } = schema;
  // A process of its own for agents has no rooms, hence no lease: it shows its life as a worker.
  const livesAsWorker = sql`${worker.heartbeatAt} > now() - make_interval(secs => ${workerSilentMs / 1000})`;
  const rows = await ctx.db
    .selectDistinct({
      nodeId: modelCall.nodeId,
      until: sql<string | null>`coalesce(${webNode.expiresAt}, ${worker.heartbeatAt})::text`,
      isAlive: sql<boolean>`coalesce(${gt(webNode.expiresAt, sql`now()`)}, ${livesAsWorker}, false)`,
    })
    .from(modelCall)
    .leftJoin(webNode, eq(webNode.nodeId, modelCall.nodeId))
    .leftJoin(worker, eq(worker.id, modelCall.nodeId))
    // Of all teams: a process has calls of each.
    .where(sql`${modelCall.state} = 'started' and ${modelCall.teamId} is not null`);
  const silent = rows.filter(({ isAlive }) => !isAlive);
  const known = new Set(silent.map(({ nodeId }) => nodeId));
  for (const nodeId of silences.keys()) if (!known.has(nodeId)) silences.delete(nodeId);
  return silent.flatMap(({ nodeId, until }) => {
    const before = silences.get(nodeId);
    if (before?.until !== until) silences.set(nodeId, { until, sinceMs: nowMs });
    return before?.until === until && nowMs - before.sinceMs >= silentMs ? nodeId : [];
  });
}

async function interrupt(ctx: Context, { which, isBooked }: { which: SQL; isBooked: boolean }): Promise<number> {
  const why = isBooked ? 'its process ended' : 'it was written down and not made';
  return withTransaction(ctx, async (tx) => {
    const { rows } = await tx.db.execute<{ id: string; team_id: string; booked: string | null }>(sql`
      with mine as materialized (
        select id, budget_keys, reserved_micro_usd from model_call
        where state = 'started' and ${which} order by id limit ${mostAtOnce} for update skip locked
      ), ended as (
        update model_call call set
          state = 'interrupted', is_estimate = true, finished_at = now(),
          latency_ms = least(2147483647, extract(epoch from now() - call.started_at) * 1000)::integer,
          cost_micro_usd = case when call.is_priced then ${isBooked ? sql`call.reserved_micro_usd` : sql`0`} end
        from mine where call.id = mine.id
        returning call.id, call.team_id, call.cost_micro_usd
      ), change as materialized (
        select key, sum(mine.reserved_micro_usd) as amount from mine, unnest(mine.budget_keys) as key group by key
      ), locked as materialized (
        select counter.key, change.amount
        from change join budget_period counter on counter.key = change.key order by counter.key for update of counter
      ), counted as (
        update budget_period counter set
          reserved_micro_usd = counter.reserved_micro_usd - locked.amount,
          spent_micro_usd = counter.spent_micro_usd + ${isBooked ? sql`locked.amount` : sql`0`}
        from locked where counter.key = locked.key
      )
      select id, team_id, cost_micro_usd as booked from ended`);
    await appendAudits(
      tx,
      rows.map(({ id, team_id, booked }) => ({
        teamId: team_id,
        action: 'model_call.interrupt',
        resource: { type: 'model_call', id },
        detail: { why, bookedMicroUsd: booked === null ? null : Number(booked), isEstimate: true },
      })),
    );
    return rows.length;
  });
}
