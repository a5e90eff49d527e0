import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import type { TestPerson } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { decideAll } from '../review/decide-all.ts';
import { claimRun } from '../runs/claim-run.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { requestCancel } from '../runs/request-cancel.ts';
import { recoverRuns } from '../runs/recover-runs.ts';
import { logOf, runRow, silence, testAgent } from '../runs/testing.ts';
import { beginThread } from '../runs/threads/begin-thread.ts';
import { forkRun } from '../runs/threads/fork-run.ts';
import { restoreThread } from '../runs/threads/restore-thread.ts';
import { createSession } from '../sessions/create-session.ts';
import { newerEdits } from '../sessions/newer-edits.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { steerRun } from '../sessions/steer-run.ts';
import { repoPath } from '../workspace/git.ts';
import { commitTree, diffCommits, readBlob, readTree, writeBlob, writeTreeChanges } from '../workspace/git-objects.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import type { AgentProfile } from './registry.ts';
import { driveRun, type DriveOptions } from './run-driver.ts';
import { tidyRunWorktrees } from './tidy-worktrees.ts';
import { answerRooms, headOf, rememberingAgent, scriptedAgent, type RoomAnswer } from './testing-run.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_threads';
const agent = 'remembering';

/** Boxes are started in each. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let team: TestTeam;
let repo: string;
let projectId: string;
let sessionId: string;
let roomAnswer: (sessionId: string) => Promise<RoomAnswer> = headOf;
let stopRooms: () => void;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  repo = repoPath(projectId);
  await registerWorker(system, { workerId, agents: [{ ...testAgent, name: agent, steers: true }] });
  stopRooms = await answerRooms(async (id) => roomAnswer(id));
});
beforeEach(async () => {
  roomAnswer = headOf;
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
});
afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

type Given = { by?: TestPerson; newerEdits?: 'merge' | 'leave' };

async function send(text: string, { by = team.developer, newerEdits }: Given = {}): Promise<string> {
  return (await sendPrompt(by.ctx, { sessionId, text, agent, ...(newerEdits && { newerEdits }) })).runId;
}

async function start(runId: string, given: Partial<DriveOptions> = {}) {
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  const stop = new AbortController();
  return { stop, done: driveRun({ run, workerId, stopping: stop.signal, profileOf: rememberingAgent, ...given }) };
}

/** A whole turn. */
async function turn(text: string, given: Given = {}) {
  const runId = await send(text, given);
  await (
    await start(runId)
  ).done;
  return runRow(runId);
}

const saidBy = async (runId: string): Promise<string> =>
  (await logOf(sessionId))
    .flatMap((body) => (body['type'] === 'agent_text' && body['runId'] === runId ? [String(body['text'])] : []))
    .join('');

const asked = (text: string): unknown => JSON.parse(/asked (\[.*?\])$/m.exec(text)?.[1] ?? 'null');

const continued = async (runId: string) =>
  (await logOf(sessionId)).find((body) => body['type'] === 'run_continues' && body['runId'] === runId);

async function textAt(commit: string | null, file: string): Promise<string | undefined> {
  const entry = (await readTree(repo, commit ?? '')).find((candidate) => candidate.path === file);
  return entry && Buffer.from(await readBlob(repo, entry.oid, 1_000_000)).toString('utf8');
}

/** People's text is now the session's base with these files. */
async function peopleWrite(files: Record<string, string>): Promise<string> {
  const [session] = await db.select().from(schema.session).where(eq(schema.session.id, sessionId));
  const head = session?.headCommit ?? '';
  const changes = await Promise.all(
    Object.entries(files).map(async ([file, text]) => {
      const oid = await writeBlob(repo, Buffer.from(text));
      return { path: file, mode: '100644', oid } as const;
    }),
  );
  const tree = await writeTreeChanges(repo, head, changes);
  const author = { name: 'People', email: 'people@example.com', at: new Date() };
  const commit = await commitTree(repo, { tree, parents: [head], message: 'Typed', author });
  roomAnswer = () => Promise.resolve({ state: 'done', commit });
  return commit;
}

test('[AG78] an agent remembers the turns before, whoever prompts, and its log says what it goes on from', async () => {
  const first = await turn('say hello');
  const second = await turn('recall', { by: team.admin });
  expect(asked(await saidBy(second.id))).toEqual(['say hello', 'recall']);
  expect(second.agentSessionId).toBe(first.agentSessionId);
  expect(await continued(first.id)).toBeUndefined();
  expect(await continued(second.id)).toMatchObject({ afterRunId: first.id, memory: 'kept', conflicts: [] });
});

