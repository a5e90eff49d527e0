import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications, notifications } from '../platform/notifications.ts';
import { editPrompt } from '../sessions/edit-prompt.ts';
import { reorderQueue } from '../sessions/reorder-queue.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { askRunPermission, type PermissionQuestion } from './ask-permission.ts';
import { claimRun } from './claim-run.ts';
import { decidePermission } from './decide-permission.ts';
import { finishRun } from './finish-run.ts';
import { handBackRun } from './hand-back-run.ts';
import { listAgents } from './list-agents.ts';
import { getEventBlob, getRun, listRunEvents, listRuns } from './queries.ts';
import { requestCancel } from './request-cancel.ts';
import type { RunClaim } from './run-claim.ts';
import { storeRunText } from './append-run-event.ts';
import { unregisterWorker } from './register-worker.ts';
import { logOf, newTestRun, newTestSession, newTestWorker, runRow, testAgent, type TestSession } from './testing.ts';
import { withdrawPermission } from './withdraw-permission.ts';

const { db, url, pool } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
let session: TestSession;

beforeAll(async () => {
  await newTestWorker();
});
beforeEach(async () => {
  session = await newTestSession();
});
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

async function claimed(runId: string): Promise<RunClaim> {
  const run = await claimRun(system, { runId, workerId: 'node_1' });
  if (!run) throw new Error('not claimed');
  return { runId, workerId: 'node_1', attempt: run.attempt };
}

const prompt = (over: Partial<Parameters<typeof sendPrompt>[1]> = {}) => ({
  sessionId: session.sessionId,
  text: 'rename a to b',
  agent: 'refactor',
  ...over,
});

test('[RN10] a prompt stands in the log, its run in the queue, with a job and an audit entry', async () => {
  const { runId } = await sendPrompt(session.developer.ctx, prompt({ mode: 'ask', model: 'm-1' }));
  const asked = { agent: 'refactor', model: 'm-1', mode: 'ask' };
  expect(await logOf(session.sessionId)).toMatchObject([{ type: 'prompt', runId, text: 'rename a to b', ...asked }]);
  expect(await runRow(runId)).toMatchObject({
    ...asked,
    state: 'queued',
    attempt: 0,
    askedBy: session.developer.personId,
    teamId: session.teamId,
  });
  const jobs = await pool.query(`select 1 from pgboss.job where data->>'runId' = $1`, [runId]);
  expect(jobs.rowCount).toBe(1);
  expect(await auditOf('run', runId)).toMatchObject([
    { action: 'prompt.send', actorId: session.developer.personId, detail: { sessionId: session.sessionId } },
  ]);
});

test.each([
  ['an agent nobody offers', { agent: 'nobody' }, /no agent called nobody.*Choose one of: broken, planner, refactor/],
  ['a mode it does not have', { agent: 'planner', mode: 'auto' as const }, /Planner does not offer the mode auto/],
  ['an agent that cannot run here', { agent: 'broken' }, /bubblewrap is missing\. Install it\./],
])('[RN11] %s is refused with the reason, and nothing is left behind', async (_name, over, message) => {
  const workerId = await newTestWorker([
    testAgent,
    { ...testAgent, name: 'planner', title: 'Planner', modes: ['plan'], defaultMode: 'plan' },
    {
      ...testAgent,
      name: 'broken',
      availability: { ok: false, reason: 'bubblewrap is missing.', fix: 'Install it.' },
    },
  ]);
  await expect(sendPrompt(session.developer.ctx, prompt(over))).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringMatching(message),
  });
  expect(await logOf(session.sessionId)).toEqual([]);
  await unregisterWorker(system, workerId);
});

test.each([
  ['nothing', '  \n'],
  ['more than 100,000 characters', 'x'.repeat(100_001)],
])('a prompt with %s is refused', async (_name, text) => {
  await expect(sendPrompt(session.developer.ctx, prompt({ text }))).rejects.toThrow();
  expect(await logOf(session.sessionId)).toEqual([]);
});

test('a prompt may hold what Postgres cannot: it is stored without', async () => {
  const { runId } = await sendPrompt(session.developer.ctx, prompt({ text: 'a\0b \uD800' }));
  expect((await runRow(runId)).prompt).toBe('ab \uFFFD');
});

