import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { emptyTranscript, foldEvents } from '../core/transcript.ts';
import { aCallRow } from '../governance/testing-policies.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { seal } from '../platform/secrets.ts';
import { claimRun } from '../runs/claim-run.ts';
import { decidePermission } from '../runs/decide-permission.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { requestCancel } from '../runs/request-cancel.ts';
import { logOf, runRow, silence, testAgent } from '../runs/testing.ts';
import { getRunFile, listSessionEvents } from '../runs/queries.ts';
import { recoverRuns } from '../runs/recover-runs.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { repoPath, resolveCommit } from '../workspace/git.ts';
import { diffCommits } from '../workspace/git-objects.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { agentProfiles } from './registry.ts';
import { driveRun, type DriveOptions } from './run-driver.ts';
import { runRef } from '../workspace/run-refs.ts';
import { answerRooms, headOf, processesOn, scriptedAgent, type RoomAnswer } from './testing-run.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_driver';
const long = 60_000;

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
  const agents = ['scripted', 'refactor'].map((name) => ({ ...testAgent, name }));
  await registerWorker(system, { workerId, agents });
  stopRooms = await answerRooms(async (id) => roomAnswer(id));
}, long);
beforeEach(async () => {
  roomAnswer = headOf;
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
});
afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

type Given = Partial<DriveOptions> & { agent?: string; mode?: 'ask' | 'plan' | 'edit' | 'auto' };

async function send(text: string, { agent = 'scripted', mode }: Given = {}): Promise<string> {
  const prompt = { sessionId, text, agent, ...(mode && { mode }) };
  return (await sendPrompt(team.developer.ctx, prompt)).runId;
}

/** Claims the run and works on it; `done` resolves at its end. */
async function drive(runId: string, given: Given = {}) {
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  const stop = new AbortController();
  const profileOf = (name: string) =>
    [scriptedAgent(), ...agentProfiles()].find((profile) => profile.name === name) ?? scriptedAgent();
  const done = driveRun({ run, workerId, stopping: stop.signal, profileOf, ...given });
  return { done, stop };
}

async function driven(text: string, given: Given = {}) {
  const runId = await send(text, given);
  await (
    await drive(runId, given)
  ).done;
  return { runId, run: await runRow(runId), log: await logOf(sessionId) };
}

const until = async (condition: () => Promise<boolean> | boolean) =>
  vi.waitUntil(condition, { timeout: 15_000, interval: 20 });
const said = async (text: string) => until(async () => texts(await logOf(sessionId)).includes(text));
const texts = (log: Record<string, unknown>[]) =>
  log.flatMap((body) => (body['type'] === 'agent_text' ? [String(body['text'])] : [])).join('');
const eventsOf = () => listSessionEvents(team.developer.ctx, { sessionId, afterSeq: 0, limit: 1000 });
const noWorktree = async (runId: string) =>
  until(async () => {
    const folder = path.join(env().dataDir, 'worktrees', 'run');
    const names = existsSync(folder) ? await readdir(folder) : [];
    return !names.some((name) => name.startsWith(runId));
  });

test('[RN12] what an agent changes becomes the run’s result and a suggestion', { timeout: long }, async () => {
  const { runId, run, log } = await driven('say I write a file\nwrite src/new.txt hello\nrun cat src/new.txt');
  const base = await resolveCommit(repo, 'refs/heads/main');
  expect(run).toMatchObject({ state: 'succeeded', baseCommit: base, error: null });
  expect(await resolveCommit(repo, runRef(runId))).toBe(run.resultCommit);
  const changes = await diffCommits(repo, run.baseCommit ?? '', run.resultCommit ?? '');
  expect(changes).toMatchObject([{ path: 'src/new.txt', status: 'added' }]);
  // How many entries a text is cut into depends on how fast it comes.
  const kinds = log.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1]);
  expect(kinds).toEqual([
    'session_created',
    'prompt',
    'run_started',
    'agent_ready',
    'agent_text',
    'suggestion_created',
    'run_finished',
  ]);
  expect(texts(log)).toContain('I write a file');
  expect(texts(log)).toContain('hello');
  const [suggestion] = await db.select().from(schema.suggestion).where(eq(schema.suggestion.runId, runId));
  expect(suggestion).toMatchObject({ baseCommit: base, resultCommit: run.resultCommit, hunkCount: 1 });
  expect(log.at(-1)).toMatchObject({ state: 'succeeded', suggestionId: suggestion?.id });
  expect(processesOn(runId)).toEqual([]);
  await noWorktree(runId);
});