test('[AG71] in a new conversation nothing is remembered', async () => {
  await turn('say hello');
  await beginThread(team.developer.ctx, { sessionId, agent });
  const next = await turn('recall');
  expect(asked(await saidBy(next.id))).toEqual(['recall']);
});

test('[AG77] an agent whose memory is not there is told what was said', async () => {
  const first = await turn('say hello there');
  await rm(path.join(env().dataDir, 'homes', sessionId), { recursive: true });
  const second = await turn('prompted\nrecall');
  const said = await saidBy(second.id);
  expect(said).toContain('You do not remember this conversation');
  expect(said).toContain('Dev');
  expect(said).toContain('hello there');
  expect(asked(said)).toEqual(['prompted\nrecall']);
  expect(await continued(second.id)).toMatchObject({ afterRunId: first.id, memory: 'told' });
});

test('[AG77] an agent that did not start with what it had kept begins anew, and is told what was said', async () => {
  await turn('say hello there');
  const broken = (): AgentProfile => ({
    ...rememberingAgent(),
    command: ({ node }) => [node, '-e', 'process.exit(7)'],
  });
  const runId = await send('recall');
  await (
    await start(runId, { profileOf: broken })
  ).done;
  expect(await runRow(runId)).toMatchObject({ state: 'failed', agentSessionId: null });
  const third = await turn('recall');
  expect(asked(await saidBy(third.id))).toEqual(['recall']);
  expect(await continued(third.id)).toMatchObject({ memory: 'told' });
});

test('[AG76] a turn builds on what the one before made, though nobody has accepted it; its suggestion has both', async () => {
  const first = await turn('write one.txt 1');
  const second = await turn('read one.txt\nwrite two.txt 2');
  expect(await saidBy(second.id)).toContain('1');
  const changes = await diffCommits(repo, second.baseCommit ?? '', second.resultCommit ?? '');
  expect(changes.map(({ path: file }) => file)).toEqual(['one.txt', 'two.txt']);
  const suggestions = await db.select().from(schema.suggestion).where(eq(schema.suggestion.sessionId, sessionId));
  const [earlier, later] = [first, second].map((run) => suggestions.find(({ runId }) => runId === run.id));
  expect(earlier).toMatchObject({ hunkCount: 1, decidedCount: 1, continuedBy: later?.id });
  expect(later).toMatchObject({ hunkCount: 2, decidedCount: 0, continuedBy: null });
  expect(await logOf(sessionId)).toContainEqual(
    expect.objectContaining({ type: 'suggestion_continued', suggestionId: earlier?.id, by: later?.id }),
  );
});

test('[AG76] a turn that changes nothing makes no suggestion, and what was undecided stays where it was', async () => {
  const first = await turn('write one.txt 1');
  const second = await turn('say nothing to do');
  expect(second).toMatchObject({ state: 'succeeded', resultCommit: null, endCommit: null });
  const third = await turn('read one.txt');
  expect(await saidBy(third.id)).toContain('1');
  const [suggestion] = await db.select().from(schema.suggestion).where(eq(schema.suggestion.runId, first.id));
  expect(suggestion).toMatchObject({ decidedCount: 0, continuedBy: null });
});

test('[AG76] what was rejected does not come back', async () => {
  const first = await turn('write one.txt 1\nwrite two.txt 2');
  const [suggestion] = await db.select().from(schema.suggestion).where(eq(schema.suggestion.runId, first.id));
  await decideAll(team.admin.ctx, { suggestionId: suggestion?.id ?? '', decision: 'reject', path: 'one.txt' });
  const second = await turn('read two.txt\nread one.txt');
  expect(await textAt(second.startCommit, 'two.txt')).toBe('2\n');
  expect(await textAt(second.startCommit, 'one.txt')).toBeUndefined();
});

test('[AG79] people’s newer edits are in the files of the next turn; where they met the agent’s, people’s text stands and it is said', async () => {
  const first = await turn('write one.txt 1\nwrite two.txt 2');
  await peopleWrite({ 'one.txt': 'people\n', 'three.txt': '3\n' });
  const second = await turn('prompted\nread one.txt\nread three.txt');
  expect(await textAt(second.startCommit, 'one.txt')).toBe('people\n');
  expect(await textAt(second.startCommit, 'two.txt')).toBe('2\n');
  expect(await textAt(second.startCommit, 'three.txt')).toBe('3\n');
  expect(await continued(second.id)).toMatchObject({ afterRunId: first.id, files: 1, conflicts: ['one.txt'] });
  expect(await saidBy(second.id)).toContain('without your earlier change: one.txt');
});

