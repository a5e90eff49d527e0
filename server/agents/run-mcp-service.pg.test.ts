import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { newPerson, type TestPerson } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import { forgetPolicies } from '../governance/policies/policy-memory.ts';
import { shippedPolicies } from '../governance/policies/shipped-policies.ts';
import { policy, putInForce } from '../governance/testing-policies.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { decidePermission } from '../runs/decide-permission.ts';
import { addMcpServer } from '../runs/mcp/add-mcp-server.ts';
import { changeMcpServer, removeMcpServer, tryMcpServer } from '../runs/mcp/change-mcp-server.ts';
import { listMcpServers } from '../runs/mcp/queries.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { logOf, testAgent } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { repoPath } from '../workspace/git.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { changeAgent } from './change-agent.ts';
import { startTestService, type TestService } from './mcp/testing-mcp-service.ts';
import { driveRun } from './run-driver.ts';
import { plantFiles } from './testing-hostile.ts';
import { answerRooms, headOf, judgedAgent } from './testing-run.ts';

/** An MCP server that is a service elsewhere, in runs of an agent in the real box. */
const { url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_mcp';
const long = { timeout: 60_000 };
const token = `ghp_${'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaUiOb'.slice(0, 36)}`;

let team: TestTeam;
let root: TestPerson;
let projectId: string;
let sessionId: string;
let service: TestService;
let stopRooms: () => void;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  root = await newPerson('root', { installationAdmin: true });
  projectId = await newProject(team);
  await registerWorker(system, { workerId, agents: [{ ...testAgent, name: 'judged' }] });
  stopRooms = await answerRooms(headOf);
}, 60_000);
beforeEach(async () => {
  service = await startTestService();
  for (const { id } of await listMcpServers(root.ctx)) await removeMcpServer(root.ctx, { mcpServerId: id });
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
});
afterEach(() => service.close());
afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

const add = (given: Partial<Parameters<typeof addMcpServer>[1]> = {}) =>
  addMcpServer(root.ctx, {
    name: 'echo',
    identity: { kind: 'http', url: service.url },
    env: { Authorization: 'Bearer secret-words' },
    readTools: ['search'],
    isAlwaysGiven: true,
    ...given,
  });

const ofType = async (type: string) => (await logOf(sessionId)).filter((body) => body['type'] === type);

async function begin(text: string) {
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text, agent: 'judged', mode: 'auto' });
  // What the agent is to do is its own idea here; of a person's words secrets would be masked.
  await db().update(schema.run).set({ prompt: text }).where(eq(schema.run.id, runId));
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  return driveRun({ run, workerId, stopping: new AbortController().signal, profileOf: judgedAgent });
}

async function said(text: string): Promise<string> {
  await begin(text);
  return (await ofType('agent_text')).map((body) => String(body['text'])).join('');
}

async function withPolicies(text: string, work: () => Promise<void>): Promise<void> {
  await putInForce(null, text, root.personId);
  forgetPolicies(null);
  try {
    await work();
  } finally {
    await putInForce(null, shippedPolicies, root.personId);
    forgetPolicies(null);
  }
}

const search = (q: string) => `call echo search ${JSON.stringify({ q })}`;

test('[AG122] the host calls the service, with headers that no agent sees', long, async () => {
  await add();
  expect(await said(search('plums'))).toContain('Heard: {\\"q\\":\\"plums\\"}');
  expect(service.calls()).toEqual([{ q: 'plums' }]);
  expect(service.received.every(({ headers }) => headers.authorization === 'Bearer secret-words')).toBe(true);
  const look = `js (await import('node:fs')).readFileSync('/opt/mcp/start/echo', 'utf8')`;
  expect(await said(look)).not.toMatch(/secret-words|127\.0\.0\.1/);
  expect(JSON.stringify(await logOf(sessionId))).not.toContain('secret-words');
});

test('[AG122] a repository asks for it by its address, and by no other', long, async () => {
  await add({ isAlwaysGiven: false });
  const ask = (address: string) =>
    plantFiles(repoPath(projectId), sessionId, {
      '.mcp.json': JSON.stringify({ mcpServers: { echo: { type: 'http', url: address } } }),
    });
  await ask(`${service.url}/other`);
  expect(await said(search('plums'))).toContain('no server echo');
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Same' })).id;
  await ask(service.url);
  expect(await said(search('plums'))).toContain('Heard');
});

test('[AG123] what data protection finds in a call is masked before it leaves', long, async () => {
  await add();
  await said(search(`use ${token} and go`));
  const [call] = service.calls();
  expect(call?.['q']).toMatch(/^use ghp_masked\w+ and go$/);
  expect(JSON.stringify(service.received)).not.toContain(token);
  // What is known of the session stays masked in later calls, whatever is around it.
  await said(search(`again:${token}`));
  expect(JSON.stringify(service.received)).not.toContain(token);
});

