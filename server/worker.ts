import { closeDatabase, databaseUrl, setDatabaseUrl } from '../db/client.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { startWorkerService } from './agents/worker-service.ts';
import { requireRepositories } from './agents/require-repositories.ts';
import { createGateway } from './gateway/gateway.ts';
import { startCallService } from './governance/calls/call-service.ts';
import { openRunDoor } from './http/run-door.ts';
import { closeQueue } from './jobs/queue.ts';
import { env, EnvError } from './platform/env.ts';
import { newId } from './platform/ids.ts';
import { closeNotifications } from './platform/notifications.ts';
import { runService } from './platform/service-process.ts';

/**
 * A process that only works: imports, runs, commands. It needs the database, and the data folder of the web process or the way
 * to its git door; it hosts the gateway for the agents of its own runs.
 * Stops in the reverse order of its start, so that runs are handed back while the database is still there.
 */
async function start(): Promise<() => Promise<void>> {
  const url = env().databaseUrl;
  if (url === undefined) {
    throw new EnvError(
      'DATABASE_URL is not set, and a worker of its own shares the database of the web process. Set it to the same address.',
    );
  }
  setDatabaseUrl(url);
  await migrateDatabase(databaseUrl());
  await requireRepositories();
  const workerId = newId('node');
  const gateway = createGateway();
  const calls = startCallService({ nodeId: workerId });
  const worker = await startWorkerService({ workerId, openDoor: (runId) => openRunDoor(runId, gateway) });
  process.stdout.write('The worker is ready\n');
  return async () => {
    await worker.stop();
    await calls.stop();
    await closeQueue();
    await closeNotifications();
    await closeDatabase();
  };
}

runService('The worker', start);