test('[AG79] before a prompt people see which files they changed since, and where that meets the agent’s change', async () => {
  const first = await turn('write one.txt 1\nwrite two.txt 2');
  const agentThreadId = first.threadId ?? '';
  const seen = () => newerEdits(team.viewer.ctx, { agentThreadId });
  expect(await seen()).toEqual({ files: [], conflicts: [], unasked: 'merge' });
  await db
    .update(schema.session)
    .set({ headCommit: await peopleWrite({ 'one.txt': 'people\n', 'two.txt': '2\n', 'three.txt': '3\n' }) })
    .where(eq(schema.session.id, sessionId));
  expect(await seen()).toEqual({ files: ['one.txt', 'three.txt'], conflicts: ['one.txt'], unasked: 'merge' });
  const stranger = await newStaffedTeam('Beta');
  await expect(newerEdits(stranger.admin.ctx, { agentThreadId })).rejects.toMatchObject({ code: 'not_found' });
  const fork = await forkRun(team.admin.ctx, { runId: first.id });
  expect(await newerEdits(team.admin.ctx, { agentThreadId: fork.threadId })).toMatchObject({ unasked: 'leave' });
});

test('[AG79] asked to leave them, a turn begins with its conversation’s files as they were', async () => {
  const first = await turn('write one.txt 1');
  await peopleWrite({ 'three.txt': '3\n' });
  const second = await turn('write two.txt 2', { newerEdits: 'leave' });
  expect(second).toMatchObject({ baseCommit: first.baseCommit, startCommit: first.endCommit });
  expect(await textAt(second.resultCommit, 'three.txt')).toBeUndefined();
});

test('[AG73] a fork begins with the memory and the files of its turn, and the first conversation goes on without it', async () => {
  const first = await turn('write one.txt 1');
  await turn('write two.txt 2');
  await forkRun(team.admin.ctx, { runId: first.id });
  const forked = await turn('recall\nwrite three.txt 3', { by: team.admin });
  expect(asked(await saidBy(forked.id))).toEqual(['write one.txt 1', 'recall\nwrite three.txt 3']);
  expect(forked).toMatchObject({ baseCommit: first.baseCommit, startCommit: first.endCommit });
  expect(await textAt(forked.resultCommit, 'two.txt')).toBeUndefined();
  const third = await turn('recall');
  expect(asked(await saidBy(third.id))).toEqual(['write one.txt 1', 'write two.txt 2', 'recall']);
});

test('[AG82] files are put back to how they were after a turn; its conversation goes on from there, and back again', async () => {
  const first = await turn('write one.txt 1');
  const second = await turn('write two.txt 2');
  await restoreThread(team.admin.ctx, { runId: first.id });
  const third = await turn('recall\nwrite three.txt 3');
  expect(asked(await saidBy(third.id))).toHaveLength(3);
  expect([await textAt(third.endCommit, 'one.txt'), await textAt(third.endCommit, 'three.txt')]).toEqual([
    '1\n',
    '3\n',
  ]);
  expect(await textAt(third.endCommit, 'two.txt')).toBeUndefined();
  const fourth = await turn('prompted');
  expect(fourth.startCommit).not.toBe(second.endCommit);
  expect(await saidBy(fourth.id)).not.toContain('put the files back');
  await restoreThread(team.developer.ctx, { runId: second.id });
  const fifth = await turn('prompted\nwrite five.txt 5');
  expect(await saidBy(fifth.id)).toContain('put the files back');
  expect(await textAt(fifth.endCommit, 'two.txt')).toBe('2\n');
  expect(await textAt(fifth.endCommit, 'three.txt')).toBeUndefined();
  expect(
    (await logOf(sessionId)).filter(({ type }) => type === 'agent_thread_restored').map(({ toRunId }) => toRunId),
  ).toEqual([first.id, second.id]);
});

test('[AG82] nothing is put back while a turn of the conversation is at work, nor by who may not prompt', async () => {
  const first = await turn('write one.txt 1');
  const runId = await send('say written\nhang');
  const { done } = await start(runId);
  await expect(restoreThread(team.developer.ctx, { runId })).rejects.toMatchObject({ code: 'conflict' });
  await expect(restoreThread(team.developer.ctx, { runId: first.id })).rejects.toMatchObject({ code: 'conflict' });
  await expect(restoreThread(team.viewer.ctx, { runId: first.id })).rejects.toMatchObject({ code: 'forbidden' });
  await requestCancel(team.developer.ctx, { runId });
  await done;
});

