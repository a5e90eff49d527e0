import { readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';

export type DatabaseState = {
  /** As Postgres names it, for example `18.4`. */
  version: string;
  migrations: { applied: number; known: number };
  /** Whether the address's own user could change anything, the audit log too. */
  ownerIsSuperuser: boolean;
};

/** What `ensemble doctor` tells about a database, asked as its owner. @throws when it does not answer */
export async function databaseState(url: string): Promise<DatabaseState> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'ensemble doctor',
    connectionTimeoutMillis: 5_000,
  });
  await client.connect();
  try {
    const about = await client.query<{ version: string; superuser: boolean; migrated: string | null }>(
      `select current_setting('server_version') as version,
              (select rolsuper from pg_roles where rolname = current_user) as superuser,
              to_regclass('drizzle.__drizzle_migrations')::text as migrated`,
    );
    const [row] = about.rows;
    const counted = row?.migrated
      ? await client.query<{ count: number }>('select count(*)::int from drizzle.__drizzle_migrations')
      : undefined;
    return {
      version: row?.version.split(' ', 1)[0] ?? 'unknown',
      migrations: { applied: counted?.rows[0]?.count ?? 0, known: knownMigrations() },
      ownerIsSuperuser: row?.superuser ?? false,
    };
  } finally {
    await client.end();
  }
}

function knownMigrations(): number {
  const journal = path.join(import.meta.dirname, 'migrations', 'meta', '_journal.json');
  return (JSON.parse(readFileSync(journal, 'utf8')) as { entries: unknown[] }).entries.length;
}
