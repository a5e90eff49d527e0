import path from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { migrateJobSchema } from './job-schema.ts';

/** Any constant; the same in every process that migrates. */
const advisoryLock = 7_263_491;

/**
 * Brings a database up to date as its owner, under an advisory lock so that several processes may start at once.
 * Also makes the audit log's partitions for the coming months.
 * @throws when the server is older than Postgres 15, or the owner may not create the application's role
 */
export async function migrateDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'ensemble migrate' });
  await client.connect();
  try {
    const version = await client.query<{ server_version_num: string }>('show server_version_num');
    if (Number(version.rows[0]?.server_version_num) < 150_000)
      throw new Error('The database is older than Postgres 15. Point DATABASE_URL at a newer one.');
    await client.query('select pg_advisory_lock($1)', [advisoryLock]);
    await migrate(drizzle({ client }), { migrationsFolder: path.join(import.meta.dirname, 'migrations') });
    await migrateJobSchema(client);
    await client.query('select ensure_audit_partitions(3)');
  } finally {
    // Ending the connection gives the advisory lock back.
    await client.end();
  }
}

/** Makes the audit log's partitions for the coming months; only the database's owner may. */
export async function ensureAuditPartitions(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'ensemble upkeep' });
  await client.connect();
  try {
    await client.query('select ensure_audit_partitions(3)');
  } finally {
    await client.end();
  }
}
