import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf, newPerson } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { addCustomAgent } from '../runs/agents/add-custom-agent.ts';
import { changeCustomAgent, removeCustomAgent } from '../runs/agents/change-custom-agent.ts';
import { listCustomAgents } from '../runs/agents/queries.ts';
import { claimRun } from '../runs/claim-run.ts';
import { addMcpServer } from '../runs/mcp/add-mcp-server.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { logOf, newTestWorker, runRow, testAgent } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { newProject, newStaffedTeam } from '../workspace/testing.ts';
import { knownAgents } from './known-agents.ts';
import { notesServer } from './mcp/testing-mcp.ts';
import { driveRun } from './run-driver.ts';
import { answerRooms, headOf } from './testing-run.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
const root = await newPerson('root', { installationAdmin: true });
const ana = await newPerson('ana');
const system = systemContext('worker');
await newTestWorker([testAgent]);
const stopRooms = await answerRooms(headOf);
afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

const secret = 'a-value-that-nobody-is-shown';
const wish = (name: string) => ({
  name,
  title: 'Mine',
  argv: ['/usr/bin/env', 'true'],
  env: { SERVICE_KEY: secret, ADDRESS: '{openAiUrl}/x', OTHER: '{geminiUrl}/y' },
});
const profileOf = async (name: string) => {
  const profile = (await knownAgents(system)).find((agent) => agent.name === name);
  if (!profile) throw new Error(`no agent ${name}`);
  return profile;
};

test('[AG10] an admin names a command, and it is an agent; values of its variables are told nobody', async () => {
  const { customAgentId } = await addCustomAgent(root.ctx, wish('mine'));
  const [view] = await listCustomAgents(root.ctx);
  expect(view).toMatchObject({ name: 'mine', envNames: ['SERVICE_KEY', 'ADDRESS', 'OTHER'], version: 1 });
  const [row] = await db().select().from(schema.customAgent).where(eq(schema.customAgent.id, customAgentId));
  expect(JSON.stringify([view, row, await auditOf('custom_agent', customAgentId)])).not.toContain(secret);
  const models = { anthropicUrl: 'http://a', openAiUrl: 'http://o', geminiUrl: 'http://g', key: 'k', model: 'm' };
  const profile = await profileOf('mine');
  expect(profile.env({ node: '', mode: 'auto', models })).toMatchObject({
    SERVICE_KEY: secret,
    ADDRESS: 'http://o/x',
    OTHER: 'http://g/y',
    GOOGLE_GEMINI_BASE_URL: 'http://g',
    OPENAI_BASE_URL: 'http://o',
    ANTHROPIC_AUTH_TOKEN: 'k',
  });
  expect(await profile.available()).toEqual({ ok: true });
});

test('[AG10] only installation admins do; names of others and stale changes are refused', async () => {
  await expect(addCustomAgent(ana.ctx, wish('theirs'))).rejects.toMatchObject({ code: 'forbidden' });
  await expect(listCustomAgents(ana.ctx)).rejects.toMatchObject({ code: 'forbidden' });
  const { customAgentId } = await addCustomAgent(root.ctx, wish('second'));
  for (const name of ['second', 'refactor'])
    await expect(addCustomAgent(root.ctx, wish(name))).rejects.toMatchObject({ code: 'conflict' });
  const { name: _, env: _env, ...fields } = wish('second');
  await expect(changeCustomAgent(ana.ctx, { customAgentId, version: 1, ...fields })).rejects.toMatchObject({
    code: 'forbidden',
  });
  await changeCustomAgent(root.ctx, { customAgentId, version: 1, ...fields, title: 'Other' });
  await expect(changeCustomAgent(root.ctx, { customAgentId, version: 1, ...fields })).rejects.toMatchObject({
    code: 'conflict',
  });
  const kept = (await profileOf('second')).env({ node: '', mode: 'auto' });
  expect(kept).toMatchObject({ SERVICE_KEY: secret });
  await expect(removeCustomAgent(ana.ctx, { customAgentId })).rejects.toMatchObject({ code: 'forbidden' });
  await removeCustomAgent(root.ctx, { customAgentId });
  await expect(profileOf('second')).rejects.toThrow();
  expect((await auditOf('custom_agent', customAgentId)).map(({ action }) => action)).toEqual([
    'custom_agent.add',
    'custom_agent.change',
    'custom_agent.remove',
  ]);
});

test('[AG11] a folder that holds more than an agent may see is refused', async () => {
  await mkdir(path.join(env().dataDir, 'agents'), { recursive: true });
  const folders = ['/', '/etc', '/nowhere/at/all', 'relative', env().dataDir, path.join(env().dataDir, 'agents')];
  for (const folder of [...folders, path.dirname(env().dataDir)])
    await expect(addCustomAgent(root.ctx, { ...wish('nosy'), folder }), folder).rejects.toMatchObject({
      code: 'invalid',
    });
});

test('[AG11] one whose program is gone says so', async () => {
  await addCustomAgent(root.ctx, { ...wish('gone'), argv: ['/usr/bin/no-such-program'] });
  expect(await (await profileOf('gone')).available()).toMatchObject({
    ok: false,
    reason: expect.stringContaining('/usr/bin/no-such-program') as string,
  });
});

test(
  '[AG10] it works in a box like the others, on a worktree of its own, with MCP servers',
  { timeout: 60_000 },
  async () => {
    const team = await newStaffedTeam('Alpha');
    const sessionId = (await createSession(team.developer.ctx, { projectId: await newProject(team), title: 'Work' }))
      .id;
    await addCustomAgent(root.ctx, {
      name: 'scripted',
      title: 'Scripted',
      argv: ['/opt/node/bin/node', '/opt/agent/testing-agent.ts'],
      folder: import.meta.dirname,
      needsModel: false,
    });
    await addMcpServer(root.ctx, { ...notesServer(), isAlwaysGiven: true });
    const workerId = 'node_custom';
    await registerWorker(system, { workerId, agents: [{ ...testAgent, name: 'scripted' }] });
    const text = 'spawn echo made > /work/made.txt\nrun ls /boot\ncall notes read_notes {}';
    const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text, agent: 'scripted', mode: 'auto' });
    const run = await claimRun(system, { runId, workerId });
    if (!run) throw new Error('not claimed');
    const profile = await profileOf('scripted');
    await driveRun({ run, workerId, stopping: new AbortController().signal, profileOf: () => profile });
    expect(await runRow(runId)).toMatchObject({ state: 'succeeded', error: null });
    expect((await runRow(runId)).resultCommit).not.toBeNull();
    expect(JSON.stringify(await logOf(sessionId))).toContain('No such file');
    expect(JSON.stringify(await logOf(sessionId))).toContain('The notes are: none');
  },
);
