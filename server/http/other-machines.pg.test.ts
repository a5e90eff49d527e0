import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { isRunningOn } from '../agents/testing-run.ts';
import { createCollab, type Collab } from '../collab/upgrade.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { sign } from '../platform/secrets.ts';
import { decideAll } from '../review/decide-all.ts';
import { claimRun } from '../runs/claim-run.ts';
import { finishRun } from '../runs/finish-run.ts';
import { recoverRuns } from '../runs/recover-runs.ts';
import { logOf, newTestWorker, runRow, silence, testAgent } from '../runs/testing.ts';
import { workerCredential } from '../runs/worker-credential.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { undoAction } from '../sessions/undo-action.ts';
import { createProject } from '../workspace/create-project.ts';
import { fetchMirror, pushMirror, type GitDoor } from '../workspace/git-mirror.ts';
import { commitTree, diffCommits, readBlob, readTree, writeBlob, writeTreeChanges } from '../workspace/git-objects.ts';
import { gitOk, repoPath, resolveCommit } from '../workspace/git.ts';
import { requestRoomCommand, requireDone } from '../workspace/room-command.ts';
import { putBackRef, runRef } from '../workspace/run-refs.ts';
import { newProject, newStaffedTeam, projectRow, type TestTeam } from '../workspace/testing.ts';
import { startBareWorker, startOtherMachine, type OtherMachine } from './testing-other-machine.ts';
import { newToken, startHttp, type TestHttp } from './testing.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const long = 120_000;
vi.setConfig({ testTimeout: long, hookTimeout: long });

let team: TestTeam;
let projectId: string;
let web: TestHttp;
let rooms: Collab;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  web = await startHttp();
  rooms = await createCollab({ nodeId: newId('node'), publicUrl: web.url, nodeUrl: web.url });
});
afterAll(async () => {
  await rooms.close();
  await web.close();
  await closeQueue();
  await closeNotifications();
});

const newMachine = (program?: 'worker') =>
  startOtherMachine({ databaseUrl: url, webUrl: web.url, ...(program && { program }) });

async function stop({ worker }: OtherMachine): Promise<void> {
  worker.kill('SIGTERM');
  await once(worker, 'exit');
}

