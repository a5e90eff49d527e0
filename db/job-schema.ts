import type pg from 'pg';
import { PgBoss, type Queue } from 'pg-boss';

/** The queues of the application and how a job in them lives (docs/decisions: pg-boss). */
export const jobQueues = ['import', 'run', 'task', 'agent', 'checkpoint', 'retention'] as const;
export type JobQueue = (typeof jobQueues)[number];

/** The Postgres schema that belongs to the job queue. */
export const jobSchema = 'pgboss';

/**
 * A worker that stops answering for `heartbeatSeconds` loses its job to another one. The rows of a run, task or import
 * are the record; a job only says "look at this row", so it may be delivered twice.
 */
const longWork: Omit<Queue, 'name'> = {
  heartbeatSeconds: 10,
  expireInSeconds: 86_400 - 1,
  retryLimit: 5,
  retryDelay: 1,
  deleteAfterSeconds: 86_400,
};

const queueOptions: Record<JobQueue, Omit<Queue, 'name'>> = {
  import: { ...longWork, retryLimit: 2 },
  run: longWork,
  task: { ...longWork, retryLimit: 2 },
  agent: { ...longWork, retryLimit: 2 },
  checkpoint: { ...longWork, retryLimit: 1 },
  retention: { ...longWork, retryLimit: 1, policy: 'short' },
};

/**
 * Makes or updates the queue's schema as the database's owner and lets the application's role work in it. Called under
 * the migration's advisory lock.
 */
export async function migrateJobSchema(client: pg.Client): Promise<void> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => client.query(text, values) },
    schema: jobSchema,
    migrate: true,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  await boss.start();
  for (const name of jobQueues) {
    const { policy, ...changeable } = queueOptions[name];
    await boss.createQueue(name, { ...changeable, ...(policy ? { policy } : {}) });
    await boss.updateQueue(name, changeable);
  }
  await boss.stop({ graceful: false, close: false });
  for (const statement of grants) await client.query(statement);
}

const grants = [
  `grant usage on schema ${jobSchema} to ensemble_app`,
  `grant select, insert, update, delete on all tables in schema ${jobSchema} to ensemble_app`,
  `grant usage, select on all sequences in schema ${jobSchema} to ensemble_app`,
  `grant execute on all functions in schema ${jobSchema} to ensemble_app`,
];
