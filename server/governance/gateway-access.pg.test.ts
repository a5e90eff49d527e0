import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { getGatewayAccess } from './gateway-access.ts';
import { newModel, newProvider } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);

let dev: TestPerson;
let viewer: TestPerson;
let stranger: TestPerson;
let teamId: string;
let otherTeamId: string;

beforeAll(async () => {
  [dev, viewer, stranger] = [await newPerson('Dev'), await newPerson('Vic'), await newPerson('Stu')];
  teamId = await newTeam('Alpha', [
    [dev, 'developer'],
    [viewer, 'viewer'],
  ]);
  otherTeamId = await newTeam('Beta', [[stranger, 'admin']]);
  const remote = await newProvider({ baseUrl: 'https://models.example.com', place: 'remote' });
  const local = await newProvider({ baseUrl: 'http://127.0.0.1:9', place: 'local' });
  const price = { priceInput: 3_000_000, priceOutput: 15_000_000 };
  await newModel('far', [{ providerId: remote, upstreamModel: 'far-1', contextSize: 200_000, ...price }]);
  await newModel('near', [{ providerId: local, upstreamModel: 'near-1' }]);
});
afterAll(closeNotifications);

async function newProject(over: Partial<typeof schema.project.$inferInsert> = {}): Promise<string> {
  const id = newId('prj');
  const row = { id, teamId, name: 'Ledger', slug: id, source: { type: 'empty' as const }, status: 'ready' as const };
  await db()
    .insert(schema.project)
    .values({ ...row, createdBy: dev.personId, ...over });
  return id;
}

const offered = async (input: { teamId: string; projectId?: string }, person = dev) =>
  (await getGatewayAccess(person.ctx, input)).models.map(({ alias, word }) => `${alias} ${word.effect}`);

test('[GW107] a developer sees the models with context, price and what policy says of each', async () => {
  const access = await getGatewayAccess(dev.ctx, { teamId });
  expect(access).toMatchObject({ url: 'http://127.0.0.1:3000', role: 'developer', mayCall: true });
  expect(access.models).toMatchObject([
    { alias: 'far', place: 'remote', contextTokens: 200_000, price: { input: 3_000_000, output: 15_000_000 } },
    { alias: 'near', place: 'local' },
  ]);
  expect(access.models[1]?.price).toBeUndefined();
  expect(await offered({ teamId })).toEqual(['far allow', 'near allow']);
});

test('[GW107] in a restricted project only local models are allowed, and the rule is named', async () => {
  const projectId = await newProject({ sensitivity: 'restricted' });
  expect(await offered({ teamId, projectId })).toEqual(['far deny', 'near allow']);
  const [far] = (await getGatewayAccess(dev.ctx, { teamId, projectId })).models;
  expect(far?.word.rules).toMatchObject([{ id: 'restricted-stays-local' }]);
});

test('[GW107] a viewer is told that they may not call models', async () => {
  expect(await getGatewayAccess(viewer.ctx, { teamId })).toMatchObject({ role: 'viewer', mayCall: false });
  expect(await offered({ teamId }, viewer)).toEqual(['far deny', 'near deny']);
});

test('[GW107] other teams, their projects, and projects limited to others do not exist', async () => {
  const hidden = await newProject({ isRestricted: true });
  const foreign = await newProject({ teamId: otherTeamId, createdBy: stranger.personId });
  await expect(getGatewayAccess(stranger.ctx, { teamId })).rejects.toMatchObject({ code: 'not_found' });
  await expect(getGatewayAccess(dev.ctx, { teamId, projectId: hidden })).rejects.toMatchObject({ code: 'not_found' });
  await expect(getGatewayAccess(dev.ctx, { teamId, projectId: foreign })).rejects.toMatchObject({ code: 'not_found' });
});
