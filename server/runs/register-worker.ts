import { eq, lt, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { AgentDescription } from '../core/agent-description.ts';

/** Tells the installation that a worker lives and which agents it can run; call it again every few seconds. */
export async function registerWorker(
  ctx: Context,
  worker: { workerId: string; agents: AgentDescription[] },
): Promise<void> {
  const { workerId: id, agents } = worker;
  await ctx.db
    .insert(schema.worker)
    .values({ id, agents })
    .onConflictDoUpdate({ target: schema.worker.id, set: { agents, heartbeatAt: sql`now()` } });
}

/** Ends a worker's registration, and forgets those that have been gone for a month. */
export async function unregisterWorker(ctx: Context, workerId: string): Promise<void> {
  // The row stays: its agents are known, and their runs may be queued, while no worker is there.
  await ctx.db
    .update(schema.worker)
    .set({ heartbeatAt: sql`now() - interval '1 hour'` })
    .where(eq(schema.worker.id, workerId));
  await ctx.db.delete(schema.worker).where(lt(schema.worker.heartbeatAt, sql`now() - interval '30 days'`));
}
