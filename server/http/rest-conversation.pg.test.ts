import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { logOf, newTestSession, newTestWorker, runRow, testAgent, type TestSession } from '../runs/testing.ts';
import { newToken, restClient, startHttp, type TestHttp } from './testing.ts';

const { url: databaseUrl } = await testDatabase();
setDatabaseUrl(databaseUrl);

let http: TestHttp;
let session: TestSession;
let workerId: string;
let developer: ReturnType<typeof restClient>;
let viewer: ReturnType<typeof restClient>;

beforeAll(async () => {
  http = await startHttp();
  workerId = await newTestWorker([testAgent, { ...testAgent, name: 'listening', steers: true }]);
});
beforeEach(async () => {
  session = await newTestSession();
  developer = restClient(http.url, (await newToken(session.developer.personId)).token);
  viewer = restClient(http.url, (await newToken(session.viewer.personId)).token);
});
afterAll(async () => {
  await http.close();
  await closeQueue();
  await closeNotifications();
});

const prompted = async (text: string, agent = 'refactor'): Promise<string> => {
  const body = { text, agent, newerEdits: 'leave' };
  return String((await developer('POST', `/sessions/${session.sessionId}/prompts`, { body })).body['runId']);
};
const atWork = async (text: string, agent?: string): Promise<string> => {
  const runId = await prompted(text, agent);
  await claimRun(systemContext('worker'), { runId, workerId });
  return runId;
};
const queued = async () =>
  (await logOf(session.sessionId)).filter(({ type }) => type === 'prompt').map(({ text }) => text);

test('a program steers a run: its agent is told, or the words are the next prompt; not before it began', async () => {
  const early = await prompted('rename a to b');
  const say = (runId: string) => developer('POST', `/runs/${runId}/steer`, { body: { text: 'and c to d' } });
  expect(await say(early)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('has not begun') } });
  await claimRun(systemContext('worker'), { runId: early, workerId });
  expect(await say(early)).toMatchObject({ status: 201, body: { outcome: 'next' } });
  expect(await queued()).toEqual(['rename a to b', 'and c to d']);
  session = await newTestSession();
  developer = restClient(http.url, (await newToken(session.developer.personId)).token);
  expect(await say(await atWork('count', 'listening'))).toMatchObject({ status: 201, body: { outcome: 'waiting' } });
  expect((await runRow(early)).newerEdits).toBe('leave');
});

test('a program interrupts what is at work and goes on with its own prompt', async () => {
  const ask = (text: string) =>
    developer('POST', `/sessions/${session.sessionId}/interrupt`, { body: { text, agent: 'refactor' } });
  const first = await atWork('rename a to b');
  const interrupted = await ask('rename c to d');
  expect(interrupted).toMatchObject({ status: 201, body: { stopped: first } });
  expect((await runRow(first)).cancelRequestedAt).not.toBeNull();
  session = await newTestSession();
  developer = restClient(http.url, (await newToken(session.developer.personId)).token);
  expect(await ask('rename c to d')).toMatchObject({ status: 201, body: { stopped: null } });
});

test('[AG82] a program puts the files of a conversation back to a run that ended and left some', async () => {
  const runId = await atWork('rename a to b');
  const back = () => developer('POST', `/runs/${runId}/restore`);
  expect((await back()).status).toBe(409);
  const ended = { state: 'succeeded', startCommit: 'c'.repeat(40), finishedAt: new Date() } as const;
  await db().update(schema.run).set(ended).where(eq(schema.run.id, runId));
  expect(await back()).toMatchObject({ status: 200, body: { agent: 'refactor' } });
  expect((await viewer('POST', `/runs/${runId}/restore`)).status).toBe(403);
  expect((await logOf(session.sessionId)).at(-1)).toMatchObject({ type: 'agent_thread_restored', toRunId: runId });
});

test('what a viewer proposes is sent or declined by who may prompt, once, or taken back', async () => {
  const propose = async (text: string) => {
    const made = await viewer('POST', `/sessions/${session.sessionId}/proposals`, {
      body: { text, agent: 'refactor' },
    });
    expect(made.status).toBe(201);
    return `/proposals/${String(made.body['proposalId'])}`;
  };
  const sent = await propose('rename a to b');
  expect((await viewer('POST', `${sent}/send`)).status).toBe(403);
  const run = await developer('POST', `${sent}/send`);
  expect(run.status).toBe(201);
  expect((await runRow(String(run.body['runId']))).askedBy).toBe(session.developer.personId);
  expect((await developer('POST', `${sent}/decline`, { body: {} })).status).toBe(409);
  const declined = await propose('delete everything');
  expect((await developer('POST', `${declined}/decline`, { body: { reason: 'Too much' } })).status).toBe(204);
  const withdrawn = await propose('rename x to y');
  expect((await developer('POST', `${withdrawn}/withdraw`)).status).toBe(404);
  expect((await viewer('POST', `${withdrawn}/withdraw`)).status).toBe(204);
  const outcomes = (await logOf(session.sessionId)).filter(({ type }) => type === 'proposal_decided');
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(['sent', 'declined', 'withdrawn']);
});
