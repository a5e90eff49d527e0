import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { testingEnv } from '../../db/testing-data-folder.ts';
import { changeMemberRole } from '../auth/change-member-role.ts';
import { createModelToken } from '../auth/create-model-token.ts';
import { createToken } from '../auth/create-token.ts';
import { removeMember } from '../auth/remove-member.ts';
import { revokeToken } from '../auth/revoke-token.ts';
import { setPersonDisabled } from '../auth/set-person-disabled.ts';
import { auditOf, newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import type { AppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { findCaller, type CallerWish } from './callers.ts';

const { db, pool, url } = await testDatabase();
setDatabaseUrl(url);

let admin: TestPerson;
let dev: TestPerson;
let teamId: string;
let slug: string;
let token: string;
let tokenId: string;

beforeAll(async () => {
  admin = await newPerson('Ada', { installationAdmin: true });
});
beforeEach(async () => {
  dev = await newPerson('Dev');
  teamId = await newTeam('Alpha', [
    [admin, 'admin'],
    [dev, 'developer'],
  ]);
  slug = `alpha-${teamId.slice(-6)}`;
  ({ token, tokenId } = await createModelToken(dev.ctx, { name: 'laptop', expiresInDays: 30 }));
});
afterAll(closeNotifications);

async function newProject(over: Partial<typeof schema.project.$inferInsert> = {}): Promise<string> {
  const id = newId('prj');
  const row = { id, teamId, name: 'Ledger', slug: `ledger-${id.slice(-6)}`, source: { type: 'empty' as const } };
  await db.insert(schema.project).values({ ...row, status: 'ready', createdBy: admin.personId, ...over });
  return id;
}

const find = async (wish: CallerWish = {}, key = token) => findCaller(key, wish);
const outcome = async (wish: CallerWish = {}, key = token) =>
  find(wish, key).then(
    () => 'found',
    (error: AppError) => error.code,
  );
const becomes = async (expected: string, wish: CallerWish = {}, key = token) =>
  vi.waitUntil(async () => (await outcome(wish, key)) === expected, { timeout: 10_000, interval: 20 });

test('[GW90] a token with the scope models is its owner, in their team', async () => {
  expect(await find()).toEqual({
    key: { kind: 'token', id: tokenId },
    person: { id: dev.personId, name: 'Dev', email: dev.email },
    teamId,
    role: 'developer',
  });
  expect(await auditOf('api_token', tokenId)).toMatchObject([
    { action: 'api_token.create', actorId: dev.personId, detail: { after: { scopes: ['models'] } } },
  ]);
});

test('[GW90] a token without that scope is refused and told which one it lacks', async () => {
  const other = await createToken(dev.ctx, { name: 'ci', scopes: ['read', 'prompt'], expiresInDays: null });
  await expect(find({}, other.token)).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/lacks the scope "models".*Settings/),
  });
});

test.each([
  ['no key', '', /needs a key/],
  ['a key of somebody else’s making', 'sk-1234', /begin with ens_/],
  ['an unknown key', 'ens_unknown', /unknown, was revoked or has run out/],
  ['the key of a run at the public gateway', 'ensrun_anything', /belongs to a run/],
])('[GW91] %s is refused as unauthenticated, in words', async (_, key, words) => {
  await expect(find({}, key)).rejects.toMatchObject({ code: 'unauthenticated', message: expect.stringMatching(words) });
});

test('[GW92] someone with several teams names one; viewers and strangers are refused', async () => {
  const second = await newTeam('Beta', [[dev, 'developer']]);
  const third = await newTeam('Gamma', [[dev, 'viewer']]);
  const foreign = await newTeam('Delta', [[admin, 'admin']]);
  await becomes('forbidden');
  expect((await find({ team: second })).teamId).toBe(second);
  expect((await find({ team: slug })).teamId).toBe(teamId);
  await expect(find({ team: third })).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/viewer/),
  });
  await expect(find({ team: foreign })).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/no team/),
  });
});

test('[GW93] a project is named by slug or id, and only one that its owner may see', async () => {
  const projectId = await newProject();
  expect((await find({ project: projectId })).projectId).toBe(projectId);
  expect((await find({ project: `ledger-${projectId.slice(-6)}` })).projectId).toBe(projectId);
  const limited = await newProject({ isRestricted: true });
  const deleted = await newProject({ deletedAt: new Date() });
  const foreign = await newProject({ teamId: await newTeam('Beta', [[admin, 'admin']]) });
  const answers: unknown[] = [];
  for (const project of [limited, deleted, foreign, 'prj_none'])
    answers.push(await find({ project }).catch((error: Error) => error.message.replace(project, 'X')));
  expect(new Set(answers)).toEqual(
    new Set([
      'There is no project X in the team Alpha, or you have no access to it. Correct the header x-ensemble-project.',
    ]),
  );
});

test('[GW93] a name that is none is refused before anything is looked up', async () => {
  await expect(find({ team: 'x'.repeat(5_000) })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(find({ project: 'x'.repeat(5_000) })).rejects.toMatchObject({ code: 'forbidden' });
});

test('[GW94] a bound token works where it is bound and nowhere else', async () => {
  const second = await newTeam('Beta', [[dev, 'developer']]);
  const projectId = await newProject();
  const other = await newProject();
  const bound = await createModelToken(dev.ctx, { name: 'one', expiresInDays: 1, projectId });
  expect(await find({}, bound.token)).toMatchObject({ teamId, projectId });
  await expect(find({ team: second }, bound.token)).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/bound to/),
  });
  await expect(find({ project: other }, bound.token)).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/bound to/),
  });
  await db.delete(schema.project).where(eq(schema.project.id, projectId));
  await db.execute(`select pg_notify('access_changed', 'project:${projectId}')`);
  await becomes('forbidden', {}, bound.token);
});

