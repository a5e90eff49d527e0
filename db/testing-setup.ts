import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts';
import { migrateDatabase } from './migrate.ts';

/** Global set-up of the `pg` tests: one throw-away Postgres, one migrated template that every file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dir = mkdtempSync(path.join(tmpdir(), 'ens-pg-'));
  const server = await startEmbeddedPostgres(dir);
  const template = new URL(server.url);
  template.pathname = '/ensemble_template';
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query('create database ensemble_template');
  // Speed over safety: this data does not outlive the run.
  await admin.query('alter system set fsync = off');
  await admin.query('alter system set synchronous_commit = off');
  await admin.query('select pg_reload_conf()');
  await admin.end();
  await migrateDatabase(template.toString());
  project.provide('templateUrl', template.toString());
  return async () => {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
}
