import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { closeDatabase, setDatabaseUrl } from '../db/client.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts';

/** Does something with an empty database of its own, which is gone afterwards. */
export async function withTemporaryPostgres<T>(work: () => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ensemble-bench-'));
  process.env['ENSEMBLE_DATA'] = folder;
  process.env['LOG_LEVEL'] = 'silent';
  const postgres = await startEmbeddedPostgres(folder);
  try {
    setDatabaseUrl(postgres.url);
    await migrateDatabase(postgres.url);
    return await work();
  } finally {
    await closeDatabase();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
