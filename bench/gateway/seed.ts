import { closeDatabase, setDatabaseUrl } from '../../db/client.ts';
import { migrateDatabase } from '../../db/migrate.ts';
import { newPerson, newTeam } from '../../server/auth/testing.ts';
import { newBudget } from '../../server/governance/calls/testing.ts';
import { newModel, newProvider } from '../../server/governance/testing.ts';
import { newToken } from '../../server/http/testing.ts';
import { env } from '../../server/platform/env.ts';

/**
 * What the gateway that is measured finds in the Postgres of `DATABASE_URL`: a person with a token, whom it tells, two models at `UPSTREAM`
 * and `UPSTREAM_PACED`, and budgets of the team and the person. A process of its own: what it needs is no part of a gateway.
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
process.send?.({ token });
await closeDatabase();
process.disconnect();