test('[AG80] what a stopped turn had made is no suggestion, and is there for the next turn', async () => {
  const runId = await send('write one.txt 1\nsay written\nhang');
  const { done } = await start(runId);
  await vi.waitUntil(async () => (await saidBy(runId)).includes('written'), { timeout: 15_000 });
  await requestCancel(team.developer.ctx, { runId });
  await done;
  const stopped = await runRow(runId);
  expect(stopped).toMatchObject({ state: 'cancelled', resultCommit: null });
  const next = await turn('recall\nread one.txt');
  expect(await textAt(next.startCommit, 'one.txt')).toBe('1\n');
  expect(asked(await saidBy(next.id))).toHaveLength(2);
});

test('[AG81] a turn whose worker is told to end goes on where it was, with what it had done and remembered', async () => {
  const runId = await send('write one.txt 1\nsay written\nhang');
  const { done, stop } = await start(runId);
  await vi.waitUntil(async () => (await saidBy(runId)).includes('written'), { timeout: 15_000 });
  stop.abort();
  await done;
  expect(await runRow(runId)).toMatchObject({ state: 'queued', attempt: 0 });
  await db.update(schema.run).set({ prompt: 'prompted\nrecall\nread one.txt' }).where(eq(schema.run.id, runId));
  await (
    await start(runId)
  ).done;
  const said = await saidBy(runId);
  expect(said).toContain('Your process was ended from outside');
  expect(asked(said)).toEqual(['write one.txt 1\nsay written\nhang', 'prompted\nrecall\nread one.txt']);
  const run = await runRow(runId);
  expect(run.state).toBe('succeeded');
  expect(await textAt(run.resultCommit, 'one.txt')).toBe('1\n');
});

test('[CV12] an agent that remembers what it was told in a turn that was cut off does not hear it again', async () => {
  const profileOf = (): AgentProfile => ({
    ...scriptedAgent('remembers', 'steers'),
    name: agent,
    home: 'folder',
  });
  const runId = await send('listen\nhang');
  const { done, stop } = await start(runId, { profileOf });
  await vi.waitUntil(async () => (await logOf(sessionId)).some(({ type }) => type === 'agent_ready'), {
    timeout: 15_000,
  });
  await steerRun(team.admin.ctx, { runId, text: 'use cents' });
  await vi.waitUntil(async () => (await logOf(sessionId)).some(({ type }) => type === 'steer_settled'), {
    timeout: 15_000,
  });
  stop.abort();
  await done;
  await db.update(schema.run).set({ prompt: 'prompted\nrecall' }).where(eq(schema.run.id, runId));
  await (
    await start(runId, { profileOf })
  ).done;
  const said = await saidBy(runId);
  expect(said).toContain('Your process was ended from outside');
  expect(said.split('prompted ').at(-1)).not.toContain('use cents');
  expect(asked(said)).toHaveLength(2);
});

/** Work on a run that its worker loses in the middle, as if it had died. */
async function lose(runId: string): Promise<void> {
  const times = async () => (await saidBy(runId)).split('written').length;
  const before = await times();
  const { done } = await start(runId);
  await vi.waitUntil(async () => (await times()) > before, { timeout: 15_000 });
  await silence(runId);
  await recoverRuns(system);
  await done;
}

test('[AG81] a turn whose worker died goes on in another one with what it had done and remembered', async () => {
  const runId = await send('write one.txt 1\nsay written\nhang');
  await lose(runId);
  await tidyRunWorktrees(system);
  await db.update(schema.run).set({ prompt: 'recall\nread one.txt' }).where(eq(schema.run.id, runId));
  await (
    await start(runId)
  ).done;
  const run = await runRow(runId);
  expect(run).toMatchObject({ state: 'succeeded', attempt: 2 });
  expect(asked(await saidBy(runId))).toHaveLength(2);
  expect(await textAt(run.resultCommit, 'one.txt')).toBe('1\n');
});

test('[RN7] when its worker ended twice, what a run had made is kept as its result and a suggestion', async () => {
  const runId = await send('write one.txt 1\nsay written\nhang');
  await lose(runId);
  await lose(runId);
  expect(await runRow(runId)).toMatchObject({ state: 'failed', endCommit: null });
  await tidyRunWorktrees(system);
  const run = await runRow(runId);
  expect(await textAt(run.resultCommit, 'one.txt')).toBe('1\n');
  const [suggestion] = await db.select().from(schema.suggestion).where(eq(schema.suggestion.runId, runId));
  expect(suggestion).toMatchObject({ hunkCount: 1, resultCommit: run.resultCommit });
  const names = await readdir(path.join(env().dataDir, 'worktrees', 'run')).catch(() => []);
  expect(names.filter((name) => name.startsWith(runId))).toEqual([]);
  const next = await turn('read one.txt\nrecall');
  expect(await textAt(next.startCommit, 'one.txt')).toBe('1\n');
  expect(asked(await saidBy(next.id))).toHaveLength(3);
});
