import { db, setDatabaseUrl } from '../../db/client.ts';
import { NodeLife } from '../collab/node-life.ts';
import { setCallNode } from '../governance/calls/call-node.ts';
import { newId } from '../platform/ids.ts';
import { startHttp } from './testing.ts';

/** A web process that answers HTTP and nothing else, for tests that kill it: node testing-gateway-process.ts DATABASE_URL. */
const [, , url = ''] = process.argv;
setDatabaseUrl(url);
const nodeId = newId('node');
const life = new NodeLife(db(), { nodeId, address: nodeId });
await life.begin();
setInterval(() => void life.renew(), 1_000);
const http = await startHttp();
setCallNode(nodeId);
process.stdout.write(`${http.url}\n`);
