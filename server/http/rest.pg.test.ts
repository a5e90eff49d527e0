import { rm } from 'node:fs/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { newPerson } from '../auth/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { createSession } from '../sessions/create-session.ts';
import { newGuest, newSessionLink } from '../sessions/testing-guests.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { cookieOf, newToken, restClient, startHttp, type TestHttp } from './testing.ts';

const { url: databaseUrl } = await testDatabase();
setDatabaseUrl(databaseUrl);

let http: TestHttp;
let team: TestTeam;
let call: ReturnType<typeof restClient>;

beforeAll(async () => {
  http = await startHttp();
});

beforeEach(async () => {
  team = await newStaffedTeam('Rest');
  call = restClient(http.url, (await newToken(team.developer.personId)).token);
});

afterAll(async () => {
  await http.close();
  await closeQueue();
  await closeNotifications();
  await rm(env().dataDir, { recursive: true, force: true });
});

const archive = new Uint8Array([0x50, 0x4b, 0x03, 0x04, 0, 0, 0, 0]);

describe('a call', () => {
  test('without a token, to nothing, or by another method is a problem that says what to do', async () => {
    const nobody = await restClient(http.url, undefined)('GET', '/me');
    expect(nobody).toMatchObject({ status: 401, body: { detail: expect.stringContaining('Authorization: Bearer') } });
    expect(nobody.headers.get('www-authenticate')).toContain('Bearer');
    expect((await call('GET', '/nothing')).status).toBe(404);
    const put = await call('PUT', '/projects');
    expect(put.status).toBe(405);
    expect(put.headers.get('allow')).toBe('POST, GET');
  });

  test('with a body that is no JSON, lacks fields or is too large is refused with the reason', async () => {
    const incomplete = await call('POST', '/projects', { body: { team: team.slug } });
    expect(incomplete).toMatchObject({
      status: 400,
      body: { issues: expect.arrayContaining([{ field: 'name', problem: expect.any(String) }]) },
    });
    const broken = await call('POST', '/projects', { body: new TextEncoder().encode('{"team":') });
    expect(broken).toMatchObject({ status: 400, body: { detail: expect.stringContaining('not valid JSON') } });
    const large = await call('POST', '/projects', { body: new Uint8Array(5 * 1024 * 1024).fill(32) });
    expect(large.status).toBe(413);
  });

  test('finds the document of the interface without a token', async () => {
    const response = await fetch(`${http.url}/api/v1/openapi.json`);
    expect(await response.json()).toMatchObject({ openapi: '3.1.0' });
  });
});

test('[AC30] who has access to a session is read by those who may view it', async () => {
  const projectId = await newProject(team, { type: 'empty' }, 'Access');
  const { id: sessionId } = await createSession(team.developer.ctx, { projectId, title: 'Open house' });
  await newGuest(team.developer.ctx, { sessionId, level: 'view' });
  await newSessionLink(team.developer.ctx, { sessionId, maxUses: 3 });
  const viewer = restClient(http.url, (await newToken(team.viewer.personId, ['read'])).token);
  const answer = await viewer('GET', `/sessions/${sessionId}/access`);
  expect(answer).toMatchObject({
    status: 200,
    body: { isLimited: false, guests: [{ name: 'Bo (guest)', level: 'view', standing: 'in' }], programs: [] },
  });
  expect(answer.body['members']).toHaveLength(3);
  expect(answer.body['links']).toHaveLength(2);
});

describe('an idempotency key', () => {
  const asking = (name: string) => ({ team: team.slug, name, source: { type: 'empty' } });

  test('makes one thing of a repeated request, and keeps the answer sealed', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await call('POST', '/projects', { body: asking('One'), headers });
    const again = await call('POST', '/projects', { body: asking('One'), headers });
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const projects = await db().select().from(schema.project).where(eq(schema.project.teamId, team.teamId));
    expect(projects).toHaveLength(1);
    const [kept] = await db()
      .select()
      .from(schema.idempotencyKey)
      .where(eq(schema.idempotencyKey.personId, team.developer.personId));
    expect(kept?.response).not.toContain(first.body['id']);
  });

  test('of another request is refused, and one of a refused request may be used again', async () => {
    const headers = { 'idempotency-key': 'mixed' };
    expect((await call('POST', '/projects', { body: { ...asking('X'), team: 'no-such-team' }, headers })).status).toBe(
      404,
    );
    expect((await call('POST', '/projects', { body: asking('Two'), headers })).status).toBe(202);
    expect((await call('POST', '/projects', { body: asking('Three'), headers })).status).toBe(409);
  });
});

describe('an idempotency key whose request', () => {
  const asking = () => ({ team: team.slug, name: 'Four', source: { type: 'empty' } });
  const headers = { 'idempotency-key': 'unanswered' };
  const left = (createdAt: Date) =>
    db()
      .update(schema.idempotencyKey)
      .set({ status: null, response: null, createdAt })
      .where(eq(schema.idempotencyKey.key, headers['idempotency-key']));
  const again = () => call('POST', '/projects', { body: asking(), headers });

  test('is under way, or died with its process, is not done again and says which', async () => {
    expect((await again()).status).toBe(202);
    await left(new Date());
    expect(await again()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('still') as string } });
    await left(new Date(Date.now() - 11 * 60_000));
    expect(await again()).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('stopped') as string },
    });
  });
});

