import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { migrateDatabase } from './migrate.ts';

const repository = path.resolve(import.meta.dirname, '..');

async function query<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** An empty database on the test server, dropped when the test ends. */
async function emptyDatabase(name: string): Promise<string> {
  const url = new URL(inject('templateUrl'));
  url.pathname = '/postgres';
  const admin = url.toString();
  await query(admin, `create database ${name}`);
  onTestFinished(async () => void (await query(admin, `drop database ${name} with (force)`)));
  url.pathname = `/${name}`;
  return url.toString();
}

const tablesOf = (url: string) =>
  query<{ name: string }>(url, "select tablename as name from pg_tables where schemaname = 'public' order by 1");

test('the schema has no change that the migrations lack', () => {
  const copy = mkdtempSync(path.join(tmpdir(), 'ensemble-drift-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  cpSync(path.join(repository, 'db/migrations'), copy, { recursive: true });
  const before = readdirSync(copy, { recursive: true });
  const args = [
    'generate',
    '--dialect',
    'postgresql',
    '--schema',
    './db/schema/index.ts',
    '--out',
    path.relative(repository, copy),
  ];
  const ran = spawnSync(path.join(repository, 'node_modules/.bin/drizzle-kit'), args, {
    cwd: repository,
    encoding: 'utf8',
  });
  expect(ran.status, ran.stderr).toBe(0);
  expect(readdirSync(copy, { recursive: true })).toEqual(before);
});

test('an empty database is brought to the state of the template, and a second time nothing changes', async () => {
  const url = await emptyDatabase('migrate_empty');
  await migrateDatabase(url);
  const tables = await tablesOf(url);
  expect(tables).toEqual(await tablesOf(inject('templateUrl')));
  expect(tables.map((table) => table.name)).toContain('audit_entry');
  await migrateDatabase(url);
  expect(await tablesOf(url)).toEqual(tables);
});

test('several processes may migrate one database at the same time', async () => {
  const url = await emptyDatabase('migrate_together');
  await Promise.all([migrateDatabase(url), migrateDatabase(url), migrateDatabase(url)]);
  const [applied] = await query<{ count: string }>(url, 'select count(*) from drizzle.__drizzle_migrations');
  const files = readdirSync(path.join(repository, 'db/migrations')).filter((file) => file.endsWith('.sql'));
  expect(Number(applied?.count)).toBe(files.length);
});

test('an owner without superuser rights migrates and takes the role of the application', async () => {
  const admin = inject('templateUrl');
  await query(admin, 'create role plain_owner login createrole');
  // As Postgres leaves it to someone who has created the role: they may grant it and not yet take it.
  await query(admin, 'grant ensemble_app to plain_owner with admin true, set false');
  onTestFinished(async () => void (await query(admin, 'drop role plain_owner')));
  const url = new URL(await emptyDatabase('migrate_plain_owner'));
  await query(admin, 'alter database migrate_plain_owner owner to plain_owner');
  url.username = 'plain_owner';
  await migrateDatabase(url.toString());
  url.searchParams.set('options', '-c role=ensemble_app');
  expect(await query(url.toString(), 'select current_user as name')).toEqual([{ name: 'ensemble_app' }]);
});
