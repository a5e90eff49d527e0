import { existsSync } from 'node:fs';
import path from 'node:path';
import { closeDatabase, setDatabaseUrl } from '../../db/client.ts';
import { systemContext, type Context } from '../context.ts';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { env } from '../platform/env.ts';
import { UsageError } from './command.ts';

/**
 * Opens the installation's database for one command. An embedded Postgres that is not running is started and stopped
 * again; one that the server runs is used beside it.
 * @throws UsageError when this folder has no installation
 */
export async function withDatabase<T>(fn: (ctx: Context) => Promise<T>): Promise<T> {
  const stop = env().databaseUrl === undefined ? await openEmbedded() : undefined;
  try {
    return await fn(systemContext('command line'));
  } finally {
    await closeDatabase();
    await stop?.();
  }
}

const cluster = () => path.join(env().dataDir, 'postgres');

/** Whether there is a database to open: one that is named, or one of this folder's own. */
export function hasInstallation(): boolean {
  return env().databaseUrl !== undefined || existsSync(path.join(cluster(), 'PG_VERSION'));
}

async function openEmbedded(): Promise<(() => Promise<void>) | undefined> {
  const { dataDir } = env();
  if (!hasInstallation())
    throw new UsageError(
      `There is no installation in ${dataDir}. Run this where Ensemble was started, or set ENSEMBLE_DATA or DATABASE_URL.`,
    );
  const runs = existsSync(path.join(cluster(), 'postmaster.pid'));
  const server = await startEmbeddedPostgres(dataDir);
  setDatabaseUrl(server.url);
  return runs ? undefined : server.stop;
}
