import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { testingEnv } from '../../db/testing-data-folder.ts';
import { closeQueue } from '../jobs/queue.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { decidePermission } from '../runs/decide-permission.ts';
import { listAgents } from '../runs/list-agents.ts';
import { requestCancel } from '../runs/request-cancel.ts';
import { logOf, newTestWorker, runRow, testAgent } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { answerRooms, headOf, modelAgent, processesOn, scriptedAgent, type RoomAnswer } from './testing-run.ts';
import { startWorkerService, type WorkerOptions, type WorkerService } from './worker-service.ts';

const { db, url, pool } = await testDatabase();
setDatabaseUrl(url);
const long = 90_000;
const root = path.resolve(import.meta.dirname, '../..');

let team: TestTeam;
let projectId: string;
let sessionId: string;
let roomAnswer: (sessionId: string) => Promise<RoomAnswer> = headOf;
let stopRooms: () => void;
const services: WorkerService[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  stopRooms = await answerRooms(async (id) => roomAnswer(id));
  // Agents are known before a worker starts, as after an earlier one.
  await newTestWorker([testAgent, { ...testAgent, name: 'scripted' }]);
}, long);
beforeEach(async () => {
  sessionId = await newSession();
});
afterEach(async () => {
  await Promise.all(services.splice(0).map((service) => service.stop()));
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});
afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

