import { existsSync } from 'node:fs';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { decidePermission } from '../runs/decide-permission.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { requestCancel } from '../runs/request-cancel.ts';
import { logOf, runRow, testAgent } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { steerRun } from '../sessions/steer-run.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { undoAction } from '../sessions/undo-action.ts';
import { repoPath } from '../workspace/git.ts';
import { diffCommits } from '../workspace/git-objects.ts';
import { removeKeptFilesBefore } from '../workspace/kept-files.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { destructions } from '../workspace/testing-destructions.ts';
import { pictureOf } from '../workspace/testing-picture.ts';
import { putBackEnded } from './put-back-ended.ts';
import type { AgentProfile } from './registry.ts';
import { driveRun } from './run-driver.ts';
import type * as RunGuardModule from './run-guard.ts';
import { answerRooms, headOf, judgedAgent } from './testing-run.ts';

/** Actions of a real box that destroy something, and the way back from each: with the run at work, and after its end. */
const { db, url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_undo';
const long = { timeout: 60_000 };

/** A guard that misses everything, where a test wants one. */
const guardAllowsAll = vi.hoisted(() => ({ now: false }));
vi.mock('./run-guard.ts', async (original) => {
  const real = await original<typeof RunGuardModule>();
  const createRunGuard: typeof real.createRunGuard = (...given) => {
    const guard = real.createRunGuard(...given);
    const allows = { verdict: 'allow' as const, rules: [], reason: 'missed', by: 'guard' as const };
    return guardAllowsAll.now ? { ...guard, verdict: () => Promise.resolve(allows) } : guard;
  };
  return { ...real, createRunGuard };
});

let team: TestTeam;
let projectId: string;
let sessionId: string;
let stopRooms: () => void;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  await registerWorker(system, { workerId, agents: [{ ...testAgent, name: 'judged', steers: true }] });
  stopRooms = await answerRooms(headOf);
}, 60_000);
beforeEach(async () => {
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
});
afterAll(async () => {
  stopRooms();
  await removeKeptFilesBefore(new Date(Date.now() + 60_000));
  await closeQueue();
  await closeNotifications();
});

const steering = (): AgentProfile => {
  const profile = judgedAgent();
  return { ...profile, command: (start) => [...profile.command(start), 'steers'], work: 'rw' };
};

const remembering = (): AgentProfile => {
  const profile = judgedAgent();
  return { ...profile, command: (start) => [...profile.command(start), 'remembers'], work: 'rw', home: 'folder' };
};

async function begin(lines: readonly string[], profileOf = steering) {
  const text = lines.join('\n');
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text, agent: 'judged', mode: 'auto' });
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  const work = path.join(env().dataDir, 'worktrees', 'run', `${runId}a1`, 'work');
  const done = driveRun({ run, workerId, stopping: new AbortController().signal, profileOf });
  return { runId, work, done };
}

const ofType = async (type: string) => (await logOf(sessionId)).filter((body) => body['type'] === type);

/** How many of the agent's commands have run. */
const ranSoFar = async () =>
  (await ofType('agent_text'))
    .map((body) => String(body['text']))
    .join('')
    .split('ran {').length - 1;

/** What was kept so far, once there is this much of it and the last of the agent's commands has run. */
async function kept(count: number, until: () => boolean | Promise<boolean> = () => true): Promise<string[]> {
  return vi.waitUntil(
    async () => {
      const all = await ofType('files_kept');
      return all.length >= count && (await until()) ? all.map(({ keptId }) => String(keptId)) : undefined;
    },
    { timeout: 30_000, interval: 25 },
  );
}

async function stop({ runId, done }: { runId: string; done: Promise<void> }) {
  await requestCancel(team.admin.ctx, { runId });
  await done;
}

test(
  '[GU35] the files of a run at work are as before an action again, with one click, and that can be undone too',
  long,
  async () => {
    const begun = await begin(['run echo mine > made.txt', 'run rm -rf src made.txt', 'hang']);
    const { work } = begun;
    const [, second] = await kept(2, async () => (await ranSoFar()) === 2);
    const broken = pictureOf(work);
    await undoAction(team.developer.ctx, { keptId: second ?? '' });
    expect(existsSync(path.join(work, 'src'))).toBe(true);
    expect(existsSync(path.join(work, 'made.txt'))).toBe(true);
    const [back] = await ofType('files_put_back');
    expect(back).toMatchObject({ title: 'rm -rf src made.txt', undoId: expect.any(String) });
    expect(back?.['files']).toMatchObject({ paths: expect.arrayContaining(['made.txt']) });
    await undoAction(team.developer.ctx, { keptId: String(back?.['undoId']), withLater: true });
    expect(pictureOf(work)).toEqual(broken);
    const { auditEntry } = schema;
    const audit = await db.select().from(auditEntry).where(eq(auditEntry.action, 'run.undo'));
    expect(audit).toHaveLength(2);
    await stop(begun);
  },
);

test(
  '[GU81] an agent at work is told at once that a person took its action back, and the log says so',
  long,
  async () => {
    const begun = await begin(['run rm README.md', 'hang']);
    const [keptId = ''] = await kept(1, async () => (await ranSoFar()) === 1);
    await undoAction(team.developer.ctx, { keptId });
    const [told] = await vi.waitUntil(async () => {
      const all = await ofType('undo_told');
      return all.length > 0 ? all : undefined;
    });
    expect(told).toMatchObject({ runId: begun.runId, keptId, title: 'rm README.md' });
    const said = await vi.waitUntil(async () => {
      const text = (await ofType('agent_text')).map((body) => String(body['text'])).join('');
      return text.includes('told') ? text : undefined;
    });
    expect(said).toContain(
      'told Dev took back your action “rm README.md”, so the files in the worktree are as they were before it (README.md).',
    );
    await stop(begun);
  },
);

