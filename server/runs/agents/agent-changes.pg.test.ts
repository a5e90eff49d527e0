import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf, newPerson } from '../../auth/testing.ts';
import { systemContext } from '../../context.ts';
import { closeQueue } from '../../jobs/queue.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { newTestWorker, testAgent } from '../testing.ts';
import { claimAgentChange, endAgentChange, noteAgentProgress } from './agent-change.ts';
import { findAgentChange, listAgentChanges } from './queries.ts';
import { queueAgentChange, requestAgentChange } from './request-agent-change.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

const root = await newPerson('root', { installationAdmin: true });
const ana = await newPerson('ana');
const system = systemContext('worker');
const installation = { version: '1.2.3', licence: 'MIT', sizeBytes: 1, state: 'missing' as const };
await newTestWorker([{ ...testAgent, name: 'other', installation }, testAgent]);

beforeEach(async () => {
  await db().delete(schema.agentInstall);
});

const install = (agent = 'other') => requestAgentChange(root.ctx, { agent }, 'install');

test('[AG2] only installation admins install and uninstall, and see what is being done', async () => {
  await expect(requestAgentChange(ana.ctx, { agent: 'other' }, 'install')).rejects.toMatchObject({ code: 'forbidden' });
  await expect(requestAgentChange(ana.ctx, { agent: 'other' }, 'uninstall')).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(queueAgentChange(ana.ctx, { agent: 'other', version: '9', wish: 'install' })).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(listAgentChanges(ana.ctx)).rejects.toMatchObject({ code: 'forbidden' });
  expect(await listAgentChanges(root.ctx)).toEqual([]);
});

test('[AG1] an agent is asked for in the version that the workers know; others are refused', async () => {
  await install();
  expect(await listAgentChanges(root.ctx)).toMatchObject([
    { agent: 'other', version: '1.2.3', state: 'waiting', wish: 'install', requestedBy: 'root' },
  ]);
  for (const agent of ['refactor', 'nobody'])
    await expect(install(agent)).rejects.toMatchObject({ code: 'unsupported', message: /no agent called/ });
});

test('[AG3] of several processes one does the work, and no second wish comes between', async () => {
  await install();
  const claims = await Promise.all([1, 2, 3].map(() => claimAgentChange(system, 'other')));
  const [change] = claims.filter((claim) => claim !== undefined);
  expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
  if (!change) return;
  await expect(install()).rejects.toMatchObject({ code: 'conflict' });
  await noteAgentProgress(system, change, '10 of 20 MB');
  expect(await findAgentChange(root.ctx, 'other')).toMatchObject({ state: 'working', progress: '10 of 20 MB' });
  await endAgentChange(system, change, { state: 'failed', error: 'No room.' });
  expect(await findAgentChange(root.ctx, 'other')).toMatchObject({
    state: 'failed',
    error: 'No room.',
    progress: null,
  });
  await install();
  expect(await findAgentChange(root.ctx, 'other')).toMatchObject({ state: 'waiting', error: null });
});

test('[AG3] what a dead process left is taken up after it has been silent', async () => {
  await install();
  await claimAgentChange(system, 'other');
  expect(await claimAgentChange(system, 'other')).toBeUndefined();
  await db()
    .update(schema.agentInstall)
    .set({ heartbeatAt: sql`now() - interval '1 minute'` })
    .where(eq(schema.agentInstall.agent, 'other'));
  expect(await claimAgentChange(system, 'other')).toMatchObject({ agent: 'other' });
});

test('[AG3] a process that is stopped gives the work back', async () => {
  await install();
  const change = await claimAgentChange(system, 'other');
  if (change) await endAgentChange(system, change, { state: 'again' });
  expect(await claimAgentChange(system, 'other')).toBeDefined();
});

test('[AG2] who asked for it and how it ended stand in the audit log', async () => {
  await install();
  const change = await claimAgentChange(system, 'other');
  if (change) await endAgentChange(system, change, { state: 'done' });
  const entries = (await auditOf('agent', 'other')).slice(-3);
  expect(entries).toMatchObject([
    { action: 'agent.install', actorId: root.personId, teamId: null, detail: { version: '1.2.3' } },
    { action: 'agent.claim_change' },
    { action: 'agent.end_change', detail: { state: 'done', wish: 'install' } },
  ]);
});
