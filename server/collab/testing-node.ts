import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setDatabaseUrl } from '../../db/client.ts';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { createCollab } from './upgrade.ts';

/** A web process with nothing but rooms, for tests that kill and pause it. Prints its port when it is ready. */
setDatabaseUrl(env().databaseUrl ?? '');
const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
// A server that listens on TCP has an address with a port.
const { port } = server.address() as AddressInfo;
const collab = await createCollab({
  nodeId: newId('node'),
  publicUrl: 'http://127.0.0.1',
  nodeUrl: `http://127.0.0.1:${port}`,
});
server.on('upgrade', (req, socket, head) => void collab.upgrade(req, socket, head));
process.on('SIGTERM', () => void collab.close().then(() => process.exit(0)));
process.stdout.write(`${port}\n`);