test('[RN12] a run that changes nothing makes no suggestion', { timeout: long }, async () => {
  const { runId, run, log } = await driven('say nothing to do');
  expect(run).toMatchObject({ state: 'succeeded', resultCommit: null });
  expect(log.at(-1)).toEqual({ type: 'run_finished', runId, state: 'succeeded' });
});

test('[RN12] the session’s branch and state stay as they were', { timeout: long }, async () => {
  const before = await resolveCommit(repo, `refs/ensemble/sessions/${sessionId}`);
  await driven('write src/new.txt hello');
  expect(await resolveCommit(repo, `refs/ensemble/sessions/${sessionId}`)).toBe(before);
});

test('[RN17] a run at work stops when its asker is demoted, and says why', { timeout: long }, async () => {
  const runId = await send('write src/new.txt hello\nsay ready\nhang');
  const { done } = await drive(runId);
  await said('ready');
  const { teamMember } = schema;
  const asker = eq(teamMember.personId, team.developer.personId);
  await db.update(teamMember).set({ role: 'viewer' }).where(asker);
  await done;
  await db.update(teamMember).set({ role: 'developer' }).where(asker);
  const run = await runRow(runId);
  expect(run).toMatchObject({ state: 'cancelled', resultCommit: null });
  expect(run.error).toContain('may not prompt here any more');
  expect(processesOn(runId)).toEqual([]);
});

test('[RN8] a stopped run ends within a second and leaves no process', { timeout: long }, async () => {
  const runId = await send('spawn sleep 600\nsay ready\nrun sleep 601\nhang');
  const { done } = await drive(runId);
  await said('ready');
  await until(() => processesOn(runId).length >= 4);
  const from = performance.now();
  await requestCancel(team.admin.ctx, { runId });
  await until(async () => (await runRow(runId)).state === 'cancelled');
  expect(performance.now() - from).toBeLessThan(1_000);
  expect(processesOn(runId)).toEqual([]);
  await done;
  await noWorktree(runId);
});

test('[RN8] an agent that does not listen is ended within a second as well', { timeout: long }, async () => {
  const runId = await send('say ready\nhang');
  const { done } = await drive(runId, { profileOf: () => scriptedAgent('deaf') });
  await said('ready');
  const from = performance.now();
  await requestCancel(team.admin.ctx, { runId });
  await done;
  expect(performance.now() - from).toBeLessThan(1_000);
  expect((await runRow(runId)).state).toBe('cancelled');
  expect(processesOn(runId)).toEqual([]);
});

test('[RN8] a run can be stopped before its room has answered', { timeout: long }, async () => {
  roomAnswer = () => Promise.resolve('silence');
  const runId = await send('say never');
  const { done } = await drive(runId);
  await requestCancel(team.developer.ctx, { runId });
  await done;
  expect((await runRow(runId)).state).toBe('cancelled');
});

test('[RN14] a question waits for a person, and the answer reaches the agent', { timeout: long }, async () => {
  const runId = await send('ask npm test\nask npm test\nask other');
  const { done } = await drive(runId);
  const open = async () =>
    (await db.select().from(schema.runPermission).where(eq(schema.runPermission.runId, runId))).filter(
      ({ decision }) => decision === null,
    );
  await until(async () => (await open()).length === 1);
  expect((await runRow(runId)).state).toBe('waiting');
  const [first] = await open();
  await decidePermission(team.admin.ctx, { permissionId: first?.id ?? '', decision: 'allow', scope: 'run' });
  // The same command is not asked about again; another one is.
  await until(async () => (await open()).some(({ request }) => request['title'] === 'other'));
  const [other] = await open();
  await decidePermission(team.admin.ctx, { permissionId: other?.id ?? '', decision: 'deny' });
  await done;
  const log = await logOf(sessionId);
  expect(log.filter(({ type }) => type === 'permission_requested')).toHaveLength(2);
  expect(texts(log).match(/"optionId":"\w+"/g)).toEqual(['"optionId":"yes"', '"optionId":"yes"', '"optionId":"no"']);
  expect((await runRow(runId)).state).toBe('succeeded');
});

