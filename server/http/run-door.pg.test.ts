import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { testingEnv } from '../../db/testing-data-folder.ts';
import { startModelServer, type ModelServer } from '../../e2e/fakes/model-server.ts';
import { driveRun, type DriveOptions } from '../agents/run-driver.ts';
import { answerRooms, headOf, modelAgent } from '../agents/testing-run.ts';
import { changeMemberRole } from '../auth/change-member-role.ts';
import { createModelToken } from '../auth/create-model-token.ts';
import { auditOf } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import { isAppError, type AppError } from '../core/errors.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { setCallNode } from '../governance/calls/call-node.ts';
import { findCaller } from '../governance/callers.ts';
import { newModel, newProvider } from '../governance/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { issueRunKey } from '../runs/issue-run-key.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { requestCancel } from '../runs/request-cancel.ts';
import { logOf, runRow, testAgent } from '../runs/testing.ts';
import { archiveSession } from '../sessions/archive-session.ts';
import { createSession } from '../sessions/create-session.ts';
import { deleteSession } from '../sessions/delete-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { openRunDoor } from './run-door.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_doors';
const long = 60_000;

let team: TestTeam;
let projectId: string;
let sessionId: string;
let stopRooms: () => void;
let upstream: ModelServer;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  await registerWorker(system, { workerId, agents: [{ ...testAgent, name: 'scripted' }] });
  stopRooms = await answerRooms(headOf);
  setCallNode(workerId);
  upstream = await startModelServer();
  const provider = {
    baseUrl: upstream.url,
    kind: 'anthropic',
    protocols: ['anthropic_messages'],
    key: 'sk-upstream',
  } as const;
  const providerId = await newProvider({ ...provider, protocols: [...provider.protocols] });
  await newModel('large', [{ providerId, upstreamModel: 'scripted-large' }]);
}, long);
beforeEach(async () => {
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
});
afterAll(async () => {
  stopRooms();
  await upstream.close();
  await closeQueue();
  await closeNotifications();
});

/** The gateway as it is, but that a list of models says who asked for it. */
const gateway: Gateway = {
  ...createGateway(),
  models: async ({ secret, runId, reply }) => {
    const [status, body] = await findCaller(secret, { runId }).then(
      (caller) => [200, caller] as const,
      (error: unknown) => [isAppError(error) ? 403 : 500, { refused: isAppError(error) ? error.code : '' }] as const,
    );
    reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  },
};

const openDoor: NonNullable<DriveOptions['openDoor']> = async (runId) => openRunDoor(runId, gateway);

async function begin(lines: string[], given: Partial<DriveOptions> = {}) {
  const text = lines.join('\n');
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text, agent: 'scripted' });
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  const stopping = new AbortController();
  const done = driveRun({ run, workerId, stopping: stopping.signal, profileOf: modelAgent, openDoor, ...given });
  return { runId, done, stopping };
}

/** What the expressions of a prompt came to, in order. */
async function valuesOf(lines: string[]): Promise<{ runId: string; values: unknown[] }> {
  const { runId, done } = await begin(lines);
  await done;
  expect(await runRow(runId)).toMatchObject({ state: 'succeeded', error: null });
  return { runId, values: await valuesSaid() };
}

async function valuesSaid(): Promise<unknown[]> {
  const said = (await logOf(sessionId)).flatMap((body) =>
    body['type'] === 'agent_text' ? [String(body['text'])] : [],
  );
  return [...said.join('').matchAll(/^value (.*)$/gm)].map(([, json]) => JSON.parse(json ?? '') as unknown);
}

const call = (path: string, key = '${process.env.MODEL_KEY}') =>
  `js await fetch(process.env.OPENAI_BASE_URL.replace('/gateway/openai/v1', '') + '${path}', { headers: { authorization: \`Bearer ${key}\` } }).then(async (answer) => [answer.status, await answer.json()])`;
const ownCall = call('/gateway/openai/v1/models');
const ownKey = 'js process.env.MODEL_KEY';

const hello = { model: 'large', max_tokens: 100, messages: [{ role: 'user', content: 'Say hello' }] };
const askModel = `js await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: \`Bearer \${process.env.MODEL_KEY}\` },
  body: '${JSON.stringify(hello)}',
}).then((answer) => answer.json())`.replaceAll('\n', ' ');

