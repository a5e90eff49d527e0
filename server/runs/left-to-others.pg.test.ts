import { afterAll, beforeAll, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun, findClaimableRuns } from './claim-run.ts';
import { agentsOfOthers } from './list-agents.ts';
import { newTestRun, newTestSession, newTestWorker, testAgent } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
const ctx = systemContext('worker');
const missing = {
  ...testAgent,
  availability: { ok: false as const, reason: 'It is not installed.', fix: 'Install it.' },
};
let able: string;

beforeAll(async () => {
  able = await newTestWorker();
});
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

test('[RN30] a run of an agent that a worker cannot run is left to a live one that can', async () => {
  const runId = await newTestRun(await newTestSession());
  const leave = await agentsOfOthers(ctx, [missing]);
  expect(leave).toEqual(['refactor']);
  expect(await findClaimableRuns(ctx, 10, leave)).toEqual([]);
  expect(await claimRun(ctx, { runId, workerId: 'node_bare', leave })).toBeUndefined();
  expect(await agentsOfOthers(ctx, [testAgent])).toEqual([]);
  expect(await claimRun(ctx, { runId, workerId: able, leave: [] })).toMatchObject({ workerId: able });
});
