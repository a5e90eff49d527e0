import { sql } from 'drizzle-orm';
import { fromDrizzle, PgBoss, type Db, type Job } from 'pg-boss';
import { pool } from '../../db/client.ts';
import { jobQueues, jobSchema, type JobQueue } from '../../db/job-schema.ts';
import type { Context } from '../context.ts';
import { log } from '../platform/log.ts';
import { notifications } from '../platform/notifications.ts';
import { notify, type Channel } from '../platform/notify.ts';
import { singleton } from '../platform/singleton.ts';

/** What a job says: which row to look at. The row is the record; a job may be delivered twice. */
export type JobPayloads = {
  import: { projectId: string };
  run: { runId: string };
  task: { taskId: string };
  agent: { agent: string };
  /** Without a suggestion: look which sessions changed. `all`: every hunk is decided on. */
  checkpoint: { suggestionId?: string; all?: boolean };
  retention: Record<string, never>;
};

export type EnqueueOptions = {
  /** Not before this many seconds from now. */
  startAfterSeconds?: number;
};

/** Does the job's work; `signal` fires when the job was taken away or the worker stops. */
export type JobHandler<Q extends JobQueue> = (payload: JobPayloads[Q], signal: AbortSignal) => Promise<void>;

export type JobHandlers = { [Q in JobQueue]?: { handler: JobHandler<Q>; concurrency?: number } };

export type Workers = {
  /** Takes no new jobs, aborts those at work, waits for them up to `timeoutMs`, and hands the rest back. */
  stop(timeoutMs?: number): Promise<void>;
};

/** Sent along with a job so that a worker looks at once; polling is the safety net. */
const wakeChannel: Record<JobQueue, Channel | undefined> = {
  import: 'project',
  run: 'run_queued',
  task: 'task',
  agent: 'agent_install',
  checkpoint: undefined,
  retention: undefined,
};

/** Speaks to the queue's schema as the application's role, over the process's own pool. */
const poolAdapter: Db = { executeSql: (text, values) => pool().query(text, values) };

function newBoss(isWorker: boolean): PgBoss {
  const boss = new PgBoss({
    db: poolAdapter,
    schema: jobSchema,
    migrate: false,
    supervise: isWorker,
    schedule: isWorker,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    queueCacheIntervalSeconds: 30,
    // These need the owner's rights or an instrument that is not there.
    reindex: false,
    monitorVacuum: false,
    registerInstance: false,
  });
  boss.on('error', (error) => log().error({ err: error }, 'job queue'));
  return boss;
}

type Sender = { starting: Promise<PgBoss> | undefined };
const sender = () => singleton<Sender>('job-sender', () => ({ starting: undefined }));

function sendingBoss(): Promise<PgBoss> {
  const holder = sender();
  holder.starting ??= newBoss(false)
    .start()
    .catch((error: unknown) => {
      holder.starting = undefined;
      throw error;
    });
  return holder.starting;
}

/**
 * Puts a job into a queue in the caller's transaction: a rollback leaves no job, and workers hear of it at commit.
 * @throws when called outside a transaction
 */
export async function enqueue<Q extends JobQueue>(
  ctx: Context,
  queue: Q,
  job: { payload: JobPayloads[Q]; options?: EnqueueOptions },
): Promise<void> {
  if (!ctx.inTransaction) throw new Error(`job for ${queue} outside a transaction`);
  const boss = await sendingBoss();
  const startAfter = job.options?.startAfterSeconds;
  await boss.send(queue, job.payload, {
    db: fromDrizzle(ctx.db, sql),
    ...(startAfter === undefined ? {} : { startAfter }),
  });
  const [id] = Object.values(job.payload);
  const channel = wakeChannel[queue];
  if (channel && typeof id === 'string') await notify(ctx.db, channel, id);
}

/** Ends the sending side; a later `enqueue` opens it again. */
export async function closeQueue(): Promise<void> {
  const holder = sender();
  const boss = await holder.starting;
  holder.starting = undefined;
  await boss?.stop({ graceful: false });
}

/**
 * Takes jobs until stopped. A job whose worker dies is given to another one after 10 to 15 seconds; a handler that
 * throws is tried again a few times, so it must be able to run twice.
 */
export async function startWorkers(handlers: JobHandlers): Promise<Workers> {
  const boss = await newBoss(true).start();
  const stopping = new AbortController();
  const ending: (() => void)[] = [];
  const atWork = new Set<Promise<void>>();
  if (handlers.import) ending.push(...(await workOn(boss, 'import', { ...handlers.import, stopping, atWork })));
  if (handlers.run) ending.push(...(await workOn(boss, 'run', { ...handlers.run, stopping, atWork })));
  if (handlers.task) ending.push(...(await workOn(boss, 'task', { ...handlers.task, stopping, atWork })));
  if (handlers.agent) ending.push(...(await workOn(boss, 'agent', { ...handlers.agent, stopping, atWork })));
  if (handlers.checkpoint) {
    ending.push(...(await workOn(boss, 'checkpoint', { ...handlers.checkpoint, stopping, atWork })));
    await boss.schedule('checkpoint', '*/10 * * * *', {}, { missed: 'once' });
  }
  if (handlers.retention) {
    ending.push(...(await workOn(boss, 'retention', { ...handlers.retention, stopping, atWork })));
    await boss.schedule('retention', '17 3 * * *', {}, { missed: 'once' });
  }
  return {
    async stop(timeoutMs = 8_000) {
      for (const end of ending) end();
      for (const queue of jobQueues) if (handlers[queue]) await boss.offWork(queue, { wait: false });
      stopping.abort(new Error('the worker is stopping'));
      await Promise.race([
        Promise.allSettled(atWork),
        new Promise((resolve) => {
          setTimeout(resolve, timeoutMs).unref();
        }),
      ]);
      await boss.stop({ graceful: false });
    },
  };
}

type Working<Q extends JobQueue> = {
  handler: JobHandler<Q>;
  concurrency?: number;
  stopping: AbortController;
  atWork: Set<Promise<void>>;
};

async function workOn<Q extends JobQueue>(boss: PgBoss, queue: Q, work: Working<Q>): Promise<(() => void)[]> {
  const ids: string[] = [];
  const handle = async ([job]: Job<JobPayloads[Q]>[]) => {
    if (!job) return;
    const running = work.handler(job.data, AbortSignal.any([job.signal, work.stopping.signal]));
    work.atWork.add(running);
    await running.finally(() => work.atWork.delete(running));
  };
  const options = { pollingIntervalSeconds: 2, heartbeatRefreshSeconds: 2 };
  for (let i = 0; i < (work.concurrency ?? 1); i++) ids.push(await boss.work<JobPayloads[Q]>(queue, options, handle));
  const channel = wakeChannel[queue];
  if (!channel) return [];
  const listening = await notifications();
  const wake = () => {
    for (const id of ids) boss.notifyWorker(id);
  };
  return [listening.on(channel, wake), listening.onReconnect(wake)];
}
