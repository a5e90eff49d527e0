import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { closeDatabase, db, setDatabaseUrl } from '../db/client.ts';
import { NodeLife } from './collab/node-life.ts';
import { createGateway } from './gateway/gateway.ts';
import { startCallService } from './governance/calls/call-service.ts';
import { createGatewayListener } from './http/gateway-listener.ts';
import { env, EnvError } from './platform/env.ts';
import { giveBackMemory } from './platform/give-back-memory.ts';
import { newId } from './platform/ids.ts';
import { requireSecret } from './platform/installation-secret.ts';
import { listen } from './platform/listen.ts';
import { log } from './platform/log.ts';
import { closeNotifications } from './platform/notifications.ts';
import { spanExporter } from './platform/otlp.ts';
import { helperEnv, runHelper } from './platform/process.ts';
import { runService } from './platform/service-process.ts';

/** How long calls under way may go on when the process is asked to stop. */
const drainMs = 8_000;
/** Others take a process for gone after two seconds without a sign of life. */
const renewMs = 1_000;

/**
 * A process that is the gateway and nothing else: `/gateway/*`, health and metrics. It needs the database and the installation's
 * secret, and no data folder beyond that. Calls that it carries outlive restarts of the web process.
 */
async function start(): Promise<() => Promise<void>> {
  const url = env().databaseUrl;
  if (url === undefined)
    throw new EnvError(
      'DATABASE_URL is not set, and a gateway of its own shares the database of the web process. Set it to the same address.',
    );
  requireSecret();
  setDatabaseUrl(url);
  await migrateApart(url);
  const nodeId = newId('node');
  // It owns no rooms, so nobody succeeds it: the address is its own.
  const life = new NodeLife(db(), { nodeId, address: `gateway:${nodeId}` });
  await life.begin();
  const renewing = setInterval(() => {
    life.renew().catch((error: unknown) => log().warn({ err: error }, 'no sign of life could be given'));
  }, renewMs);
  const calls = startCallService({ nodeId });
  const server = createServer(createGatewayListener({ publicUrl: env().publicUrl, gateway: createGateway() }));
  const port = await listen(server);
  giveBackMemory();
  process.stdout.write(`The gateway is ready at http://${env().host}:${port}/gateway\n`);
  return async () => {
    await drain(server);
    await calls.stop();
    clearInterval(renewing);
    await life.end();
    await spanExporter()?.flush();
    await closeNotifications();
    await closeDatabase();
  };
}

/** In a process that ends: what migrating needs, the job queue's library first of all, would stay in the memory of this one. */
async function migrateApart(databaseUrl: string): Promise<void> {
  const program = path.join(import.meta.dirname, 'migrate.ts');
  const { code, output } = await runHelper(process.execPath, [program], {
    env: { ...helperEnv(), DATABASE_URL: databaseUrl },
  });
  if (code !== 0) throw new Error(`The database could not be migrated:\n${output}`);
}

/** Nothing new is taken; what is under way may end, for a while. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), drainMs).unref();
  });
}

runService('The gateway', start);
