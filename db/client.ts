import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { env } from '../server/platform/env.ts';
import { singleton } from '../server/platform/singleton.ts';
import * as schema from './schema/index.ts';

export { schema };
export type Database = NodePgDatabase<typeof schema> & { $client: pg.Pool };
/** A transaction; has everything a Database has but the pool. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
export type DatabaseOrTransaction = Database | Transaction;

type Opened = { pool: pg.Pool; db: Database };

/** `set role` travels in the start-up packet, so no connection ever speaks as the owner. */
export function openDatabase(url: string): Opened {
  const pool = new pg.Pool({
    connectionString: url,
    max: 16,
    options: '-c role=ensemble_app -c timezone=UTC',
    application_name: 'ensemble',
  });
  // A connection that the server closes fails its query and is replaced; without listeners it would end the process,
  // idle in the pool as well as between two statements of a transaction.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return { pool, db: drizzle({ client: pool, schema }) };
}

/** Where the process keeps its database; tests put their own in. */
export const databaseHolder = () => singleton<{ opened: Opened | undefined }>('db', () => ({ opened: undefined }));

/** The process's database, speaking as the application's role. Opened on first use. */
export function db(): Database {
  return opened().db;
}

/** The pool under `db()`, for what drizzle does not do (advisory locks, streaming). */
export function pool(): pg.Pool {
  return opened().pool;
}

function opened(): Opened {
  const holder = databaseHolder();
  if (!holder.opened) {
    const url = env().databaseUrl ?? nextDatabaseUrl();
    if (url === undefined)
      throw new Error('the database address is not known yet: the entrypoint opens the database first');
    holder.opened = openDatabase(url);
  }
  return holder.opened;
}

const address = () => singleton<{ url: string | undefined }>('db-address', () => ({ url: undefined }));
const nextDatabaseUrl = () => address().url;

/** Tells where the database is when the environment does not (embedded Postgres). Call before the first `db()`. */
export function setDatabaseUrl(url: string): void {
  address().url = url;
}

export function databaseUrl(): string {
  const url = env().databaseUrl ?? nextDatabaseUrl();
  if (url === undefined) throw new Error('the database address is not known yet');
  return url;
}

export async function closeDatabase(): Promise<void> {
  const holder = databaseHolder();
  const current = holder.opened;
  holder.opened = undefined;
  await current?.pool.end();
}
