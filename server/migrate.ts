import { migrateDatabase } from '../db/migrate.ts';
import { env } from './platform/env.ts';

/** Migrates the database of `DATABASE_URL` and ends: for a process that shall not keep what migrating needs. */
await migrateDatabase(env().databaseUrl ?? '');