test('[RN8] a run that waits for an answer can be stopped', { timeout: long }, async () => {
  const runId = await send('ask npm test');
  const { done } = await drive(runId);
  await until(async () => (await runRow(runId)).state === 'waiting');
  await requestCancel(team.developer.ctx, { runId });
  await done;
  expect((await runRow(runId)).state).toBe('cancelled');
});

test('[RN9] a worker that stops hands its run back, and it runs again from the start', { timeout: long }, async () => {
  const runId = await send('write src/half.txt x\nsay ready\nrun sleep 0.2\nhang');
  const { done, stop } = await drive(runId);
  await said('ready');
  stop.abort();
  await done;
  expect(await runRow(runId)).toMatchObject({ state: 'queued', attempt: 0 });
  expect(processesOn(runId)).toEqual([]);
  const again = await drive(runId);
  await until(async () => (await logOf(sessionId)).filter(({ type }) => type === 'run_started').length === 2);
  await requestCancel(team.developer.ctx, { runId });
  await again.done;
});

test('[RN2] a worker that lost its run stops, and writes nothing more', { timeout: long }, async () => {
  const runId = await send('say ready\nask wait\nwrite src/late.txt x');
  const { done } = await drive(runId);
  await until(async () => (await runRow(runId)).state === 'waiting');
  await silence(runId);
  await recoverRuns(system);
  const length = (await logOf(sessionId)).length;
  await done;
  expect(await runRow(runId)).toMatchObject({ state: 'queued', attempt: 1 });
  expect(await logOf(sessionId)).toHaveLength(length);
  expect(processesOn(runId)).toEqual([]);
});

test(
  'an agent that crashes fails its run with its last words, and what it wrote is kept',
  { timeout: long },
  async () => {
    const { run, log } = await driven('write src/part.txt x\ncrash');
    expect(run).toMatchObject({ state: 'failed', error: expect.stringContaining('exit code 3') });
    expect(log.map(({ type }) => type)).toContain('suggestion_created');
  },
);

test('[CV62] what is held of a text, since it may begin a masked value, is kept when the agent fails', async () => {
  await db.insert(schema.maskedValue).values({
    teamId: team.teamId,
    scopeId: sessionId,
    sessionId,
    placeholder: 'masked22222222aa',
    valueSealed: seal('masked-value', 'correct-horse-9'),
    class: 'secret',
    detector: 'password',
  });
  const { run, log } = await driven('say it is correct-horse-9, I am corr\ncrash');
  expect(run.state).toBe('failed');
  expect(texts(log)).toBe('it is masked22222222aa, I am corr');
});

test('[CV61] the usage of a run is what the gateway recorded, not what its agent says', { timeout: long }, async () => {
  const runId = await send('say done');
  const call = { ...aCallRow(), teamId: team.teamId, runId };
  await db.insert(schema.modelCall).values([
    { ...call, id: newId('mcl'), inputTokens: 1000, outputTokens: 20, costMicroUsd: 4_000 },
    { ...call, id: newId('mcl'), inputTokens: 500, outputTokens: 7, costMicroUsd: null },
  ]);
  await (
    await drive(runId)
  ).done;
  const usage = { inputTokens: 1500, outputTokens: 27, costMicroUsd: 4_000 };
  expect((await runRow(runId)).usage).toEqual(usage);
  expect((await logOf(sessionId)).at(-1)).toMatchObject({ type: 'run_finished', usage });
});