describe('a project', () => {
  test('from a git address takes a credential in each of its forms, and never tells it', async () => {
    const credentials = [
      'a-token',
      { token: 'a-token' },
      { username: 'ana', password: 'a-token' },
      { sshKey: 'a-token' },
    ];
    for (const credential of credentials) {
      const source = { type: 'git', url: 'https://git.example.com/a/b.git', credential };
      const made = await call('POST', '/projects', { body: { team: team.slug, name: 'Git', source } });
      expect(made.status).toBe(202);
      const { body } = await call('GET', `/projects/${String(made.body['id'])}`);
      expect(body).toMatchObject({ status: 'importing', hasCredential: true, source: { type: 'git' } });
      expect(JSON.stringify(body)).not.toContain('a-token');
    }
  });

  test('whose import was cancelled has failed, with the reason', async () => {
    const made = await call('POST', '/projects', {
      body: { team: team.slug, name: 'Stop', source: { type: 'empty' } },
    });
    const id = String(made.body['id']);
    await db().update(schema.project).set({ status: 'cancelled' }).where(eq(schema.project.id, id));
    expect((await call('GET', `/projects/${id}`)).body).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('cancelled'),
    });
  });
});

test('sessions are paged in the order of their last activity, each once', async () => {
  const projectId = await newProject(team);
  const made: string[] = [];
  for (const title of ['one', 'two', 'three', 'four', 'five']) {
    const { body } = await call('POST', '/sessions', { body: { projectId, title } });
    made.unshift(String(body['id']));
  }
  // As if all had happened at once: the order must hold by id then.
  const lastActivityAt = new Date();
  await db().update(schema.session).set({ lastActivityAt }).where(eq(schema.session.projectId, projectId));
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await call('GET', `/sessions?projectId=${projectId}&limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...(body['items'] as { id: string }[]).map(({ id }) => id));
    cursor = typeof body['nextCursor'] === 'string' ? body['nextCursor'] : '';
  } while (cursor !== '');
  expect(seen).toEqual(made.toSorted());
  expect((await call('GET', '/sessions?cursor=nonsense')).status).toBe(400);
});

describe('an upload', () => {
  const fromBrowser = async (headers: Record<string, string>, body: Uint8Array = archive) =>
    fetch(`${http.url}/api/uploads`, { method: 'POST', headers, body: new Uint8Array(body) });

  test('is stored from a program and from our own pages', async () => {
    const stored = await call('POST', '/uploads', { body: archive });
    expect(stored).toMatchObject({
      status: 201,
      body: { sizeBytes: archive.length, uploadId: expect.stringMatching(/^upl_/) },
    });
    const cookie = await cookieOf(team.developer.authSessionId);
    const sent = await fromBrowser({ cookie, origin: http.url });
    expect(sent.status).toBe(201);
    expect(await sent.json()).toMatchObject({ sizeBytes: archive.length, uploadId: expect.stringMatching(/^upl_/) });
  });

  test('of something else, from another site or from nobody is refused, and the connection goes on', async () => {
    const large = new Uint8Array(8 * 1024 * 1024);
    expect((await call('POST', '/uploads', { body: large })).status).toBe(400);
    const cookie = await cookieOf(team.developer.authSessionId);
    expect((await fromBrowser({ cookie, origin: 'https://elsewhere.example' }, large)).status).toBe(403);
    const nobody = await fromBrowser({ origin: http.url }, large);
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('content-type')).toContain('application/problem+json');
    expect((await call('GET', '/me')).status).toBe(200);
  });
});

describe('metrics', () => {
  const metrics = (headers: Record<string, string> = {}) => fetch(`${http.url}/metrics`, { headers });

  test('are told to this machine', async () => {
    await call('GET', '/me');
    const text = await (await metrics()).text();
    expect(text).toMatch(/^ensemble_up 1$/m);
    expect(text).toMatch(/^ensemble_http_requests_total\{route="rest",status="2xx"\} \d+$/m);
    expect(text).toMatch(/^ensemble_database_connections\{state="idle"\} \d+$/m);
  });

  test('are told through a proxy to the token of an installation admin alone', async () => {
    const proxied = { 'x-forwarded-for': '203.0.113.9' };
    const admin = await newPerson('Ida', { installationAdmin: true });
    const bearer = async (personId: string, scopes: ('read' | 'admin')[]) => ({
      ...proxied,
      authorization: `Bearer ${(await newToken(personId, scopes)).token}`,
    });
    expect((await metrics(proxied)).status).toBe(401);
    expect((await metrics(await bearer(admin.personId, ['read']))).status).toBe(403);
    expect((await metrics(await bearer(team.admin.personId, ['admin']))).status).toBe(403);
    expect((await metrics(await bearer(admin.personId, ['admin']))).status).toBe(200);
  });
});
