import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { requestCancel } from '../runs/request-cancel.ts';
import { newTestSession, newTestWorker, runRow, type TestSession } from '../runs/testing.ts';
import { editPrompt } from './edit-prompt.ts';
import { interruptRun } from './interrupt-run.ts';
import { reorderQueue } from './reorder-queue.ts';
import { sendPrompt } from './send-prompt.ts';
import { steerRun } from './steer-run.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');

let session: TestSession;
let workerId: string;

beforeEach(async () => {
  session = await newTestSession();
  workerId = await newTestWorker();
});
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

const send = async (text: string) =>
  (await sendPrompt(session.developer.ctx, { sessionId: session.sessionId, text, agent: 'refactor' })).runId;
const three = async () => [await send('one'), await send('two'), await send('three')] as const;
const claim = (runId: string) => claimRun(system, { runId, workerId });
const queue = async () => {
  const { run } = schema;
  const rows = await db
    .select({ id: run.id, state: run.state })
    .from(run)
    .where(eq(run.sessionId, session.sessionId))
    .orderBy(asc(run.position));
  return rows.flatMap(({ id, state }) => (state === 'queued' ? [id] : []));
};
const order = (runIds: string[], person = session.developer) =>
  reorderQueue(person.ctx, { sessionId: session.sessionId, runIds });

test('[CV14] two people order the queue at once: both orders are whole, the later one stays', async () => {
  const [one, two, three_] = await three();
  await Promise.all([order([three_, one, two]), order([two, three_, one], session.lead)]);
  expect([[three_, one, two].join(), [two, three_, one].join()]).toContain((await queue()).join());
});

test('[CV14] what a worker has taken is ordered, edited and removed by nobody', async () => {
  const [one, two, three_] = await three();
  expect(await claim(one)).toBeDefined();
  await expect(order([two, one, three_])).rejects.toMatchObject({ code: 'conflict' });
  await expect(editPrompt(session.developer.ctx, { runId: one, text: 'other' })).rejects.toMatchObject({
    code: 'conflict',
  });
  expect(await requestCancel(session.developer.ctx, { runId: one })).toEqual({ state: 'running' });
  expect(await queue()).toEqual([two, three_]);
});

test('[CV14] ordering, editing, removing, interrupting and taking at once end in one of their orders', async () => {
  const [one, two, three_] = await three();
  const { sessionId } = session;
  const done = await Promise.allSettled([
    order([three_, two, one]),
    claim(one),
    claim(three_),
    editPrompt(session.developer.ctx, { runId: two, text: 'two, better' }),
    requestCancel(session.lead.ctx, { runId: two }),
    interruptRun(session.lead.ctx, { sessionId, text: 'now', agent: 'refactor' }),
    send('four'),
  ]);
  for (const each of done) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'conflict' });
  const rows = await db.select().from(schema.run).where(eq(schema.run.sessionId, sessionId));
  expect(rows).toHaveLength(5);
  expect(rows.filter(({ state }) => state === 'running').length).toBeLessThanOrEqual(1);
  expect(await runRow(two)).toMatchObject({ state: 'cancelled' });
  expect(new Set(rows.map(({ position }) => position)).size).toBe(5);
});

test('[CV11] a prompt that has not begun is not steered, and only who may prompt steers', async () => {
  const [one] = await three();
  const steer = { runId: one, text: 'also this' };
  await expect(steerRun(session.developer.ctx, steer)).rejects.toMatchObject({ code: 'conflict' });
  await expect(steerRun(session.viewer.ctx, steer)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(steerRun(session.stranger.ctx, steer)).rejects.toMatchObject({ code: 'not_found' });
});

test('[CV11] several steers of one turn come next in their order, before what waits', async () => {
  const [one, two] = await three();
  await claim(one);
  await steerRun(session.lead.ctx, { runId: one, text: 'first' });
  await steerRun(session.developer.ctx, { runId: one, text: 'second' });
  const [a, b, c] = await queue();
  expect(await runRow(a ?? '')).toMatchObject({ prompt: 'first', askedBy: session.lead.personId });
  expect(await runRow(b ?? '')).toMatchObject({ prompt: 'second', askedBy: session.developer.personId });
  expect(c).toBe(two);
});