test('[GU36] when the agent went on since, what comes later goes only when that is said', long, async () => {
  const begun = await begin(['run rm -rf src', 'run echo later > later.txt', 'hang']);
  const [first] = await kept(2, () => existsSync(path.join(begun.work, 'later.txt')));
  const keptId = first ?? '';
  await expect(undoAction(team.developer.ctx, { keptId })).rejects.toMatchObject({ code: 'conflict' });
  expect(existsSync(path.join(begun.work, 'later.txt'))).toBe(true);
  await undoAction(team.developer.ctx, { keptId, withLater: true });
  expect(existsSync(path.join(begun.work, 'later.txt'))).toBe(false);
  expect(existsSync(path.join(begun.work, 'src'))).toBe(true);
  await stop(begun);
});

test('[GU35] viewers undo nothing, and strangers learn of nothing', long, async () => {
  const begun = await begin(['run rm -rf src', 'hang']);
  const [keptId = ''] = await kept(1);
  await expect(undoAction(team.viewer.ctx, { keptId })).rejects.toMatchObject({ code: 'forbidden' });
  const other = await newStaffedTeam('Beta');
  await expect(undoAction(other.admin.ctx, { keptId })).rejects.toMatchObject({ code: 'not_found' });
  await stop(begun);
});

test('[GU38] after its end a run has the files from before an action again as a new suggestion', long, async () => {
  const begun = await begin(['write src/feature.ts export const feature = 1;', 'run rm src/feature.ts', 'say done']);
  const answering = setInterval(() => void allowAll(), 50);
  await begun.done;
  clearInterval(answering);
  const lost = await runRow(begun.runId);
  expect(lost).toMatchObject({ state: 'succeeded', resultCommit: null });
  const [keptId = ''] = await kept(1);
  await undoEnded(keptId);
  const { resultCommit, baseCommit } = await runRow(begun.runId);
  const changed = await diffCommits(repoPath(projectId), baseCommit ?? '', resultCommit ?? '');
  expect(changed.map((change) => change.path)).toEqual(['src/feature.ts']);
  expect(await ofType('suggestion_created')).toMatchObject([{ runId: begun.runId, files: 1 }]);
});

/** Runs of this test have ended: what somebody asked to have back is looked for until it is there. */
async function undoEnded(keptId: string): Promise<void> {
  const undone = undoAction(team.developer.ctx, { keptId });
  await vi.waitUntil(
    async () => {
      await putBackEnded(system);
      return (await ofType('files_put_back')).length > 0;
    },
    { timeout: 20_000 },
  );
  await undone;
}

test('[GU81] what was taken back after a turn its agent hears at the next one, once', long, async () => {
  const first = await begin(['write src/feature.ts export const feature = 1;', 'run rm src/feature.ts'], remembering);
  const answering = setInterval(() => void allowAll(), 50);
  await first.done;
  clearInterval(answering);
  const [keptId = ''] = await kept(1);
  await undoEnded(keptId);
  const words = 'Dev took back your action “rm src/feature.ts”';
  const second = await begin(['prompted', 'read src/feature.ts'], remembering);
  await second.done;
  const heard = await saidBy(second.runId);
  expect(heard).toContain(words);
  expect(heard).toContain('export const feature');
  expect(await ofType('undo_told')).toMatchObject([{ runId: second.runId, keptId }]);
  const third = await begin(['prompted'], remembering);
  await third.done;
  expect(await saidBy(third.runId)).not.toContain(words);
});

const saidBy = async (runId: string) =>
  (await ofType('agent_text')).flatMap((body) => (body['runId'] === runId ? [String(body['text'])] : [])).join('');

async function allowAll() {
  for (const { permissionId } of await ofType('permission_requested'))
    await decidePermission(team.admin.ctx, { permissionId: String(permissionId), decision: 'allow' }).catch(
      () => undefined,
    );
}

/** What a worktree has before it is destroyed, beside what the repository brings. */
const setUp =
  'mkdir -p src/deep empty/within && echo one > a.txt && printf "two\\r\\n" > src/b.txt && head -c 5000 /dev/urandom > src/deep/c.bin && echo odd > "$(printf "name with spaces\\nand a line.txt")" && echo mine > untracked.txt && echo debug > debug.log && echo KEY=1 > .env && chmod 600 .env && echo ./run > run.sh && chmod 755 run.sh && chmod 444 a.txt && ln -s a.txt link && ln -s /nowhere dangling && git add -A && git commit -qm mine && git branch kept && git commit -q --allow-empty -m more && git tag v1 && echo staged > staged.txt && git add staged.txt && git init -q nested && echo x > nested/x';

test('[GU33] every miss of the guard in a run at work is undone, byte by byte', { timeout: 180_000 }, async () => {
  guardAllowsAll.now = true;
  const lines = destructions.flatMap((destruction) => [`run ${destruction}`, 'listen']);
  const begun = await begin([`run ${setUp}`, 'listen', ...lines]);
  const { runId, work } = begun;
  const git = path.join(work, '..', 'git');
  const picture = () => [...pictureOf(work), ...pictureOf(git)];
  const ready = (count: number) => kept(count, async () => (await ranSoFar()) >= count);
  await ready(1);
  const before = picture();
  let restored = 0;
  for (const [at, destruction] of destructions.entries()) {
    await steerRun(team.developer.ctx, { runId, text: 'go on' });
    const all = await ready(at + 2);
    expect(picture(), destruction).not.toEqual(before);
    await undoAction(team.developer.ctx, { keptId: all[at + 1] ?? '' });
    expect(picture(), destruction).toEqual(before);
    restored += 1;
  }
  expect(restored).toBe(destructions.length);
  await stop(begun);
});
