import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { testDatabase } from '../../db/testing.ts';
import { databaseUrl, setDatabaseUrl } from '../../db/client.ts';
import { systemContext, withTransaction } from '../context.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { closeQueue, enqueue, startWorkers, type Workers } from './queue.ts';

const { url, pool } = await testDatabase();
setDatabaseUrl(url);
const ctx = systemContext('test');
const open: Workers[] = [];

afterAll(async () => {
  for (const workers of open) await workers.stop(1_000);
  await closeQueue();
  await closeNotifications();
});

async function work(handlers: Parameters<typeof startWorkers>[0]): Promise<Workers> {
  const workers = await startWorkers(handlers);
  open.push(workers);
  return workers;
}

const jobsOf = async (runId: string) =>
  (await pool.query<{ state: string }>(`select state from pgboss.job where data->>'runId' = $1`, [runId])).rows;

test('a job reaches a worker at commit, and not before', async () => {
  const taken: string[] = [];
  const first = Promise.withResolvers<void>();
  const workers = await work({
    run: {
      handler: async ({ runId }) => {
        taken.push(runId);
        first.resolve();
      },
    },
  });
  await withTransaction(ctx, async (tx) => {
    await enqueue(tx, 'run', { payload: { runId: 'run_commit' } });
    expect(taken).toEqual([]);
  });
  const from = performance.now();
  await first.promise;
  expect(performance.now() - from).toBeLessThan(1_500);
  expect(taken).toEqual(['run_commit']);
  await workers.stop();
});

test('a rollback leaves no job', async () => {
  const failing = withTransaction(ctx, async (tx) => {
    await enqueue(tx, 'run', { payload: { runId: 'run_rollback' } });
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  expect(await jobsOf('run_rollback')).toEqual([]);
});

test('a job outside a transaction is refused', async () => {
  await expect(enqueue(ctx, 'run', { payload: { runId: 'run_bare' } })).rejects.toThrow('outside a transaction');
});

test('a stopping worker aborts its handler and the job is taken again', async () => {
  const started = Promise.withResolvers<void>();
  const workers = await work({
    task: {
      handler: async (_payload, signal) => {
        started.resolve();
        await once(signal, 'abort');
        throw new Error('stopped');
      },
    },
  });
  await withTransaction(ctx, (tx) => enqueue(tx, 'task', { payload: { taskId: 'tsk_again' } }));
  await started.promise;
  await workers.stop();
  const again = Promise.withResolvers<string>();
  await work({ task: { handler: async ({ taskId }) => again.resolve(taskId) } });
  expect(await again.promise).toBe('tsk_again');
});

test('a job whose worker was killed with -9 is taken by another one', async () => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { setDatabaseUrl } from './db/client.ts';
       import { startWorkers } from './server/jobs/queue.ts';
       setDatabaseUrl(process.argv[1]);
       await startWorkers({ import: { handler: async () => { console.log('taken'); await new Promise(() => setInterval(() => {}, 1000)); } } });
       console.log('ready');`,
      databaseUrl(),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const said = (word: string) =>
    new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes(word)) resolve();
      });
    });
  const taken = said('taken');
  await withTransaction(ctx, (tx) => enqueue(tx, 'import', { payload: { projectId: 'prj_killed' } }));
  await taken;
  child.kill('SIGKILL');
  await once(child, 'close');
  const again = Promise.withResolvers<string>();
  await work({ import: { handler: async ({ projectId }) => again.resolve(projectId) } });
  expect(await again.promise).toBe('prj_killed');
}, 40_000);
