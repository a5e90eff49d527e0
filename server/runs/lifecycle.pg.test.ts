import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { appendRunEvent, recordRunStart, RunLostError } from './append-run-event.ts';
import { claimRun, findClaimableRuns, firstQueuedRun } from './claim-run.ts';
import { finishRun } from './finish-run.ts';
import { handBackRun } from './hand-back-run.ts';
import { heartbeatRun } from './heartbeat-run.ts';
import { recoverRuns } from './recover-runs.ts';
import { requestCancel } from './request-cancel.ts';
import type { RunClaim } from './run-claim.ts';
import { logOf, newTestRun, newTestSession, newTestWorker, runRow, silence, type TestSession } from './testing.ts';

const { db, url, pool } = await testDatabase();
setDatabaseUrl(url);
const ctx = systemContext('worker');
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

async function claimed(runId: string, workerId = 'node_1'): Promise<RunClaim> {
  const run = await claimRun(ctx, { runId, workerId });
  if (!run) throw new Error(`run ${runId} could not be claimed`);
  return { runId, workerId, attempt: run.attempt };
}

const jobsFor = async (runId: string) =>
  (await pool.query(`select 1 from pgboss.job where name = 'run' and data->>'runId' = $1`, [runId])).rowCount;

test('[RN4] a second claim of the same run returns nothing', async () => {
  const runId = await newTestRun(session);
  const claims = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => claimRun(ctx, { runId, workerId: `node_${index}` })),
  );
  expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
  expect(await runRow(runId)).toMatchObject({ state: 'running', attempt: 1 });
  expect(await auditOf('run', runId)).toMatchObject([{ action: 'prompt.send' }, { action: 'run.claim' }]);
});

test('[RN3] one run of a session is at work, and the others keep their order', async () => {
  const runIds = [await newTestRun(session), await newTestRun(session), await newTestRun(session)] as const;
  expect(await claimRun(ctx, { runId: runIds[1], workerId: 'node_1' })).toBeUndefined();
  expect(await firstQueuedRun(ctx, runIds[2])).toBe(runIds[0]);
  const claim = await claimed(runIds[0]);
  expect(await claimRun(ctx, { runId: runIds[1], workerId: 'node_2' })).toBeUndefined();
  expect(await findClaimableRuns(ctx, 100)).not.toContain(runIds[1]);
  await finishRun(ctx, { claim, outcome: { state: 'succeeded' } });
  expect(await findClaimableRuns(ctx, 100)).toContain(runIds[1]);
  expect((await claimed(runIds[1])).attempt).toBe(1);
});

test('[RN3] whoever claims at once, never two runs of a session are at work', async () => {
  const runIds = [await newTestRun(session), await newTestRun(session), await newTestRun(session)];
  await Promise.all(
    runIds.flatMap((runId) => [claimRun(ctx, { runId, workerId: 'a' }), claimRun(ctx, { runId, workerId: 'b' })]),
  );
  const rows = await db.select().from(schema.run).where(eq(schema.run.sessionId, session.sessionId));
  expect(rows.map(({ state }) => state).sort()).toEqual(['queued', 'queued', 'running']);
});

test('[RN5] a run that ends wakes the next of its session, in the same transaction', async () => {
  const [first, second] = [await newTestRun(session), await newTestRun(session)];
  const claim = await claimed(first);
  await pool.query(`delete from pgboss.job where name = 'run'`);
  await expect(
    finishRun(ctx, {
      claim,
      outcome: { state: 'succeeded' },
      before: () => Promise.reject(new Error('no suggestion')),
    }),
  ).rejects.toThrow('no suggestion');
  expect([(await runRow(first)).state, await jobsFor(second)]).toEqual(['running', 0]);
  expect(await finishRun(ctx, { claim, outcome: { state: 'failed', error: 'It broke.' } })).toBe(true);
  expect([(await runRow(first)).state, await jobsFor(second)]).toEqual(['failed', 1]);
  expect((await logOf(session.sessionId)).at(-1)).toEqual({
    type: 'run_finished',
    runId: first,
    state: 'failed',
    error: 'It broke.',
  });
  expect((await auditOf('run', first)).at(-1)).toMatchObject({ action: 'run.finish', detail: { state: 'failed' } });
});

test('[RN2] a run ends once: the second end, and what comes after it, changes nothing', async () => {
  const claim = await claimed(await newTestRun(session));
  expect(await finishRun(ctx, { claim, outcome: { state: 'succeeded' } })).toBe(true);
  expect(await finishRun(ctx, { claim, outcome: { state: 'failed' } })).toBe(false);
  expect(await heartbeatRun(ctx, claim)).toBe('lost');
  await expect(
    appendRunEvent(ctx, claim, { type: 'agent_text', runId: claim.runId, messageId: 'm', text: 'late' }),
  ).rejects.toThrow(RunLostError);
  await expect(recordRunStart(ctx, claim, { baseCommit: 'd'.repeat(40), startCommit: 'd'.repeat(40) })).rejects.toThrow(
    RunLostError,
  );
});

test('[RN8] a run whose session is deleted is to stop', async () => {
  const claim = await claimed(await newTestRun(session));
  expect(await heartbeatRun(ctx, claim)).toBe('alive');
  const { id } = schema.session;
  await ctx.db.update(schema.session).set({ deletedAt: new Date() }).where(eq(id, session.sessionId));
  expect(await heartbeatRun(ctx, claim)).toBe('cancel_requested');
});