test('[AG123] what may not be sent even masked is not, and the log says so', long, async () => {
  await add();
  const closed = 'forbid (principal, action == Action::"sendMasked", resource) when { resource.alias == "mcp/echo" }';
  await withPolicies(shippedPolicies + policy('not-to-echo', closed), async () => {
    expect(await said(search(token))).toMatch(/may not leave.*not-to-echo/);
    expect(service.calls()).toEqual([]);
    expect(await ofType('action_denied')).toMatchObject([
      { by: 'policy', title: 'search of echo', rules: [{ id: 'not-to-echo' }] },
    ]);
    expect(JSON.stringify(await logOf(sessionId))).not.toContain(`"input":"{\\n  \\"q\\": \\"${token}`);
    expect(await said(search('plums'))).toContain('Heard');
  });
});

test('[AG123] what may be sent with a word about it is, and the word stands beside the answer', long, async () => {
  await add();
  const open = 'permit (principal, action == Action::"sendWithNotice", resource) when { context.task == "mcp" }';
  await withPolicies(shippedPolicies + policy('told', open), async () => {
    expect(await said(search(token))).toContain('holds data of the class secret');
    expect(service.calls()).toEqual([{ q: token }]);
  });
});

test('[AG123] a project that calls local models only is not given a service elsewhere', long, async () => {
  await add();
  const { project } = schema;
  const closed = await newProject(team);
  await db().update(project).set({ sensitivity: 'restricted' }).where(eq(project.id, closed));
  sessionId = (await createSession(team.developer.ctx, { projectId: closed, title: 'Work' })).id;
  expect(await said(search('plums'))).toContain('no server echo');
  const [given] = await ofType('mcp_servers_given');
  expect(given).toMatchObject({
    refused: [{ name: 'echo', reason: expect.stringContaining('restricted-stays-local') as string }],
  });
  expect(service.received).toEqual([]);
});

test('[AG122] a person is asked about its other tools, and without their word nothing leaves', long, async () => {
  await add();
  const done = begin('call echo send {"to":"everybody"}');
  const question = await vi.waitUntil(async () => (await ofType('permission_requested'))[0], {
    timeout: 20_000,
    interval: 20,
  });
  expect(question).toMatchObject({ title: 'send of echo' });
  await decidePermission(team.admin.ctx, {
    permissionId: String(question['permissionId']),
    decision: 'deny',
    reason: 'Not now',
  });
  await done;
  expect(service.calls()).toEqual([]);
});

test('[AG122] a worker asks it for its tools, and says what went wrong without its words', long, async () => {
  const { mcpServerId } = await add();
  await changeAgent('mcp/echo', new AbortController().signal, system);
  expect(await listMcpServers(root.ctx)).toMatchObject([
    { change: { state: 'done' }, tools: [{ name: 'search' }, {}] },
  ]);
  service.answer = (response) => void response.writeHead(401).end('Bearer secret-words');
  await tryMcpServer(root.ctx, { mcpServerId });
  await changeAgent('mcp/echo', new AbortController().signal, system);
  const [failed] = await listMcpServers(root.ctx);
  expect(failed).toMatchObject({ tools: null, change: { state: 'failed' } });
  expect(failed?.change?.error).toMatch(/refused the headers/);
  expect(JSON.stringify(failed)).not.toContain('secret-words');
});

test.each([
  ['no address', 'mcp.example.com', 'invalid'],
  ['a password in it', 'https://ana:secret@mcp.example.com/', 'invalid'],
  ['another protocol', 'file:///etc/passwd', 'invalid'],
  ['a link-local address', 'http://169.254.169.254/', 'forbidden'],
])('[AG122] an address with %s is refused', async (_what, address, code) => {
  await expect(add({ identity: { kind: 'http', url: address } })).rejects.toMatchObject({ code });
});

test('[AG122] headers that the host says itself are refused, and kept ones never go to another host', async () => {
  await expect(add({ env: { Host: 'elsewhere' } })).rejects.toMatchObject({ code: 'invalid' });
  const { mcpServerId } = await add();
  const elsewhere = { kind: 'http' as const, url: 'https://mcp.example.com/' };
  await expect(changeMcpServer(root.ctx, { mcpServerId, version: 1, identity: elsewhere })).rejects.toMatchObject({
    code: 'invalid',
    message: expect.stringContaining('Write them anew') as string,
  });
  await changeMcpServer(root.ctx, { mcpServerId, version: 1, identity: elsewhere, env: { 'X-Key': 'new' } });
});
