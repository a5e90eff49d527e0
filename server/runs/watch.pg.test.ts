import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import type { SessionEvent } from '../core/session-event.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { notify } from '../platform/notify.ts';
import { requestCancel } from './request-cancel.ts';
import { appendSessionEvent } from './event-log.ts';
import { newTestRun, newTestSession, newTestWorker, type TestSession } from './testing.ts';
import { parseCursor, watchRun, watchSession } from './watch.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
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

const actor = { kind: 'system', id: 'test', name: 'test' } as const;

async function append(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const body = { type: 'task_output', taskId: 'tsk_1', text: String(i) } as const;
    await db.transaction((tx) => appendSessionEvent(tx, { ...session, actor, body }));
  }
}

/** Takes entries until there are `count` of them. */
async function take(watching: AsyncGenerator<SessionEvent[], void>, count: number): Promise<number[]> {
  const seqs: number[] = [];
  while (seqs.length < count) {
    const { value, done } = await watching.next();
    if (done) break;
    seqs.push(...value.map(({ seq }) => seq));
  }
  return seqs;
}

function watch(afterSeq = 0, stop = new AbortController()) {
  const watching = watchSession(session.viewer.ctx, { sessionId: session.sessionId, afterSeq, signal: stop.signal });
  return { watching, stop };
}

test('[RN22] a watcher gets what is there after its cursor, then what comes, in order and without gaps', async () => {
  await append(3);
  const { watching, stop } = watch(1);
  expect(await take(watching, 2)).toEqual([2, 3]);
  const next = take(watching, 4);
  await append(4);
  expect(await next).toEqual([4, 5, 6, 7]);
  stop.abort();
  expect(await watching.next()).toMatchObject({ done: true });
});

test('[RN22] a new entry is with the watcher in a fraction of a second', async () => {
  const { watching, stop } = watch();
  const first = watching.next();
  await append(1);
  await first;
  const from = performance.now();
  const next = watching.next();
  await append(1);
  await next;
  expect(performance.now() - from).toBeLessThan(500);
  stop.abort();
});

test('[RN22] writers at once leave no gap', async () => {
  const { watching, stop } = watch();
  const all = take(watching, 60);
  await Promise.all([append(20), append(20), append(20)]);
  expect(await all).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  stop.abort();
});

test('[RN22] an entry is seen although no notification came', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { watching, stop } = watch();
  const next = watching.next();
  await vi.waitUntil(() => vi.getTimerCount() > 0);
  await db.insert(schema.sessionEvent).values({
    sessionId: session.sessionId,
    seq: 1,
    teamId: session.teamId,
    type: 'task_output',
    actor,
    body: { type: 'task_output', taskId: 'tsk_1', text: 'quiet' },
  });
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  expect((await next).value).toMatchObject([{ seq: 1 }]);
  stop.abort();
});

test('[RN23] a watcher who loses access gets no more', async () => {
  await append(1);
  const { watching } = watch();
  await take(watching, 1);
  const end = watching.next();
  await db.delete(schema.teamMember).where(eq(schema.teamMember.personId, session.viewer.personId));
  await notify(db, 'access_changed', `person:${session.viewer.personId}`);
  expect(await end).toEqual({ done: true, value: undefined });
});

test('[RN23] a sign-in that is ended ends its watchers', async () => {
  const { watching } = watch();
  const end = watching.next();
  const { authSessionId } = session.viewer;
  await db.update(schema.authSession).set({ revokedAt: new Date() }).where(eq(schema.authSession.id, authSessionId));
  // The watcher may begin to listen a moment later than this is sent.
  const again = setInterval(() => void notify(db, 'access_changed', `auth_session:${authSessionId}`), 50);
  expect(await end).toEqual({ done: true, value: undefined });
  clearInterval(again);
});

test('[RN23] a session of another team cannot be watched', async () => {
  const watching = watchSession(session.stranger.ctx, {
    sessionId: session.sessionId,
    afterSeq: 0,
    signal: new AbortController().signal,
  });
  await expect(watching.next()).rejects.toMatchObject({ code: 'not_found' });
});

test('a run’s watcher gets that run’s entries and ends with it', async () => {
  const [first, second] = [await newTestRun(session), await newTestRun(session)];
  await requestCancel(session.developer.ctx, { runId: second });
  const seen: string[] = [];
  const { signal } = new AbortController();
  for await (const batch of watchRun(session.viewer.ctx, { runId: second, afterSeq: 0, signal }))
    seen.push(...batch.map(({ body }) => body.type));
  expect(seen).toEqual(['prompt', 'run_cancel_requested', 'run_finished']);
  expect(first).not.toBe(second);
});

test.each([
  [undefined, 0],
  [null, 0],
  ['', 0],
  ['12', 12],
])('the cursor %s means %i', (cursor, seq) => {
  expect(parseCursor(cursor)).toBe(seq);
});

test.each(['x', '-1', '1.5', '1e99'])('the cursor %s is refused', (cursor) => {
  expect(() => parseCursor(cursor)).toThrow(/not one of this log/);
});
