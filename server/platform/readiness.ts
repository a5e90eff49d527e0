import { sql } from 'drizzle-orm';
import { db } from '../../db/client.ts';
import { log } from './log.ts';

/** Each check is `ok` or says what is wrong. */
export type Readiness = { ready: boolean; checks: Record<string, string> };

/** Whether the process can do its work: the database answers and knows the migrations. */
export async function readiness(): Promise<Readiness> {
  const checks: Record<string, string> = {};
  try {
    await db().execute(sql`select 1 from person limit 1`);
    checks['database'] = 'ok';
    const queue = await db().execute<{ found: string | null }>(sql`select to_regclass('pgboss.job')::text as found`);
    checks['queue'] = queue.rows[0]?.found ? 'ok' : 'the job tables are missing';
  } catch (error) {
    // Anyone may ask: the cause is for the log.
    log().warn({ err: error }, 'not ready: the database');
    checks['database'] = 'it does not answer, or its tables are missing; the log has the cause';
  }
  return { ready: Object.values(checks).every((check) => check === 'ok'), checks };
}