test(
  '[CV71] what an agent changes is told while it works, and kept until its suggestion is there',
  { timeout: long },
  async () => {
    await db.insert(schema.maskedValue).values({
      teamId: team.teamId,
      scopeId: sessionId,
      sessionId,
      placeholder: 'masked22222222aa',
      valueSealed: seal('masked-value', 'correct-horse-9'),
      class: 'secret',
      detector: 'password',
    });
    const runId = await send(
      'write src/new/key.txt is correct-horse-9\nrun rm README.md && ln -s /etc/passwd link\nhang',
    );
    const { done } = await drive(runId);
    const files = async () => {
      const { runs } = foldEvents(emptyTranscript(), await eventsOf());
      return (runs[runId]?.files ?? []).map(({ path: file, status }) => `${status} ${file}`).toSorted();
    };
    await until(async () => (await files()).join() === 'added src/new/key.txt,deleted README.md');
    const seen = getRunFile(team.developer.ctx, { runId, path: 'src/new/key.txt' });
    expect(await seen).toMatchObject({ baseText: null, text: 'is masked22222222aa\n', line: 1 });
    await expect(getRunFile(team.developer.ctx, { runId, path: 'link' })).rejects.toMatchObject({ code: 'not_found' });
    await requestCancel(team.developer.ctx, { runId });
    await done;
    expect(await files()).toEqual([]);
    await expect(getRunFile(team.developer.ctx, { runId, path: 'src/new/key.txt' })).rejects.toMatchObject({
      code: 'not_found',
    });
  },
);

test('[RN13] a run that works too long is stopped and says so', { timeout: long }, async () => {
  const { run } = await driven('say ready\nhang', { limits: { workMs: 700 } });
  expect(run).toMatchObject({ state: 'failed', error: expect.stringContaining('the longest it may') });
});

test('[RN15] a room that fails is asked again, then the run fails in words', { timeout: long }, async () => {
  let asked = 0;
  roomAnswer = () => {
    asked += 1;
    return Promise.resolve({ state: 'failed', message: 'The room cannot be read.' });
  };
  const { run } = await driven('say never');
  expect(asked).toBe(3);
  expect(run).toMatchObject({ state: 'failed', error: expect.stringContaining('The room cannot be read.') });
});

test('[RN15] a room that does not answer fails the run in words', { timeout: long }, async () => {
  roomAnswer = () => Promise.resolve('silence');
  const { run } = await driven('say never', { limits: { roomAnswerMs: 400 } });
  expect(run).toMatchObject({ state: 'failed', error: expect.stringContaining('did not answer') });
});

test('[RN16] files outside the worktree and links are refused, in words to the agent', { timeout: long }, async () => {
  const { log, run } = await driven(
    ['run ln -s /etc/hostname link', 'read link', 'write link x', 'read ../../etc/passwd', 'write .git/config x'].join(
      '\n',
    ),
  );
  expect(texts(log).match(/not a plain file/g)).toHaveLength(2);
  expect(texts(log)).toContain('outside the repository');
  expect(texts(log)).toContain('belongs to git');
  // The link stays in the result, which is then refused as a whole.
  expect(run.state).toBe('succeeded');
  const [suggestion] = await db.select().from(schema.suggestion).where(eq(schema.suggestion.runId, run.id));
  expect(suggestion?.refusedReason).toMatch(/link/);
});

test('[RN16] in the mode plan nothing can be written, by file or command', { timeout: long }, async () => {
  const { log, run } = await driven('write src/x.txt x\nrun touch src/y.txt', { mode: 'plan' });
  expect(texts(log)).toContain('plans only');
  expect(texts(log)).toMatch(/Read-only file system/);
  expect(run).toMatchObject({ state: 'succeeded', resultCommit: null });
});

test('[RN16] a flood of output is cut, and the run goes on', { timeout: long }, async () => {
  const { log, run } = await driven('run head -c 20000000 /dev/zero | tr "\\0" x; echo end\nsay done');
  expect(run.state).toBe('succeeded');
  expect(texts(log)).toContain('end');
  expect(texts(log).length).toBeLessThan(3_000_000);
});

test('the built-in agent renames a symbol in the sample, in the real sandbox', { timeout: 2 * long }, async () => {
  const { run, log } = await driven('rename taxOn to taxFor', { agent: 'refactor' });
  expect(run).toMatchObject({ state: 'succeeded', error: null });
  expect(texts(log)).toMatch(/taxFor/);
  const changes = await diffCommits(repo, run.baseCommit ?? '', run.resultCommit ?? '');
  expect(changes.map(({ path: file }) => file)).toEqual(expect.arrayContaining(['src/cart.ts', 'src/tax.ts']));
  expect(log.map(({ type }) => type)).toContain('tool_call');
});
