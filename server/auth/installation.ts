import { sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';

/** Any constant; the same in every process. */
const advisoryLock = 7_263_492;

/** Inside a transaction: only one at a time may decide whether this installation has its first person. */
export async function lockInstallation(tx: Context): Promise<void> {
  await tx.db.execute(sql`select pg_advisory_xact_lock(${advisoryLock})`);
}

/** Whether anyone exists yet; until then only the set-up link leads in. */
export async function hasPeople(ctx: Context): Promise<boolean> {
  return (await ctx.db.select({ id: schema.person.id }).from(schema.person).limit(1)).length > 0;
}