const newSession = async () => (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;

async function startService(over: Partial<WorkerOptions> = {}): Promise<WorkerService> {
  const service = await startWorkerService({ workerId: newId('node'), profiles: [scriptedAgent()], ...over });
  services.push(service);
  return service;
}

/** A worker as an installation runs it: a process of its own. */
async function startProcess(argv: string[] = ['server/worker.ts']): Promise<ChildProcess> {
  const child = spawn(process.execPath, argv, {
    cwd: root,
    env: testingEnv({ DATABASE_URL: url, ENSEMBLE_ROLE: 'worker', LOG_LEVEL: 'error' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout ?? child, 'data');
  return child;
}

/** The same with the scripted agent. */
const startScripted = async () =>
  startProcess([
    '--input-type=module',
    '-e',
    `import { startWorkerService } from './server/agents/worker-service.ts';
     import { scriptedAgent } from './server/agents/testing-run.ts';
     await startWorkerService({ workerId: 'node_' + process.pid, profiles: [scriptedAgent()] });
     console.log('ready');`,
  ]);

async function send(text: string, over: { agent?: string; sessionId?: string } = {}): Promise<string> {
  return (await sendPrompt(team.developer.ctx, { sessionId, text, agent: 'scripted', ...over })).runId;
}

const until = async (condition: () => Promise<boolean>, timeout = 15_000) =>
  vi.waitUntil(condition, { timeout, interval: 25 });
const reaches = async (runId: string, state: string, timeout?: number) =>
  until(async () => (await runRow(runId)).state === state, timeout);
const starts = async () => (await logOf(sessionId)).filter(({ type }) => type === 'run_started').length;

test('[RN5] prompts of a session run one after the other, in their order', { timeout: long }, async () => {
  await startService();
  const runIds = [await send('say one'), await send('say two'), await send('say three')];
  await reaches(runIds[2] ?? '', 'succeeded');
  const order = (await logOf(sessionId)).filter(({ type }) => type === 'run_started' || type === 'run_finished');
  expect(order.map(({ type, runId }) => [type, runId])).toEqual(
    runIds.flatMap((runId) => [
      ['run_started', runId],
      ['run_finished', runId],
    ]),
  );
});

test('[RN4] of two workers each run is worked on by one', { timeout: long }, async () => {
  await Promise.all([startService(), startService()]);
  const sessions: string[] = [];
  for (let i = 0; i < 6; i++) sessions.push(await newSession());
  const runIds = await Promise.all(sessions.map(async (id) => send('say hello', { sessionId: id })));
  for (const runId of runIds) await reaches(runId, 'succeeded');
  for (const id of sessions)
    expect((await logOf(id)).map(({ type }) => type)).toEqual([
      'session_created',
      'prompt',
      'run_started',
      'agent_ready',
      'agent_text',
      'run_finished',
    ]);
});

test('[RN5] a run whose job was lost is found', { timeout: long }, async () => {
  const runId = await send('say hello');
  await pool.query(`delete from pgboss.job where name = 'run'`);
  await startService();
  await reaches(runId, 'succeeded');
});

test('[RN9] a worker that stops hands its run to another one', { timeout: long }, async () => {
  const first = await startService();
  const runId = await send('ask go on');
  await reaches(runId, 'waiting');
  await first.stop();
  expect(await runRow(runId)).toMatchObject({ state: 'queued', attempt: 0 });
  expect(processesOn(runId)).toEqual([]);
  await startService();
  await reaches(runId, 'waiting');
  await requestCancel(team.developer.ctx, { runId });
  await reaches(runId, 'cancelled');
});

test('a worker says which agents it can run', { timeout: long }, async () => {
  const missing = { ok: false, reason: 'The package x is not installed.', fix: 'Install it.' } as const;
  await startService({
    profiles: [
      scriptedAgent(),
      { ...scriptedAgent(), name: 'absent', available: () => Promise.resolve(missing) },
      { ...modelAgent(), name: 'thinking' },
    ],
  });
  const agents = await listAgents(team.viewer.ctx);
  expect(agents.find(({ name }) => name === 'scripted')).toMatchObject({
    availability: { ok: true },
    modes: ['ask', 'plan', 'edit', 'auto'],
  });
  expect(agents.find(({ name }) => name === 'absent')).toMatchObject({ availability: missing });
  // Nobody gave this worker a way to the gateway.
  expect(agents.find(({ name }) => name === 'thinking')).toMatchObject({
    availability: { ok: false, reason: expect.stringContaining('no gateway') },
  });
});

test('[AG5] an agent that needs a model says so while none is set up', { timeout: long }, async () => {
  const openDoor = () => Promise.reject(new Error('no run begins here'));
  await startService({ profiles: [{ ...modelAgent(), name: 'thinking' }], openDoor });
  const thinking = async () => (await listAgents(team.viewer.ctx)).find(({ name }) => name === 'thinking');
  expect(await thinking()).toMatchObject({
    availability: { ok: false, reason: expect.stringMatching(/needs a language model, and none is set up/) },
  });
});

test(
  '[RN6] a run survives a kill -9 of its worker: another one takes it up, and nothing of the first is left',
  { timeout: long },
  async () => {
    const first = await startScripted();
    const runId = await send('write src/new.txt x\nask go on\nsay done');
    await reaches(runId, 'waiting');
    expect(processesOn(runId).length).toBeGreaterThan(0);
    first.kill('SIGKILL');
    await once(first, 'exit');
    await until(() => Promise.resolve(processesOn(runId).length === 0));
    await startScripted();
    await until(async () => (await starts()) === 2, 40_000);
    await reaches(runId, 'waiting');
    expect(await runRow(runId)).toMatchObject({ attempt: 2 });
    const folders = () => readdir(path.join(testingEnv()['ENSEMBLE_DATA'] ?? '', 'worktrees', 'run'));
    // What is left of the first is tidied away at a worker's next look.
    await until(async () => (await folders()).length === 1, 20_000);
    expect(await folders()).toEqual([`${runId}a2`]);
    await answer(runId);
    await reaches(runId, 'succeeded');
    const [suggestion] = await db.select().from(schema.suggestion).where(eq(schema.suggestion.runId, runId));
    expect((await logOf(sessionId)).at(-1)).toMatchObject({ state: 'succeeded', suggestionId: suggestion?.id });
  },
);

test('[RN9] SIGTERM hands runs back and ends the process within ten seconds', { timeout: long }, async () => {
  roomAnswer = () => Promise.resolve('silence');
  const worker = await startProcess();
  const runId = await send('rename taxOn to taxFor', { agent: 'refactor' });
  await reaches(runId, 'running');
  const from = performance.now();
  worker.kill('SIGTERM');
  const [code] = (await once(worker, 'exit')) as [number | null];
  expect(code).toBe(0);
  expect(performance.now() - from).toBeLessThan(10_000);
  expect(await runRow(runId)).toMatchObject({ state: 'queued', attempt: 0 });
  roomAnswer = headOf;
  await startProcess();
  await reaches(runId, 'succeeded');
});

test('a worker without a database says what to set', { timeout: long }, async () => {
  const child = spawn(process.execPath, ['server/worker.ts'], {
    cwd: root,
    env: testingEnv({ DATABASE_URL: '' }),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect([code, said]).toEqual([2, expect.stringMatching(/DATABASE_URL is not set.*Set it/)]);
});

/** Says yes to what the run asks. */
async function answer(runId: string): Promise<void> {
  const { runPermission } = schema;
  const rows = await db.select().from(runPermission).where(eq(runPermission.runId, runId));
  const open = rows.find(({ decision }) => decision === null);
  await decidePermission(team.admin.ctx, { permissionId: open?.id ?? '', decision: 'allow' });
}