async function newSession(): Promise<string> {
  return (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
}

async function prompt(sessionId: string, agent: string, text: string): Promise<string> {
  return (await sendPrompt(team.developer.ctx, { sessionId, text, agent })).runId;
}

const ended = async (runId: string) => {
  await vi.waitUntil(async () => (await runRow(runId)).finishedAt !== null, { timeout: 60_000, interval: 50 });
  return runRow(runId);
};

const changedBy = async ({ baseCommit, resultCommit }: Awaited<ReturnType<typeof runRow>>) =>
  (await diffCommits(repoPath(projectId), baseCommit ?? '', resultCommit ?? '')).map(({ path: file }) => file);

async function textAt(commit: string, file: string): Promise<string> {
  const entry = (await readTree(repoPath(projectId), commit)).find((candidate) => candidate.path === file);
  return Buffer.from(await readBlob(repoPath(projectId), entry?.oid ?? '', 1_000_000)).toString('utf8');
}

const told = async (sessionId: string, type: string) =>
  (await logOf(sessionId)).filter((body) => body['type'] === type);

test('[RN30] a worker with a data folder of its own works on what people typed; its suggestion is accepted at the web side', async () => {
  const machine = await newMachine('worker');
  const sessionId = await newSession();
  const typed = 'export const draftTotal = 1;\nconsole.log(draftTotal);\n';
  const command = { kind: 'create_file', path: 'src/draft.ts', text: typed } as const;
  expect((await requestRoomCommand(team.developer.ctx, { sessionId, teamId: team.teamId, command })).state).toBe(
    'done',
  );
  // Only a process with the installation's repositories takes it.
  const waiting = await createProject(team.developer.ctx, {
    team: team.slug,
    name: 'Later',
    source: { type: 'sample' },
  });
  const run = await ended(await prompt(sessionId, 'refactor', 'rename draftTotal to finalTotal'));
  expect(run).toMatchObject({ state: 'succeeded', error: null });
  expect(await changedBy(run)).toEqual(['src/draft.ts']);
  const [suggestion] = await db.select().from(schema.suggestion).where(eq(schema.suggestion.runId, run.id));
  await decideAll(team.developer.ctx, { suggestionId: suggestion?.id ?? '', decision: 'accept' });
  const asked = { sessionId, teamId: team.teamId, command: { kind: 'materialize' } } as const;
  const { commit } = requireDone(await requestRoomCommand(team.developer.ctx, asked));
  expect(await textAt(commit, 'src/draft.ts')).toContain('finalTotal');
  expect((await projectRow(waiting.id)).status).toBe('importing');
  expect(existsSync(path.join(machine.dataDir, 'repos', `${projectId}.git`))).toBe(true);
  await stop(machine);
});

test('[RN31] turns of a conversation go on at another machine, told what was said', async () => {
  const sessionId = await newSession();
  const first = await newMachine();
  const one = await ended(await prompt(sessionId, 'remembering', 'write one.txt one'));
  expect(one).toMatchObject({ state: 'succeeded' });
  await stop(first);
  const second = await newMachine();
  const two = await ended(await prompt(sessionId, 'remembering', 'write two.txt two'));
  expect(two).toMatchObject({ state: 'succeeded', error: null });
  expect(await changedBy(two)).toEqual(['one.txt', 'two.txt']);
  expect(await told(sessionId, 'run_continues')).toMatchObject([{ runId: two.id, memory: 'told' }]);
  await stop(second);
});

test('[RN6][RN31] a worker that is killed in a turn is followed by one on another machine', async () => {
  const sessionId = await newSession();
  const first = await newMachine();
  const runId = await prompt(sessionId, 'scripted', 'write one.txt one\nrun test -e two.txt || sleep 300');
  await vi.waitUntil(() => isRunningOn(runId, 'sleep 300'), { timeout: 60_000, interval: 50 });
  const command = { kind: 'create_file', path: 'two.txt', text: 'people\n' } as const;
  await requestRoomCommand(team.developer.ctx, { sessionId, teamId: team.teamId, command });
  first.worker.kill('SIGKILL');
  await once(first.worker, 'exit');
  const second = await newMachine();
  const run = await ended(runId);
  expect(run).toMatchObject({ state: 'succeeded', attempt: 2, error: null });
  expect(await changedBy(run)).toEqual(['one.txt']);
  await stop(second);
});

test('[RN33] while no web process answers, what a run made waits on its machine and is handed over later', async () => {
  const machine = await newMachine();
  const sessionId = await newSession();
  const runId = await prompt(
    sessionId,
    'scripted',
    'write one.txt one\nrun until test -e go; do sleep 0.1; done; rm go',
  );
  await vi.waitUntil(() => isRunningOn(runId, 'sleep 0.1'), { timeout: 60_000, interval: 10 });
  const { port } = new URL(web.url);
  await web.close();
  writeFileSync(path.join(machine.dataDir, 'worktrees', 'run', `${runId}a1`, 'work', 'go'), '');
  const failed = await ended(runId);
  expect(failed).toMatchObject({ state: 'failed', resultCommit: null });
  expect(failed.error).toContain('handed over as soon as it can be');
  await new Promise<void>((resolve) => web.server.listen(Number(port), '127.0.0.1', resolve));
  await vi.waitUntil(async () => (await runRow(runId)).resultCommit !== null, { timeout: 60_000, interval: 50 });
  expect(await changedBy(await runRow(runId))).toEqual(['one.txt']);
  expect(await db.select().from(schema.suggestion).where(eq(schema.suggestion.runId, runId))).toHaveLength(1);
  await stop(machine);
});

test('[GU83] what an action did is undone after the run’s end from the machine that did it, and when that is gone it says so', async () => {
  const machine = await newMachine();
  const sessionId = await newSession();
  const asked = { sessionId, text: 'run rm README.md', agent: 'judged', mode: 'auto' } as const;
  const run = await ended((await sendPrompt(team.developer.ctx, asked)).runId);
  expect(await changedBy(run)).toEqual(['README.md']);
  const [kept] = await told(sessionId, 'files_kept');
  const keptId = String(kept?.['keptId']);
  // What the worker has of the project it may have removed meanwhile.
  rmSync(path.join(machine.dataDir, 'repos'), { recursive: true, force: true });
  await undoAction(team.developer.ctx, { keptId }, { waitMs: 60_000 });
  expect(await runRow(run.id)).toMatchObject({ resultCommit: null });
  expect(await told(sessionId, 'files_put_back')).toMatchObject([{ keptId, runId: run.id }]);
  await stop(machine);
  await expect(undoAction(team.developer.ctx, { keptId }, { waitMs: 300 })).rejects.toMatchObject({
    code: 'pending',
    message: expect.stringContaining('the machine that did the work') as string,
  });
  const { keptFiles } = schema;
  const longAgo = new Date(Date.now() - 15 * 86_400_000);
  await db.update(keptFiles).set({ createdAt: longAgo }).where(eq(keptFiles.id, keptId));
  await expect(undoAction(team.developer.ctx, { keptId })).rejects.toMatchObject({ code: 'not_found' });
});

test('a worker whose data folder is not the installation’s, and that knows no way to it, says what to set', async () => {
  const { said, exit } = await startBareWorker({ databaseUrl: url });
  expect(said).toMatch(/^The worker could not start: ENSEMBLE_DATA is .*ENSEMBLE_WEB_URL/);
  expect(exit).toBe(2);
});

/** A run at work in the name of a worker that this test plays, and what that worker would write: a commit of its own. */
async function heldRun() {
  const sessionId = await newSession();
  const worker = await newTestWorker([{ ...testAgent, name: 'scripted' }]);
  const runId = await prompt(sessionId, 'scripted', 'say hello');
  const run = await claimRun(systemContext('worker'), { runId, workerId: worker });
  if (!run) throw new Error('not claimed');
  const [row] = await db.select().from(schema.session).where(eq(schema.session.id, sessionId));
  const mirror = path.join(env().dataDir, 'mirrors', `${runId}.git`);
  const claim = { runId, workerId: worker, attempt: run.attempt };
  const door = (given: Partial<GitDoor> = {}): GitDoor => ({
    url: `${web.url}/git/-/${runId}.git`,
    authorization: `Bearer ${workerCredential(claim)}`,
    ...given,
  });
  await fetchMirror(mirror, door());
  const head = row?.headCommit ?? '';
  const tree = await writeTreeChanges(mirror, head, [
    { path: 'made.txt', mode: '100644', oid: await writeBlob(mirror, Buffer.from('made\n')) },
  ]);
  const author = { name: 'Agent', email: 'agent@localhost', at: new Date() };
  const made = await commitTree(mirror, { tree, parents: [head], message: 'Made', author });
  return { sessionId, runId, claim, mirror, door, made };
}

test('[RN32] the door takes what the worker of a run made, by the run’s own refs', async () => {
  const { runId, mirror, door, made } = await heldRun();
  await pushMirror(mirror, [{ ref: runRef(runId), oid: made }], door());
  expect(await resolveCommit(repoPath(projectId), runRef(runId))).toBe(made);
  for (const ref of [
    'refs/heads/main',
    `refs/ensemble/runs/${newId('run')}`,
    `refs/ensemble/checkpoints/${newId('chk')}`,
  ]) {
    await expect(pushMirror(mirror, [{ ref, oid: made }], door())).rejects.toMatchObject({ code: 'unavailable' });
    expect(await resolveCommit(repoPath(projectId), ref)).not.toBe(made);
  }
});

test('[RN32] files of an ended run are handed over while they are being put back, and no longer', async () => {
  const { runId, claim, mirror, door, made, sessionId } = await heldRun();
  await finishRun(systemContext('worker'), { claim, outcome: { state: 'succeeded' } });
  const keptId = newId('kpt');
  const kept = {
    id: keptId,
    teamId: team.teamId,
    sessionId,
    runId,
    attempt: 1,
    title: 'rm -rf src',
    sizeBytes: 1,
    eventSeq: 1,
  };
  await db.insert(schema.keptFiles).values({ ...kept, state: 'asked' });
  const push = () => pushMirror(mirror, [{ ref: putBackRef(keptId), oid: made }], door());
  await expect(push()).rejects.toMatchObject({ why: 'lost' });
  await db.update(schema.keptFiles).set({ state: 'working' }).where(eq(schema.keptFiles.id, keptId));
  await push();
  expect(await resolveCommit(repoPath(projectId), putBackRef(keptId))).toBe(made);
  await db.update(schema.keptFiles).set({ state: 'put_back' }).where(eq(schema.keptFiles.id, keptId));
  await expect(push()).rejects.toMatchObject({ why: 'lost' });
});

test('[RN32] what the door shows is the session of the run and nothing else of the project', async () => {
  const { mirror, sessionId } = await heldRun();
  const refs = await gitOk('for-each-ref', ['--format=%(refname)'], { repo: mirror });
  expect(refs.toString('utf8').trim().split('\n')).toEqual([
    expect.stringMatching(/^refs\/ensemble\/checkpoints\/chk_/),
    `refs/ensemble/sessions/${sessionId}`,
  ]);
});

test('[RN32] a worker that lost its run to another one hands nothing over any more', async () => {
  const { runId, claim, mirror, door, made } = await heldRun();
  await silence(runId);
  await recoverRuns(systemContext('worker'));
  const push = () => pushMirror(mirror, [{ ref: runRef(runId), oid: made }], door());
  await expect(push()).rejects.toMatchObject({ why: 'lost' });
  const other = await newTestWorker([{ ...testAgent, name: 'scripted' }]);
  expect(await claimRun(systemContext('worker'), { runId, workerId: other })).toBeDefined();
  await expect(push()).rejects.toMatchObject({ why: 'lost' });
  await expect(fetchMirror(mirror, door())).rejects.toMatchObject({ why: 'lost' });
  expect(await resolveCommit(repoPath(projectId), runRef(claim.runId))).toBeUndefined();
});

test('[RN32] who is no worker of the installation, or of another run, is refused', async () => {
  const { door, claim, mirror } = await heldRun();
  const other = await heldRun();
  const { token } = await newToken(team.admin.personId);
  const body = { ...claim, at: Date.now() };
  const forged = [Buffer.from(JSON.stringify(body)).toString('base64url'), 'AAAA'].join('.');
  for (const authorization of [
    '',
    `Bearer ${token}`,
    `Bearer ${forged}`,
    `Bearer ${sign('room-pass-through', JSON.stringify(body))}`,
  ]) {
    for (const what of ['info/refs?service=git-upload-pack', 'info/refs?service=git-receive-pack', 'HEAD']) {
      const response = await fetch(`${door().url}/${what}`, { headers: { authorization } });
      expect(response.status).toBe(401);
    }
    await expect(fetchMirror(mirror, door({ authorization }))).rejects.toThrow('ENSEMBLE_SECRET');
  }
  await expect(fetchMirror(mirror, door({ url: other.door().url }))).rejects.toMatchObject({ why: 'lost' });
});
