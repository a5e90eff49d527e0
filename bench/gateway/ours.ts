import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeDatabase, setDatabaseUrl } from '../../db/client.ts';
import { migrateDatabase } from '../../db/migrate.ts';
import { newPerson, newTeam } from '../../server/auth/testing.ts';
import { createGateway } from '../../server/gateway/gateway.ts';
import { startCallService } from '../../server/governance/calls/call-service.ts';
import { newBudget } from '../../server/governance/calls/testing.ts';
import { newModel, newProvider } from '../../server/governance/testing.ts';
import { createRequestListener } from '../../server/http/routes.ts';
import { newToken } from '../../server/http/testing.ts';
import { env } from '../../server/platform/env.ts';
import { newId } from '../../server/platform/ids.ts';

/**
 * The product's gateway in a process of its own, on the Postgres of `DATABASE_URL`: the real listener with identity, policies,
 * inspection, budgets of the team and the person, and the durable record, all on. `UPSTREAM` and `UPSTREAM_PACED` are the model servers.
 */
const url = env().databaseUrl ?? '';
await migrateDatabase(url);
setDatabaseUrl(url);

const person = await newPerson('Bench');
const teamId = await newTeam('Bench', [[person, 'developer']]);
const { token } = await newToken(person.personId, ['models']);
for (const [alias, base] of [
  ['scripted-large', process.env['UPSTREAM']],
  ['scripted-paced', process.env['UPSTREAM_PACED']],
] as const) {
  const providerId = await newProvider({
    name: alias,
    baseUrl: `${base}/v1`,
    kind: 'openai',
    place: 'remote',
    protocols: ['openai_responses', 'openai_chat', 'anthropic_messages'],
    key: 'sk-of-the-benchmark',
  });
  await newModel(alias, [
    { providerId, upstreamModel: 'scripted-large', priceInput: 3_000_000, priceOutput: 15_000_000 },
  ]);
}
const plenty = { limitMicroUsd: 1_000_000_000_000 };
await newBudget({ ...plenty, teamId, scope: 'team', period: 'month' });
await newBudget({ ...plenty, teamId, scope: 'person', period: 'month' });

const calls = startCallService({ nodeId: newId('node') });
const server = createServer(
  createRequestListener({
    dev: false,
    publicUrl: env().publicUrl,
    gateway: createGateway(),
    pages: async (_req, res) => void res.writeHead(404).end(),
  }),
);
await new Promise<void>((resolve) => server.listen(env().port, '127.0.0.1', resolve));
// A server that listens on TCP has an address with a port.
const { port } = server.address() as AddressInfo;
process.send?.({ listening: { port, token } });

process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void calls
    .stop()
    .then(closeDatabase)
    .finally(() => process.exit(0));
});
