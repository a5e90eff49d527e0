import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf } from '../../auth/testing.ts';
import { systemContext, withTransaction } from '../../context.ts';
import { closeQueue } from '../../jobs/queue.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { claimRun } from '../claim-run.ts';
import { finishRun } from '../finish-run.ts';
import { logOf, newTestRun, newTestSession, newTestWorker, runRow, type TestSession } from '../testing.ts';
import { beginThread } from './begin-thread.ts';
import { chooseThread } from './choose-thread.ts';
import { forkRun } from './fork-run.ts';
import { handOverThread } from './hand-over-thread.ts';
import { turnOfPrompt } from './thread-of-prompt.ts';
import { listThreads } from './thread-queries.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const worker = systemContext('worker');
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

type Who = 'lead' | 'developer';

const agent = 'refactor';

/** Where a prompt of this person would go now. */
async function threadFor(who: Who, threadId?: string): Promise<string> {
  const { sessionId, teamId } = session;
  const { personId } = session[who];
  const to = { sessionId, teamId, agent, personId, ...(threadId !== undefined && { threadId }) };
  return withTransaction(worker, async (tx) => (await turnOfPrompt(tx, to)).threadId);
}

async function endedRun(): Promise<string> {
  const runId = await newTestRun(session);
  const run = await claimRun(worker, { runId, workerId: 'node_1' });
  const claim = { runId, workerId: 'node_1', attempt: run?.attempt ?? 0 };
  await finishRun(worker, { claim, outcome: { state: 'succeeded' } });
  return runId;
}

test('[AG70] a session’s prompts to an agent are turns of one conversation, whoever sends them', async () => {
  const first = await runRow(await newTestRun(session));
  const second = await runRow(await newTestRun(session));
  expect(first.threadId).not.toBeNull();
  expect(second.threadId).toBe(first.threadId);
  expect(await threadFor('lead')).toBe(first.threadId);
  expect(await logOf(session.sessionId)).toContainEqual(
    expect.objectContaining({ type: 'prompt', runId: first.id, threadId: first.threadId }),
  );
});

test('[AG70] first prompts that come at once are turns of one conversation', async () => {
  await Promise.all(Array.from({ length: 6 }, () => newTestRun(session)));
  const rows = await db.select().from(schema.run).where(eq(schema.run.sessionId, session.sessionId));
  expect(new Set(rows.map(({ threadId }) => threadId)).size).toBe(1);
});

test('[AG71] a new conversation takes its beginner’s next prompts, and nobody else’s', async () => {
  const before = (await runRow(await newTestRun(session))).threadId;
  const { threadId } = await beginThread(session.lead.ctx, { sessionId: session.sessionId, agent });
  expect(await threadFor('lead')).toBe(threadId);
  expect(await threadFor('developer')).toBe(before);
  expect(await auditOf('agent_thread', threadId)).toMatchObject([{ action: 'agent_thread.begin' }]);
  expect(await logOf(session.sessionId)).toContainEqual({ type: 'agent_thread_started', threadId, agent });
  await chooseThread(session.developer.ctx, { agentThreadId: threadId });
  expect(await threadFor('developer')).toBe(threadId);
});

test('[AG71] a prompt may name its conversation, which has to be one of the session with that agent', async () => {
  const { sessionId } = session;
  const { threadId } = await beginThread(session.lead.ctx, { sessionId, agent });
  expect(await threadFor('developer', threadId)).toBe(threadId);
  expect(await threadFor('developer')).toBe(threadId);
  const other = await newTestSession();
  const foreign = await beginThread(other.lead.ctx, { sessionId: other.sessionId, agent });
  await expect(threadFor('developer', foreign.threadId)).rejects.toMatchObject({ code: 'not_found' });
  await db.update(schema.agentThread).set({ agent: 'codex' }).where(eq(schema.agentThread.id, threadId));
  await expect(threadFor('developer', threadId)).rejects.toMatchObject({ code: 'invalid' });
});

test('[AG73] anyone who may prompt forks an ended turn, also another person’s; one at work is not forked', async () => {
  const runId = await endedRun();
  const { threadId } = await forkRun(session.lead.ctx, { runId });
  expect(await threadFor('lead')).toBe(threadId);
  expect(await threadFor('developer')).toBe((await runRow(runId)).threadId);
  expect(await logOf(session.sessionId)).toContainEqual({
    type: 'agent_thread_started',
    threadId,
    agent,
    fromRunId: runId,
  });
  expect(await auditOf('agent_thread', threadId)).toMatchObject([{ action: 'agent_thread.fork', detail: { runId } }]);
  const queued = await newTestRun(session);
  await expect(forkRun(session.lead.ctx, { runId: queued })).rejects.toMatchObject({ code: 'conflict' });
  await expect(forkRun(session.viewer.ctx, { runId })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(forkRun(session.stranger.ctx, { runId })).rejects.toMatchObject({ code: 'not_found' });
});

test('[AG72] a conversation is handed over to someone who may prompt, and takes their next prompts', async () => {
  const { sessionId, developer, lead, viewer, stranger } = session;
  const { threadId } = await beginThread(lead.ctx, { sessionId, agent });
  const over = (personId: string) => ({ agentThreadId: threadId, personId });
  await handOverThread(lead.ctx, over(developer.personId));
  expect(await threadFor('developer')).toBe(threadId);
  const [thread] = await listThreads(developer.ctx, sessionId);
  expect(thread).toMatchObject({ id: threadId, heldBy: { name: 'Dev' }, isMine: true });
  expect((await logOf(sessionId)).at(-1)).toMatchObject({ type: 'agent_thread_handed_over', to: { name: 'Dev' } });
  expect((await auditOf('agent_thread', threadId)).at(-1)).toMatchObject({ action: 'agent_thread.hand_over' });
  for (const { personId } of [viewer, stranger])
    await expect(handOverThread(lead.ctx, over(personId))).rejects.toMatchObject({ code: 'invalid' });
  await expect(handOverThread(viewer.ctx, over(viewer.personId))).rejects.toMatchObject({ code: 'forbidden' });
});

test('[AG70] the conversations of a session are listed with their first words and their turns', async () => {
  const { sessionId } = session;
  const { threadId } = await runRow(await newTestRun(session, 'rename the ledger'));
  await newTestRun(session, 'now also its tests');
  expect(await listThreads(session.viewer.ctx, sessionId)).toMatchObject([
    { id: threadId, agent, title: 'rename the ledger', turns: 2, isMine: true },
  ]);
  await expect(listThreads(session.stranger.ctx, sessionId)).rejects.toMatchObject({ code: 'not_found' });
});
