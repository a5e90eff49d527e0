import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { databaseHolder, openDatabase, type Database } from './client.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Owner's address of the migrated template database, set by the global set-up of the `pg` project. */
    templateUrl: string;
  }
}

export type TestDatabase = { db: Database; pool: pg.Pool; url: string };

/**
 * A database of the calling test file's own, cloned from the migrated template and dropped at its end; it is also
 * made the process's `db()`. A connection that the file leaves open fails it.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('templateUrl'));
  const name = `test_${randomBytes(6).toString('hex')}`;
  const socket = template.searchParams.get('host');
  const admin = () => new pg.Client({ connectionString: withDatabase(template, 'postgres') });
  await once(admin(), `create database ${name} template ${template.pathname.slice(1)}`);
  const url = withDatabase(template, name);
  const opened = openDatabase(url);
  databaseHolder().opened = opened;
  afterAll(async () => {
    await opened.pool.end();
    await once(admin(), `drop database ${name} with (force)`);
  });
  if (!socket) throw new Error('the template database is reached over a unix socket');
  return { ...opened, url };
}

function withDatabase(url: URL, name: string): string {
  const copy = new URL(url);
  copy.pathname = `/${name}`;
  return copy.toString();
}

async function once(client: pg.Client, statement: string): Promise<void> {
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