test('a viewer may not prompt, edit, order or stop, and a developer may not approve', async () => {
  const runId = await newTestRun(session);
  const forbidden = { code: 'forbidden' };
  const { ctx } = session.viewer;
  await expect(sendPrompt(ctx, prompt())).rejects.toMatchObject(forbidden);
  await expect(editPrompt(ctx, { runId, text: 'x' })).rejects.toMatchObject(forbidden);
  await expect(reorderQueue(ctx, { sessionId: session.sessionId, runIds: [runId] })).rejects.toMatchObject(forbidden);
  await expect(requestCancel(ctx, { runId })).rejects.toMatchObject(forbidden);
  const permissionId = await askRunPermission(system, await claimed(runId), question);
  await expect(decidePermission(session.developer.ctx, { permissionId, decision: 'allow' })).rejects.toMatchObject(
    forbidden,
  );
});

test('to another team none of it exists', async () => {
  const runId = await newTestRun(session);
  const { ctx } = session.stranger;
  const { sessionId } = session;
  const permissionId = await askRunPermission(system, await claimed(runId), question);
  const blobId = await storeRunText(system, session, 'whole');
  const attempts = [
    sendPrompt(ctx, prompt()),
    editPrompt(ctx, { runId, text: 'x' }),
    reorderQueue(ctx, { sessionId, runIds: [runId] }),
    requestCancel(ctx, { runId }),
    decidePermission(ctx, { permissionId, decision: 'allow' }),
    getRun(ctx, runId),
    listRuns(ctx, { sessionId }),
    listRunEvents(ctx, { runId, afterSeq: 0, limit: 10 }),
    getEventBlob(ctx, { sessionId, blobId }),
  ];
  for (const attempt of await Promise.allSettled(attempts))
    expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } });
});

test('[RN10] a queued prompt can be changed by its author and by a lead, and not once its run started', async () => {
  const runId = await newTestRun(session);
  await editPrompt(session.lead.ctx, { runId, text: 'rename a to c' });
  expect((await runRow(runId)).prompt).toBe('rename a to c');
  expect((await logOf(session.sessionId)).at(-1)).toEqual({ type: 'prompt_edited', runId, text: 'rename a to c' });
  expect((await auditOf('run', runId)).at(-1)).toMatchObject({ action: 'prompt.edit' });
  await claimed(runId);
  await expect(editPrompt(session.developer.ctx, { runId, text: 'x' })).rejects.toMatchObject({ code: 'conflict' });
});

