import { isTrackedEnvelope } from '@trpc/server';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import type { SessionEvent } from '../../core/session-event.ts';
import { closeQueue } from '../../jobs/queue.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { storeRunText } from '../../runs/append-run-event.ts';
import { newTestSession, newTestWorker, type TestSession } from '../../runs/testing.ts';
import { createCallerFactory, router } from '../trpc.ts';
import { eventsRouter } from './events.ts';
import { runsRouter } from './runs.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
const call = createCallerFactory(router({ events: eventsRouter, runs: runsRouter }));
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

test('[RN22] the feed gives what is there at once, with the last seq as cursor, and goes on from a cursor', async () => {
  const { sessionId } = session;
  const developer = call(session.developer.ctx);
  const { runId } = await developer.runs.send({ sessionId, text: 'rename a to b', agent: 'refactor' });
  await developer.runs.cancel({ runId });
  const seen: unknown[] = [];
  for await (const entry of await call(session.viewer.ctx).events.watch({ sessionId, lastEventId: '1' })) {
    if (!isTrackedEnvelope<SessionEvent[]>(entry)) throw new Error('entries without a cursor');
    const [id, events] = entry;
    seen.push([id, ...events.map(({ seq, body }) => `${seq} ${body.type}`)]);
    break;
  }
  expect(seen).toEqual([['3', '2 run_cancel_requested', '3 run_finished']]);
  const page = await developer.events.list({ sessionId, afterSeq: 2 });
  expect(page.map(({ seq }) => seq)).toEqual([3]);
});

test('runs, agents and whole texts are read through the same door', async () => {
  const { sessionId } = session;
  const developer = call(session.developer.ctx);
  const { runId } = await developer.runs.send({ sessionId, text: 'rename a to b', agent: 'refactor' });
  await developer.runs.editPrompt({ runId, text: 'rename a to c' });
  await developer.runs.reorder({ sessionId, runIds: [runId] });
  expect(await developer.runs.get({ runId })).toMatchObject({ prompt: 'rename a to c', state: 'queued' });
  expect((await developer.runs.list({ sessionId })).active.map(({ id }) => id)).toEqual([runId]);
  expect((await developer.runs.agents()).map(({ name }) => name)).toEqual(['refactor']);
  const blobId = await storeRunText(session.developer.ctx, session, 'whole');
  expect(await developer.events.blob({ sessionId, blobId })).toEqual({ content: 'whole' });
});

test('nobody, and someone of another team, get nothing', async () => {
  const { sessionId } = session;
  const nobody = call({ ...session.viewer.ctx, actor: undefined });
  await expect(nobody.runs.list({ sessionId })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  const stranger = call(session.stranger.ctx);
  await expect(stranger.runs.list({ sessionId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(stranger.events.list({ sessionId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