test('[GW94] a token is bound only where its owner may call models', async () => {
  const viewed = await newTeam('Beta', [[dev, 'viewer']]);
  const foreign = await newTeam('Gamma', [[admin, 'admin']]);
  const make = async (bound: { teamId?: string; projectId?: string }) =>
    createModelToken(dev.ctx, { name: 'no', expiresInDays: 1, ...bound });
  await expect(make({ teamId: viewed })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(make({ teamId: foreign })).rejects.toMatchObject({ code: 'not_found' });
  await expect(make({ projectId: await newProject({ isRestricted: true }) })).rejects.toMatchObject({
    code: 'not_found',
  });
  await expect(make({ teamId: viewed, projectId: await newProject() })).rejects.toMatchObject({ code: 'invalid' });
});

test.each([
  ['its token was revoked', 'unauthenticated', async () => revokeToken(dev.ctx, { tokenId })],
  ['they were disabled', 'unauthenticated', async () => disable(true)],
  [
    'they were removed from the team',
    'forbidden',
    async () => removeMember(admin.ctx, { teamId, personId: dev.personId }),
  ],
  [
    'they became a viewer',
    'forbidden',
    async () => changeMemberRole(admin.ctx, { teamId, personId: dev.personId, role: 'viewer' }),
  ],
])('[GW95] a caller that is held in memory is refused as soon as %s', async (_, code, change) => {
  expect(await outcome()).toBe('found');
  await change();
  await becomes(code);
});

const disable = async (disabled: boolean) => setPersonDisabled(admin.ctx, { personId: dev.personId, disabled });

/** Another process of the installation: says what becomes of a key as often as it is asked to. */
const elsewhere = `
  import { createInterface } from 'node:readline';
  import { findCaller } from './server/governance/callers.ts';
  createInterface({ input: process.stdin }).on('line', (key) =>
    findCaller(key, {}).then(() => 'found', (error) => error.code).then((said) => console.log(said)));`;

test('[GW95] in every process', { timeout: 60_000 }, async () => {
  const other = spawn(process.execPath, ['--input-type=module', '-e', elsewhere], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: testingEnv({ DATABASE_URL: url, LOG_LEVEL: 'error' }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const says = async () => {
    other.stdin.write(`${token}\n`);
    return String((await once(other.stdout, 'data'))[0]).trim();
  };
  const becomesThere = async (expected: string) =>
    vi.waitUntil(async () => (await says()) === expected, { timeout: 10_000, interval: 20 });
  try {
    await becomesThere('found');
    await changeMemberRole(admin.ctx, { teamId, personId: dev.personId, role: 'viewer' });
    await becomesThere('forbidden');
    await changeMemberRole(admin.ctx, { teamId, personId: dev.personId, role: 'lead' });
    await becomesThere('found');
    await disable(true);
    await becomesThere('unauthenticated');
    await disable(false);
    await becomesThere('found');
    await revokeToken(dev.ctx, { tokenId });
    await becomesThere('unauthenticated');
  } finally {
    other.kill('SIGKILL');
    await once(other, 'exit');
  }
});

test('[GW95] whoever was refused is let in as soon as they may', async () => {
  await disable(true);
  expect(await outcome()).toBe('unauthenticated');
  await disable(false);
  await becomes('found');
});

test('[GW95] a change that nobody told of is seen within seconds', async () => {
  expect(await outcome()).toBe('found');
  await db.update(schema.apiToken).set({ revokedAt: new Date() }).where(eq(schema.apiToken.id, tokenId));
  expect(await outcome()).toBe('found');
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now');
  clock.mockReturnValue(now + 6_000);
  await becomes('unauthenticated');
  clock.mockRestore();
});

test('[GW95] a token ends at its end without being looked up', async () => {
  expect(await outcome()).toBe('found');
  const clock = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 31 * 24 * 3_600_000);
  await db
    .update(schema.apiToken)
    .set({ expiresAt: new Date(0) })
    .where(eq(schema.apiToken.id, tokenId));
  expect(await outcome()).toBe('unauthenticated');
  clock.mockRestore();
});

test('[GW96] calls at once wait for one lookup, and later ones for none', async () => {
  const query = vi.spyOn(pool, 'query');
  await Promise.all(Array.from({ length: 64 }, async () => find()));
  await vi.waitUntil(() => query.mock.calls.length >= 4);
  const lookedUp = query.mock.calls.length;
  // The token, its owner's teams, the role, and the note of its use.
  expect(lookedUp).toBe(4);
  for (let at = 0; at < 64; at += 1) await find();
  expect(query.mock.calls.length).toBe(lookedUp);
  query.mockRestore();
});

test('[GW97] the use of a token is written down, at most once a minute', async () => {
  const used = async () => {
    const [row] = await db.select().from(schema.apiToken).where(eq(schema.apiToken.id, tokenId));
    return row?.lastUsedAt ?? null;
  };
  expect(await used()).toBeNull();
  await find();
  await vi.waitUntil(async () => (await used()) !== null, { timeout: 5_000, interval: 20 });
  const first = await used();
  for (let at = 0; at < 5; at += 1) await find();
  expect(await used()).toEqual(first);
});

test('[GW98] unknown keys from one address are refused after a while, known ones are not', async () => {
  const address = `192.0.2.${newId('req')}`;
  await find({ address });
  for (let at = 0; at < 60; at += 1) expect(await outcome({ address }, `ens_guess${at}`)).toBe('unauthenticated');
  expect(await outcome({ address }, 'ens_another')).toBe('rate_limited');
  expect(await outcome({ address })).toBe('found');
  expect(await outcome({ address: '198.51.100.1' }, 'ens_another')).toBe('unauthenticated');
});