test('[GW100] a run calls models through its own door, as whoever asked for it', { timeout: long }, async () => {
  const { runId, values } = await valuesOf([ownCall, ownKey]);
  const [answer, key] = values;
  const [row] = await db.select().from(schema.virtualKey).where(eq(schema.virtualKey.runId, runId));
  expect(answer).toEqual([
    200,
    {
      key: { kind: 'run', id: row?.id },
      person: { id: team.developer.personId, name: team.developer.name, email: team.developer.email },
      teamId: team.teamId,
      role: 'developer',
      projectId,
      sessionId,
      run: { id: runId, agent: 'scripted' },
    },
  ]);
  expect(JSON.stringify(row)).not.toContain(String(key));
  expect(await auditOf('virtual_key', row?.id ?? '')).toMatchObject([
    { action: 'virtual_key.issue', actorKind: 'run', actorId: runId, teamId: team.teamId },
  ]);
});

test(
  '[GW100] what the model says comes back into the box, and the call is recorded as the run’s',
  { timeout: long },
  async () => {
    upstream.script({ says: [{ text: 'Good morning' }] });
    const { runId, values } = await valuesOf([askModel]);
    expect(values).toMatchObject([{ type: 'message', content: [{ type: 'text', text: 'Good morning' }] }]);
    expect(upstream.received).toMatchObject([{ headers: { 'x-api-key': 'sk-upstream' } }]);
    expect(JSON.stringify(upstream.received)).not.toContain('ensrun_');
    const calls = await db.select().from(schema.modelCall).where(eq(schema.modelCall.runId, runId));
    expect(calls).toMatchObject([
      { teamId: team.teamId, projectId, personId: team.developer.personId, alias: 'large', state: 'succeeded' },
    ]);
  },
);

/** As server/worker.ts does it, with the scripted agent. */
const workerProgram = `
  import { startWorkerService } from './server/agents/worker-service.ts';
  import { modelAgent } from './server/agents/testing-run.ts';
  import { createGateway } from './server/gateway/gateway.ts';
  import { startCallService } from './server/governance/calls/call-service.ts';
  import { openRunDoor } from './server/http/run-door.ts';
  const workerId = 'node_' + process.pid;
  startCallService({ nodeId: workerId });
  const gateway = createGateway();
  await startWorkerService({ workerId, profiles: [modelAgent()], openDoor: (runId) => openRunDoor(runId, gateway) });
  console.log('ready');`;

test('[GW100] a worker that is a process of its own hosts the gateway for its runs', { timeout: long }, async () => {
  const worker = spawn(process.execPath, ['--input-type=module', '-e', workerProgram], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: testingEnv({ DATABASE_URL: url, ENSEMBLE_ROLE: 'worker', LOG_LEVEL: 'error' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(worker.stdout, 'data');
    upstream.script({ says: [{ text: 'Good evening' }] });
    const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text: askModel, agent: 'scripted' });
    const ended = async () => (await runRow(runId)).finishedAt !== null;
    await vi.waitUntil(ended, { timeout: 40_000, interval: 50 });
    expect(await valuesSaid()).toMatchObject([{ content: [{ type: 'text', text: 'Good evening' }] }]);
    const calls = await db.select().from(schema.modelCall).where(eq(schema.modelCall.runId, runId));
    expect(calls).toMatchObject([{ nodeId: `node_${worker.pid}`, state: 'succeeded' }]);
  } finally {
    worker.kill('SIGKILL');
    await once(worker, 'exit');
  }
});

test('[GW101] the key ends with the run, and so does the door', { timeout: long }, async () => {
  const { runId, values } = await valuesOf([ownKey]);
  await expect(findCaller(String(values[0]), { runId })).rejects.toMatchObject({
    code: 'unauthenticated',
    message: expect.stringMatching(/run has ended/),
  });
  expect(readdirSync(path.join(env().dataDir, 'sockets'))).toEqual([]);
});

test('[GW102] other keys are refused at the door, and its key everywhere else', { timeout: long }, async () => {
  const other = await createSession(team.developer.ctx, { projectId, title: 'Other' });
  const { runId: otherId } = await sendPrompt(team.developer.ctx, {
    sessionId: other.id,
    text: 'x',
    agent: 'scripted',
  });
  const claimed = await claimRun(system, { runId: otherId, workerId });
  const otherKey = await issueRunKey(system, { runId: otherId, workerId, attempt: claimed?.attempt ?? 0 });
  expect((await findCaller(otherKey, { runId: otherId })).run?.id).toBe(otherId);
  const { token } = await createModelToken(team.developer.ctx, { name: 'mine', expiresInDays: 1 });
  const { done, runId } = await begin([
    call('/gateway/openai/v1/models', otherKey),
    call('/gateway/openai/v1/models', token),
    call('/gateway/openai/v1/models', ''),
    ownKey,
    'ask wait',
  ]);
  await vi.waitUntil(async () => (await valuesSaid()).length === 4, { timeout: 20_000, interval: 25 });
  const [...said] = await valuesSaid();
  const refused = [403, { refused: 'unauthenticated' }];
  expect(said.slice(0, 3)).toEqual([refused, refused, refused]);
  const key = String(said[3]);
  expect((await findCaller(key, { runId })).run?.id).toBe(runId);
  await expect(findCaller(key, {})).rejects.toMatchObject({ code: 'unauthenticated' });
  await expect(findCaller(key, { runId: otherId })).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(commandLines().filter((line) => line.includes(key))).toEqual([]);
  expect(filesWith(key)).toEqual([]);
  await requestCancel(team.developer.ctx, { runId });
  await done;
});