test('[RN6] a run whose worker is silent goes back to the queue with its place, and runs again', async () => {
  const [first, second] = [await newTestRun(session), await newTestRun(session)];
  const claim = await claimed(first);
  expect(await recoverRuns(ctx)).toEqual([]);
  await silence(first);
  expect(await recoverRuns(ctx)).toEqual([{ runId: first, attempt: 1 }]);
  expect(await runRow(first)).toMatchObject({ state: 'queued', workerId: null, attempt: 1 });
  expect(await heartbeatRun(ctx, claim)).toBe('lost');
  expect(await firstQueuedRun(ctx, second)).toBe(first);
  const again = await claimed(first, 'node_2');
  expect(again.attempt).toBe(2);
  expect(await finishRun(ctx, { claim, outcome: { state: 'succeeded' } })).toBe(false);
  expect(await heartbeatRun(ctx, again)).toBe('alive');
  expect((await auditOf('run', first)).map(({ action }) => action)).toContain('run.requeue');
});

test('[RN7] a run whose worker ended twice fails and says so', async () => {
  const runId = await newTestRun(session);
  for (const workerId of ['node_1', 'node_2']) {
    await claimed(runId, workerId);
    await silence(runId);
    await recoverRuns(ctx);
  }
  expect(await runRow(runId)).toMatchObject({
    state: 'failed',
    error: 'The worker ended twice while this run was working. Send the prompt again.',
  });
  expect((await logOf(session.sessionId)).at(-1)).toMatchObject({ type: 'run_finished', state: 'failed' });
});

test('[RN6] many workers recover a run once', async () => {
  const runId = await newTestRun(session);
  await claimed(runId);
  await silence(runId);
  const recovered = await Promise.all(Array.from({ length: 6 }, async () => recoverRuns(ctx)));
  expect(recovered.flat()).toEqual([{ runId, attempt: 1 }]);
});

test('[RN8] a run that was asked to stop ends as cancelled when its worker died', async () => {
  const runId = await newTestRun(session);
  await claimed(runId);
  await requestCancel(session.developer.ctx, { runId });
  await silence(runId);
  await recoverRuns(ctx);
  expect((await runRow(runId)).state).toBe('cancelled');
});

test('[RN9] a run that is handed back keeps its place, and the attempt does not count', async () => {
  const runId = await newTestRun(session);
  const claim = await claimed(runId);
  await pool.query(`delete from pgboss.job where name = 'run'`);
  expect(await handBackRun(ctx, claim)).toBe(true);
  expect(await runRow(runId)).toMatchObject({ state: 'queued', attempt: 0, workerId: null });
  expect(await jobsFor(runId)).toBe(1);
  expect(await handBackRun(ctx, claim)).toBe(false);
});

test('a run of a deleted session is not taken', async () => {
  const runId = await newTestRun(session);
  await db.update(schema.session).set({ deletedAt: new Date() }).where(eq(schema.session.id, session.sessionId));
  expect(await claimRun(ctx, { runId, workerId: 'node_1' })).toBeUndefined();
  expect(await findClaimableRuns(ctx, 100)).not.toContain(runId);
});

const lossesOfRight = {
  removed: ({ personId }: TestSession['developer']) =>
    db.delete(schema.teamMember).where(eq(schema.teamMember.personId, personId)),
  demoted: ({ personId }: TestSession['developer']) =>
    db.update(schema.teamMember).set({ role: 'viewer' }).where(eq(schema.teamMember.personId, personId)),
  disabled: ({ personId }: TestSession['developer']) =>
    db.update(schema.person).set({ disabledAt: new Date() }).where(eq(schema.person.id, personId)),
};

test.each(Object.entries(lossesOfRight))(
  '[RN17] a queued run of someone who was %s ends as cancelled when it is its turn, and the next one follows',
  async (_how, lose) => {
    const runId = await newTestRun(session);
    const { sessionId } = session;
    const next = await sendPrompt(session.lead.ctx, { sessionId, text: 'go on', agent: 'refactor' });
    await pool.query(`delete from pgboss.job where name = 'run'`);
    await lose(session.developer);
    expect(await claimRun(ctx, { runId, workerId: 'node_1' })).toBeUndefined();
    const row = await runRow(runId);
    expect(row).toMatchObject({ state: 'cancelled', attempt: 0, workerId: null });
    expect(row.error).toContain('may not prompt here any more');
    expect((await logOf(sessionId)).at(-1)).toMatchObject({ type: 'run_finished', runId, error: row.error });
    expect((await auditOf('run', runId)).at(-1)).toMatchObject({
      action: 'run.finish',
      detail: { state: 'cancelled' },
    });
    expect(await jobsFor(next.runId)).toBe(1);
    expect(await claimed(next.runId)).toMatchObject({ attempt: 1 });
  },
);

test.each(Object.entries(lossesOfRight))(
  '[RN17] a run at work of someone who was %s is to stop',
  async (_how, lose) => {
    const claim = await claimed(await newTestRun(session));
    expect(await heartbeatRun(ctx, claim)).toBe('alive');
    await lose(session.developer);
    expect(await heartbeatRun(ctx, claim)).toBe('withdrawn');
  },
);
