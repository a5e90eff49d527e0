import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { changeMemberRole } from '../auth/change-member-role.ts';
import { createModelToken } from '../auth/create-model-token.ts';
import { revokeToken } from '../auth/revoke-token.ts';
import { setPersonDisabled } from '../auth/set-person-disabled.ts';
import { newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { startHttp, type TestHttp } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
let http: TestHttp;
let models: ModelServer;
let admin: TestPerson;
let dev: TestPerson;
let teamId: string;
let made: { token: string; tokenId: string };

beforeAll(async () => {
  models = await startModelServer();
  http = await startHttp();
  admin = await newPerson('Ada', { installationAdmin: true });
  const providerId = await newProvider({ baseUrl: `${models.url}/v1`, protocols: ['openai_chat'] });
  await newModel('large', [{ providerId, upstreamModel: 'scripted-large' }]);
});
beforeEach(async () => {
  models.forget();
  models.script({ says: [{ text: 'one two three four five' }], breaks: { afterEvents: 3, how: 'hang' } });
  dev = await newPerson('Dev');
  teamId = await newTeam('Cave', [
    [admin, 'admin'],
    [dev, 'developer'],
  ]);
  made = await createModelToken(dev.ctx, { name: 'laptop', expiresInDays: 1 });
});
afterAll(async () => {
  await http.close();
  await models.close();
  await closeNotifications();
});

/** A stream that has begun and never ends by itself. */
async function streaming() {
  const response = await fetch(`${http.url}/gateway/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${made.token}` },
    body: JSON.stringify({ model: 'large', stream: true, messages: [{ role: 'user', content: 'Count' }] }),
  });
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  if (!reader) throw new Error('an answer without a body');
  await reader.read();
  return reader;
}

async function readToEnd(reader: Awaited<ReturnType<typeof streaming>>): Promise<never> {
  for (;;) {
    const { done } = await reader.read();
    if (done) throw new Error('the stream ended as if it were whole');
  }
}

const callState = async () => {
  const { modelCall } = schema;
  const [row] = await db().select().from(modelCall).where(eq(modelCall.personId, dev.personId));
  return row?.state;
};

test.each([
  ['the token is revoked', async () => revokeToken(dev.ctx, { tokenId: made.tokenId })],
  ['its owner is disabled', async () => setPersonDisabled(admin.ctx, { personId: dev.personId, disabled: true })],
  [
    'its owner becomes a viewer',
    async () => changeMemberRole(admin.ctx, { teamId, personId: dev.personId, role: 'viewer' }),
  ],
])('[GW99] a call under way is cut when %s, and the provider stops', async (_, lose) => {
  const reader = await streaming();
  const cut = expect(readToEnd(reader)).rejects.toThrow(/terminated|aborted|closed/);
  await lose();
  await cut;
  await vi.waitUntil(() => models.received[0]?.hungUpAtMs !== undefined, { timeout: 10_000 });
  await vi.waitUntil(async () => (await callState()) === 'cancelled', { timeout: 10_000 });
});

test('[GW99] a change that takes nothing away cuts nothing', async () => {
  const reader = await streaming();
  const cut = vi.fn();
  readToEnd(reader).catch(cut);
  await changeMemberRole(admin.ctx, { teamId, personId: dev.personId, role: 'lead' });
  const other = await createModelToken(dev.ctx, { name: 'other', expiresInDays: 1 });
  await revokeToken(dev.ctx, { tokenId: other.tokenId });
  const third = await streaming();
  await third.cancel();
  expect(cut).not.toHaveBeenCalled();
  await revokeToken(dev.ctx, { tokenId: made.tokenId });
  await vi.waitUntil(() => cut.mock.calls.length > 0, { timeout: 10_000 });
});
