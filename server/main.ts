import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import path from 'node:path';
import { closeDatabase, databaseUrl, setDatabaseUrl } from '../db/client.ts';
import { migrateDatabase } from '../db/migrate.ts';
import { startWorkerService } from './agents/worker-service.ts';
import { createSetupLink } from './auth/create-setup-link.ts';
import { ensureAdminFromEnv } from './auth/ensure-admin-from-env.ts';
import { createCollab } from './collab/upgrade.ts';
import { systemContext } from './context.ts';
import { createGateway } from './gateway/gateway.ts';
import { startCallService } from './governance/calls/call-service.ts';
import { addListedModels } from './governance/add-listed-models.ts';
import { ensureEnvironmentProviders } from './governance/ensure-environment-providers.ts';
import { startLocalModels } from './gateway/local-model/service.ts';
import { createRequestListener } from './http/routes.ts';
import { openRunDoor } from './http/run-door.ts';
import { startEmbeddedPostgres } from './platform/embedded-postgres.ts';
import { env, exportForNext } from './platform/env.ts';
import { newId } from './platform/ids.ts';
import { listen } from './platform/listen.ts';
import { log } from './platform/log.ts';
import { closeMergeThread } from './platform/merge-worker.ts';
import { closeNotifications } from './platform/notifications.ts';
import { spanExporter } from './platform/otlp.ts';
import { authSecret } from './platform/secrets.ts';
import { endFailedStart } from './platform/service-process.ts';
import { reconcileHunks } from './review/settle-hunk.ts';

/**
 * The web process. Starts in the order: database, migrations, first admin, pages, rooms, worker, listen; stops in the
 * reverse order, so that rooms are flushed and runs handed back while the database is still there.
 */
type Stop = { what: string; stop: () => Promise<unknown> };

const stops: Stop[] = [];

async function openDatabaseServer(): Promise<void> {
  if (env().databaseUrl === undefined) {
    const embedded = await startEmbeddedPostgres(env().dataDir);
    setDatabaseUrl(embedded.url);
    embedded.keepRunning({
      onRestart: (error) =>
        error === undefined
          ? log().warn('embedded Postgres had ended and was started again')
          : log().error({ err: error }, 'embedded Postgres has ended and could not be started again, trying on'),
    });
    stops.push({ what: 'embedded Postgres', stop: embedded.stop });
  }
  stops.push(
    { what: 'trace spans', stop: async () => spanExporter()?.flush() },
    { what: 'database connections', stop: closeDatabase },
    { what: 'notifications', stop: closeNotifications },
    { what: 'merge thread', stop: closeMergeThread },
  );
  await migrateDatabase(databaseUrl());
  exportForNext({ publicUrl: env().publicUrl, authSecret: authSecret(), databaseUrl: databaseUrl() });
}

async function startPages(server: ReturnType<typeof createServer>, dev: boolean) {
  const { default: next } = await import('next');
  const app = next({
    dev,
    dir: path.resolve(import.meta.dirname, '..'),
    hostname: env().host,
    port: env().port,
    httpServer: server,
  });
  await app.prepare();
  stops.push({ what: 'pages', stop: () => app.close() });
  return { handle: app.getRequestHandler(), upgrade: app.getUpgradeHandler() };
}

async function start(): Promise<void> {
  const dev = env().mode === 'development';
  await openDatabaseServer();
  await ensureAdminFromEnv(systemContext('start'));
  await ensureEnvironmentProviders(systemContext('start'));
  const setupUrl = await createSetupLink(systemContext('start'));
  await reconcileHunks(systemContext('start'));

  const server = createServer();
  const pages = await startPages(server, dev);
  const nodeId = newId('node');
  const collab = await createCollab({ nodeId, publicUrl: env().publicUrl, nodeUrl: env().nodeUrl });
  stops.push({ what: 'rooms', stop: () => collab.close() });
  const gateway = createGateway();
  const calls = startCallService({ nodeId });
  stops.push({ what: 'model calls', stop: () => calls.stop() });
  const models = startLocalModels();
  stops.push({ what: 'models on this machine', stop: () => models.stop() });
  if (env().role === 'all') {
    const worker = await startWorkerService({ workerId: nodeId, openDoor: (runId) => openRunDoor(runId, gateway) });
    stops.push({ what: 'worker', stop: () => worker.stop() });
  }

  server.on(
    'request',
    createRequestListener({
      dev,
      publicUrl: env().publicUrl,
      gateway,
      pages: (req, res) => pages.handle(req, res),
    }),
  );
  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (req.url?.startsWith('/collab/')) void collab.upgrade(req, socket, head);
    else if (dev) void pages.upgrade(req, socket, head);
    else socket.destroy();
  });
  await listen(server);
  stops.push({ what: 'HTTP server', stop: () => closeServer(server) });
  announce(setupUrl);
  addListedModels(systemContext('start')).catch((error: unknown) =>
    log().warn({ err: error }, 'the models of OPENAI_COMPATIBLE_URL could not be listed'),
  );
}

function closeServer(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Open event streams would keep the server from closing.
    server.closeAllConnections();
  });
}

function announce(setupUrl: string | undefined): void {
  process.stdout.write(`Ensemble is ready at ${env().publicUrl}\n`);
  if (setupUrl) process.stdout.write(`Set it up here (works once, within a day): ${setupUrl}\n`);
}

let stopping = false;

async function shutDown(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log().info({ signal }, 'stopping');
  // What hangs must not keep the process: everything durable is already in Postgres.
  setTimeout(() => process.exit(0), 9_000).unref();
  for (const { what, stop } of stops.reverse()) {
    await stop().catch((error: unknown) => log().error({ err: error }, `could not stop: ${what}`));
  }
  process.exit(0);
}

process.on('SIGTERM', () => void shutDown('SIGTERM'));
process.on('SIGINT', () => void shutDown('SIGINT'));

start().catch((error: unknown) => endFailedStart('Ensemble', error));
