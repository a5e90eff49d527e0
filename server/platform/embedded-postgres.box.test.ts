import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'ensemble-postgres-'));
const pidFile = path.join(folder, 'postgres', 'postmaster.pid');

afterAll(() => rm(folder, { recursive: true, force: true }));

async function answer(url: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ kept: number }>('select kept from notes')).rows[0]?.kept;
  } finally {
    await client.end();
  }
}

test('a Postgres that is ended from outside is started again with what it held, one that is stopped is not', async () => {
  const server = await startEmbeddedPostgres(folder);
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('create table notes as select 7 as kept');
  await client.end();
  const attempts: unknown[] = [];
  const restarted = new Promise<void>((resolve) => {
    server.keepRunning({
      everyMs: 50,
      onRestart: (error) => {
        attempts.push(error);
        // What the old server left behind may hold the first attempts up.
        if (error === undefined) resolve();
      },
    });
  });
  process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL');
  await restarted;
  expect(await answer(server.url)).toBe(7);
  const before = attempts.length;
  await server.stop();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(existsSync(pidFile)).toBe(false);
  expect(attempts.length).toBe(before);
});
