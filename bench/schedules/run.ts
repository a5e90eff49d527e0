import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { closeDatabase, db, setDatabaseUrl } from '../../db/client.ts';
import { migrateDatabase } from '../../db/migrate.ts';
import { startEmbeddedPostgres } from '../../server/platform/embedded-postgres.ts';
import { closeNotifications } from '../../server/platform/notifications.ts';
import type { Outcome } from './outcome.ts';
import { playVirtual } from './play-virtual.ts';
import { playRealSchedules } from './real-schedules.ts';
import { playVirtualSchedules } from './virtual-schedules.ts';

const { values: options } = parseArgs({
  options: {
    virtual: { type: 'string', default: '2000' },
    real: { type: 'string', default: '60' },
    'seed-from': { type: 'string', default: '1' },
    /** Plays this seed alone, on the virtual network, and prints every step. */
    trace: { type: 'string' },
    json: { type: 'string' },
  },
});

type Figures = { seconds: number; schedules: number; failures: Outcome['failures']; events: Record<string, number> };

async function measured(name: string, play: () => Promise<Outcome>): Promise<[string, Figures]> {
  const startedAt = performance.now();
  const { schedules, events, failures } = await play();
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${name}: ${schedules} schedules in ${seconds} s, ${failures.length} failed`);
  const sorted = [...events].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [event, times] of sorted) console.log(`  ${event.padEnd(40)} ${String(times).padStart(9)}`);
  for (const { seed, message } of failures) console.log(`  seed ${seed}: ${message}`);
  return [name, { schedules, seconds, failures, events: Object.fromEntries(sorted) }];
}

/** A Postgres and a data folder that go when the schedules end. */
async function playReal(from: number, count: number): Promise<Outcome> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'ensemble-schedules-'));
  Object.assign(process.env, {
    ENSEMBLE_DATA: dataDir,
    ENSEMBLE_SECRET: 'a-secret-of-the-schedules-only-0123456789',
    LOG_LEVEL: 'silent',
  });
  const postgres = await startEmbeddedPostgres(dataDir);
  try {
    await migrateDatabase(postgres.url);
    setDatabaseUrl(postgres.url);
    return await playRealSchedules({ db: db(), databaseUrl: postgres.url, from, count });
  } finally {
    await closeNotifications();
    await closeDatabase();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  }
}

if (options.trace !== undefined) {
  await playVirtual(Number(options.trace), { trace: console.log });
  console.log('nothing failed');
} else {
  const from = Number(options['seed-from']);
  const [virtual, real] = [Number(options.virtual), Number(options.real)];
  const results: [string, Figures][] = [];
  if (virtual > 0) results.push(await measured('virtual', () => playVirtualSchedules({ from, count: virtual })));
  if (real > 0) results.push(await measured('real', () => playReal(from, real)));
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify(Object.fromEntries(results), null, 2)}\n`);
  process.exitCode = results.some(([, { failures }]) => failures.length > 0) ? 1 : 0;
}