test('[RN10] a developer may not change another one’s prompt', async () => {
  const { runId } = await sendPrompt(session.lead.ctx, prompt());
  await expect(editPrompt(session.developer.ctx, { runId, text: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
});

test('[RN3] the queue takes the order people give it, and refuses one that is out of date', async () => {
  const [a, b, c] = [await newTestRun(session), await newTestRun(session), await newTestRun(session)];
  const { sessionId } = session;
  await reorderQueue(session.developer.ctx, { sessionId, runIds: [c, a, b] });
  const { active } = await listRuns(session.viewer.ctx, { sessionId });
  expect(active.map(({ id }) => id)).toEqual([c, a, b]);
  expect((await logOf(sessionId)).at(-1)).toEqual({ type: 'queue_ordered', runIds: [c, a, b] });
  expect((await auditOf('session', sessionId)).at(-1)).toMatchObject({ action: 'queue.reorder' });
  await claimed(c);
  const stale = { sessionId, runIds: [b, a, c] };
  await expect(reorderQueue(session.developer.ctx, stale)).rejects.toMatchObject({ code: 'conflict' });
  const twice = { sessionId, runIds: [b, b] };
  await expect(reorderQueue(session.developer.ctx, twice)).rejects.toMatchObject({ code: 'conflict' });
});

test('[RN8] a queued run is cancelled at once, and asking again changes nothing', async () => {
  const runId = await newTestRun(session);
  expect(await requestCancel(session.developer.ctx, { runId })).toEqual({ state: 'cancelled' });
  expect(await requestCancel(session.developer.ctx, { runId })).toEqual({ state: 'cancelled' });
  expect((await logOf(session.sessionId)).map(({ type }) => type)).toEqual([
    'prompt',
    'run_cancel_requested',
    'run_finished',
  ]);
  expect((await auditOf('run', runId)).map(({ action }) => action)).toEqual([
    'prompt.send',
    'run.cancel',
    'run.finish',
  ]);
});

test('[RN8] a running run is asked to stop, by a notification', async () => {
  const runId = await newTestRun(session);
  await claimed(runId);
  const heard = Promise.withResolvers<string>();
  (await notifications()).on('run_cancel', heard.resolve);
  expect(await requestCancel(session.lead.ctx, { runId })).toEqual({ state: 'running' });
  expect(await heard.promise).toBe(runId);
  expect(await runRow(runId)).toMatchObject({ state: 'running', cancelRequestedBy: session.lead.personId });
});

test('[RN2] a run that ended cannot be stopped', async () => {
  const runId = await newTestRun(session);
  await finishRun(system, { claim: await claimed(runId), outcome: { state: 'succeeded' } });
  await expect(requestCancel(session.developer.ctx, { runId })).rejects.toMatchObject({ code: 'conflict' });
});

const question: PermissionQuestion = {
  toolCallId: 't1',
  title: 'npm test',
  action: { kind: 'command', command: 'npm test', cwd: '' },
  subject: 'digest',
  reason: 'It wants to run it.',
  rules: [{ id: 'mode.edit', words: 'Commands are asked' }],
};

test('[RN14] a run waits while a question is open, and the first answer counts', async () => {
  const runId = await newTestRun(session);
  const claim = await claimed(runId);
  const [first, second] = [
    await askRunPermission(system, claim, question),
    await askRunPermission(system, claim, question),
  ];
  expect((await runRow(runId)).state).toBe('waiting');
  expect((await getRun(session.viewer.ctx, runId)).permissions.map(({ id }) => id)).toEqual([first, second]);
  const heard = Promise.withResolvers<string>();
  (await notifications()).on('run_permission', heard.resolve);
  await decidePermission(session.lead.ctx, { runId, permissionId: first, decision: 'allow', scope: 'run' });
  expect(await heard.promise).toBe(first);
  expect((await runRow(runId)).state).toBe('waiting');
  await decidePermission(session.lead.ctx, { permissionId: second, decision: 'deny', reason: 'No.' });
  expect((await runRow(runId)).state).toBe('running');
  await expect(decidePermission(session.lead.ctx, { permissionId: second, decision: 'allow' })).rejects.toMatchObject({
    code: 'conflict',
  });
  expect((await logOf(session.sessionId)).at(-1)).toMatchObject({ type: 'permission_decided', reason: 'No.' });
  expect((await auditOf('run', runId)).at(-1)).toMatchObject({
    action: 'permission.decide',
    detail: { permissionId: second, decision: 'deny', request: { title: 'npm test' } },
  });
});

test('[RN14] a question of another run is not this run’s', async () => {
  const [runId, other] = [await newTestRun(session), await newTestRun(session)];
  const permissionId = await askRunPermission(system, await claimed(runId), question);
  await expect(
    decidePermission(session.lead.ctx, { runId: other, permissionId, decision: 'allow' }),
  ).rejects.toMatchObject({ code: 'not_found' });
});

test('[RN14] a question that is withdrawn, or whose run ended or starts again, takes no answer', async () => {
  const runId = await newTestRun(session);
  const claim = await claimed(runId);
  const withdrawn = await askRunPermission(system, claim, question);
  await withdrawPermission(system, claim, { permissionId: withdrawn, reason: 'Not any more.' });
  expect((await runRow(runId)).state).toBe('running');
  const handedBack = await askRunPermission(system, claim, question);
  await handBackRun(system, claim);
  const again = await claimed(runId);
  const ended = await askRunPermission(system, again, question);
  await finishRun(system, { claim: again, outcome: { state: 'cancelled' } });
  for (const permissionId of [withdrawn, handedBack, ended]) {
    const answer = decidePermission(session.lead.ctx, { permissionId, decision: 'allow' });
    await expect(answer).rejects.toMatchObject({ code: 'conflict' });
  }
});

test('agents are known while no worker answers, and a prompt then waits in the queue', async () => {
  await db.update(schema.worker).set({ heartbeatAt: new Date(Date.now() - 120_000) });
  expect((await listAgents(session.viewer.ctx)).map(({ name }) => name)).toContain('refactor');
  expect((await runRow(await newTestRun(session))).state).toBe('queued');
  await db.delete(schema.worker);
  await expect(sendPrompt(session.developer.ctx, prompt())).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('No worker has started yet'),
  });
  await newTestWorker();
});

test('an archived session takes no prompts', async () => {
  await db
    .update(schema.session)
    .set({ archivedAt: new Date() })
    .where(and(eq(schema.session.id, session.sessionId)));
  await expect(sendPrompt(session.developer.ctx, prompt())).rejects.toMatchObject({ code: 'conflict' });
});

test('the whole of a long text is there for those who may see the session', async () => {
  const blobId = await storeRunText(system, session, 'whole');
  expect(await getEventBlob(session.viewer.ctx, { sessionId: session.sessionId, blobId })).toEqual({
    content: 'whole',
  });
});