/** Of every process on this machine. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return ''; // It has ended since it was listed.
      }
    });
}

/** Files of the data folder, worktrees and homes included, that hold a text. */
function filesWith(text: string): string[] {
  return readdirSync(env().dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text));
}

test('[GW103] behind the door is the gateway and nothing else', { timeout: long }, async () => {
  const server = http.createServer((_, res) => res.end('reached')).listen(0, '127.0.0.1');
  await vi.waitUntil(() => server.listening);
  const { port } = server.address() as AddressInfo;
  const { values } = await valuesOf([
    call('/api/v1/me'),
    call('/gateway'),
    call('/healthz'),
    `js (await fetch('http://127.0.0.1:${port}/')).status`,
    "js (await fetch('http://192.0.2.1/')).status",
  ]);
  server.close();
  const absent = [404, { error: { message: expect.stringContaining('/gateway/') } }];
  const unreachable = { failed: expect.stringMatching(/ECONNREFUSED|ENETUNREACH/) };
  expect(values).toEqual([absent, absent, absent, unreachable, unreachable]);
});

test('[GW104] commands that the agent asks for have neither key nor door', { timeout: long }, async () => {
  const script =
    'test -z "$MODEL_KEY" && test ! -e /run/gateway.sock && ! (: </dev/tcp/127.0.0.1/8080) && echo nothing';
  const { done, runId } = await begin([`run bash -c '${script}'`]);
  await done;
  expect(await runRow(runId)).toMatchObject({ state: 'succeeded' });
  expect(JSON.stringify(await logOf(sessionId))).toMatch(/ran .*nothing/);
});

test('[GW105] a run that changes hands gets another key, and the old one ends', { timeout: long }, async () => {
  const { runId, done, stopping } = await begin([ownKey, 'ask wait']);
  await vi.waitUntil(async () => (await valuesSaid()).length === 1, { timeout: 20_000, interval: 25 });
  const [key] = await valuesSaid();
  expect((await findCaller(String(key), { runId })).run?.id).toBe(runId);
  stopping.abort();
  await done;
  expect(await runRow(runId)).toMatchObject({ state: 'queued' });
  await expect(findCaller(String(key), { runId })).rejects.toMatchObject({ code: 'unauthenticated' });
  const again = await claimRun(system, { runId, workerId });
  await expect(findCaller(String(key), { runId })).rejects.toMatchObject({ code: 'unauthenticated' });
  const next = await issueRunKey(system, { runId, workerId, attempt: again?.attempt ?? 0 });
  expect((await findCaller(next, { runId })).run?.id).toBe(runId);
});

test('[GW106] a key gives nothing that whoever asked for the run has lost', { timeout: long }, async () => {
  const { personId } = team.developer;
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text: 'x', agent: 'scripted' });
  const run = await claimRun(system, { runId, workerId });
  const key = await issueRunKey(system, { runId, workerId, attempt: run?.attempt ?? 0 });
  const becomes = async (expected: string) =>
    vi.waitUntil(async () => (await code(key, runId)) === expected, { timeout: 10_000, interval: 20 });
  await becomes('found');
  await changeMemberRole(team.admin.ctx, { teamId: team.teamId, personId, role: 'viewer' });
  await becomes('forbidden');
  await changeMemberRole(team.admin.ctx, { teamId: team.teamId, personId, role: 'developer' });
  await becomes('found');
  await archiveSession(team.developer.ctx, { sessionId, archived: true });
  await becomes('unauthenticated');
  await archiveSession(team.developer.ctx, { sessionId, archived: false });
  await becomes('found');
  await deleteSession(team.admin.ctx, { sessionId });
  await becomes('forbidden');
});

const code = async (key: string, runId: string) =>
  findCaller(key, { runId }).then(
    () => 'found',
    (error: AppError) => error.code,
  );

test('a worker without a gateway says so and starts nothing', { timeout: long }, async () => {
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text: 'say hello', agent: 'scripted' });
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  await driveRun({ run, workerId, stopping: new AbortController().signal, profileOf: modelAgent });
  expect(await runRow(runId)).toMatchObject({ state: 'failed', error: expect.stringMatching(/no gateway/) });
  const { virtualKey } = schema;
  expect(await db.select().from(virtualKey).where(eq(virtualKey.runId, runId))).toEqual([]);
});
