import { readdir } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { and, asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { closeNotifications, notifications } from '../platform/notifications.ts';
import { createSession } from '../sessions/create-session.ts';
import { cancelTask } from './cancel-task.ts';
import { repoPath } from './git.ts';
import { runTask } from './run-task.ts';
import { startTask } from './start-task.ts';
import { getTaskOutput, listTasks } from './task-queries.ts';
import { readTestFile } from './testing-git.ts';
import { startEmptyRooms } from './testing-rooms.ts';
import { newProject, newStaffedTeam } from './testing.ts';
import { removeWorktree } from './worktree.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const team = await newStaffedTeam('Alpha');
const other = await newStaffedTeam('Beta');
const projectId = await newProject(team);
const { id: sessionId } = await createSession(team.developer.ctx, { projectId, title: 'Run things' });
const never = new AbortController().signal;
let stopRooms: () => void;

beforeAll(async () => {
  stopRooms = await startEmptyRooms();
});

afterAll(async () => {
  stopRooms();
  await removeWorktree({ kind: 'session', id: sessionId });
  await closeQueue();
  await closeNotifications();
});

const taskRow = async (taskId: string) => {
  const [row] = await db.select().from(schema.task).where(eq(schema.task.id, taskId));
  if (!row) throw new Error(`no task ${taskId}`);
  return row;
};

/** Until the command has printed something: what is deleted before is refused, not stopped. */
async function untilPrinted(taskId: string): Promise<void> {
  while ((await getTaskOutput(team.viewer.ctx, { taskId })).text === '')
    await new Promise((resolve) => setTimeout(resolve, 20));
}

const run = async (command: string) => {
  const { taskId } = await startTask(team.developer.ctx, { sessionId, name: 'custom', command });
  await runTask({ taskId }, never);
  return { taskId, row: await taskRow(taskId), text: (await getTaskOutput(team.viewer.ctx, { taskId })).text };
};

const eventsOf = async (taskId: string) => {
  const { sessionEvent } = schema;
  const rows = await db
    .select({ type: sessionEvent.type, body: sessionEvent.body, actor: sessionEvent.actor })
    .from(sessionEvent)
    .where(eq(sessionEvent.sessionId, sessionId))
    .orderBy(asc(sessionEvent.seq));
  return rows.filter((row) => row.body['taskId'] === taskId);
};

test('[PR30] starting a command leaves a row, an entry in the log, an audit entry', async () => {
  const { taskId, command } = await startTask(team.developer.ctx, { sessionId, name: 'lint' });
  expect(command).toBe('npm run lint');
  expect(await taskRow(taskId)).toMatchObject({
    state: 'queued',
    teamId: team.teamId,
    startedBy: team.developer.personId,
  });
  expect(await eventsOf(taskId)).toMatchObject([{ type: 'task_started', actor: { name: 'Dev' } }]);
  expect(await auditOf('task', taskId)).toMatchObject([{ action: 'task.start' }]);
  await cancelTask(team.developer.ctx, { taskId });
  expect(await taskRow(taskId)).toMatchObject({ state: 'cancelled' });
  expect((await eventsOf(taskId)).at(-1)).toMatchObject({ type: 'task_finished', body: { state: 'cancelled' } });
  expect((await auditOf('task', taskId)).at(-1)).toMatchObject({ action: 'task.cancel' });
});

test('[PR30] a viewer may not start one, and another team sees no session and no task', async () => {
  const input = { sessionId, name: 'custom' as const, command: 'true' };
  await expect(startTask(team.viewer.ctx, input)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(startTask(other.admin.ctx, input)).rejects.toMatchObject({ code: 'not_found' });
  const { taskId } = await startTask(team.developer.ctx, input);
  await expect(cancelTask(team.viewer.ctx, { taskId })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(cancelTask(other.admin.ctx, { taskId })).rejects.toMatchObject({ code: 'not_found' });
  await expect(getTaskOutput(other.admin.ctx, { taskId })).rejects.toMatchObject({ code: 'not_found' });
  await cancelTask(team.admin.ctx, { taskId });
});

test('[PR30] a name without a command is refused with what to do', async () => {
  await expect(startTask(team.developer.ctx, { sessionId, name: 'setup' })).rejects.toMatchObject({ code: 'invalid' });
});

test('[PR31] the sample’s test is seen failing, and passing after the natural fix', async () => {
  const failing = await startTask(team.developer.ctx, { sessionId, name: 'test' });
  await runTask({ taskId: failing.taskId }, never);
  const output = (await getTaskOutput(team.viewer.ctx, { taskId: failing.taskId })).text;
  expect(output).toContain('1998 !== 1999');
  expect(await taskRow(failing.taskId)).toMatchObject({ state: 'failed', exitCode: 1, error: null });

  const fix = await run(`sed -i 's/Math.trunc(units/Math.round(units/' src/money.ts`);
  expect(fix.row).toMatchObject({ state: 'succeeded', exitCode: 0 });
  const state = await readTestFile(repoPath(projectId), 'src/money.ts', `refs/ensemble/sessions/${sessionId}`);
  expect(state).toContain('Math.round(units * 100)');

  const passing = await startTask(team.developer.ctx, { sessionId, name: 'test' });
  await runTask({ taskId: passing.taskId }, never);
  const passed = (await getTaskOutput(team.viewer.ctx, { taskId: passing.taskId })).text;
  expect(passed).toMatch(/fail 0/);
  expect(await taskRow(passing.taskId)).toMatchObject({ state: 'succeeded', exitCode: 0 });
}, 60_000);

test('[PR31] the sample’s lint findings show with Ensemble’s own linter', async () => {
  const { taskId } = await startTask(team.developer.ctx, { sessionId, name: 'lint' });
  await runTask({ taskId }, never);
  expect((await getTaskOutput(team.viewer.ctx, { taskId })).text).toContain('no-unused-vars');
  expect(await taskRow(taskId)).toMatchObject({ state: 'failed', exitCode: 1 });
}, 60_000);

test('[PR32] what a command changed comes back as its person’s edit; ignored files stay for the next command', async () => {
  const first = await run('mkdir -p node_modules && echo kept > node_modules/x && echo new > made.txt');
  expect(first.row.state).toBe('succeeded');
  const ref = `refs/ensemble/sessions/${sessionId}`;
  expect(await readTestFile(repoPath(projectId), 'made.txt', ref)).toBe('new\n');
  const [command] = await db
    .select()
    .from(schema.roomCommand)
    .where(and(eq(schema.roomCommand.sessionId, sessionId), eq(schema.roomCommand.kind, 'apply_tree')))
    .orderBy(asc(schema.roomCommand.createdAt));
  expect(command?.actor).toEqual({ kind: 'person', id: team.developer.personId, name: 'Dev' });
  expect((await run('cat node_modules/x made.txt')).text).toBe('kept\nnew\n');
}, 60_000);

test('[GU42] a command that changed something names the checkpoint of what was there before; others do not', async () => {
  const made = await run('echo newer > made-too.txt');
  const finished = (await eventsOf(made.taskId)).at(-1)?.body;
  const beforeId = String(finished?.['beforeId']);
  const point = schema.sessionCheckpoint;
  const points = await db.select().from(point).where(eq(point.id, beforeId));
  expect(points).toHaveLength(1);
  const before = readTestFile(repoPath(projectId), 'made-too.txt', points[0]?.commit ?? '');
  await expect(before).rejects.toThrow('no made-too.txt');
  const looked = await run('ls');
  expect((await eventsOf(looked.taskId)).at(-1)?.body).not.toHaveProperty('beforeId');
}, 60_000);

test('[PR33] output is plain text in order, with the exit code', async () => {
  const { row, text, taskId } = await run(`printf '\\033[31mred\\033[0m\\n'; echo oops >&2; exit 3`);
  expect(text).toContain('red\n');
  expect(text).toContain('oops\n');
  expect(text).not.toContain('\u001b');
  expect(row).toMatchObject({ state: 'failed', exitCode: 3 });
  expect((await eventsOf(taskId)).at(-1)?.body).toMatchObject({ type: 'task_finished', exitCode: 3 });
});

test('[PR33] long output is whole beside the log, and its head in it', async () => {
  const { taskId, text } = await run('seq 1 80000');
  expect(text.endsWith('79999\n80000\n')).toBe(true);
  const events = await eventsOf(taskId);
  const inline = events.map(({ body }) => (typeof body['text'] === 'string' ? body['text'] : '')).join('');
  expect(inline.length).toBeLessThan(300_000);
  expect(events.at(-1)?.body).toHaveProperty('outputBlobId');
}, 60_000);

test('[PR33] an entry of the log never ends in half a character', async () => {
  const { row, text } = await run(`node -e "process.stdout.write('x'.repeat(32767) + '\u{1f600}'.repeat(9))"`);
  expect(row).toMatchObject({ state: 'succeeded', exitCode: 0 });
  expect(text.slice(32767)).toBe('\u{1f600}'.repeat(9));
}, 60_000);

test('[PR33] a flood is stopped at 2 MB and says so', async () => {
  const { row } = await run('yes');
  expect(row.state).toBe('failed');
  expect(row.error).toContain('2 MB');
}, 60_000);

test('[PR35] a running command is cancelled within a second and leaves no process', async () => {
  const mark = `4${Date.now() % 100_000}`;
  const { taskId } = await startTask(team.developer.ctx, {
    sessionId,
    name: 'custom',
    command: `setsid sleep ${mark} & echo started; sleep ${mark}`,
  });
  const started = Promise.withResolvers<void>();
  const stop = (await notifications()).on('session_event', () => {
    void getTaskOutput(team.viewer.ctx, { taskId }).then(({ text }) => {
      if (text.includes('started')) started.resolve();
    });
  });
  const running = runTask({ taskId }, never);
  await started.promise;
  stop();
  const from = performance.now();
  await cancelTask(team.developer.ctx, { taskId });
  await running;
  expect(performance.now() - from).toBeLessThan(1_000);
  expect(await taskRow(taskId)).toMatchObject({ state: 'cancelled' });
  expect(execFileSync('ps', ['-eo', 'args']).toString()).not.toContain(`sleep ${mark}`);
  await expect(cancelTask(team.developer.ctx, { taskId })).rejects.toMatchObject({ code: 'conflict' });
}, 60_000);

test('[PR35] a command ends with its session: deleted it stops, archived it does not begin', async () => {
  const { developer } = team;
  const { id } = await createSession(developer.ctx, { projectId, title: 'Short-lived' });
  const asked = { sessionId: id, name: 'custom', command: 'echo begun; sleep 60' } as const;
  const { taskId } = await startTask(developer.ctx, asked);
  const running = runTask({ taskId }, never);
  await untilPrinted(taskId);
  await db.update(schema.session).set({ deletedAt: new Date() }).where(eq(schema.session.id, id));
  await running;
  expect(await taskRow(taskId)).toMatchObject({ state: 'cancelled' });
  await db.update(schema.session).set({ deletedAt: null, archivedAt: new Date() }).where(eq(schema.session.id, id));
  await expect(startTask(developer.ctx, asked)).rejects.toMatchObject({ code: 'conflict' });
  await removeWorktree({ kind: 'session', id });
}, 60_000);

const lossesOfRight = {
  removed: () => db.delete(schema.teamMember).where(eq(schema.teamMember.personId, team.developer.personId)),
  demoted: () =>
    db.update(schema.teamMember).set({ role: 'viewer' }).where(eq(schema.teamMember.personId, team.developer.personId)),
  disabled: () =>
    db.update(schema.person).set({ disabledAt: new Date() }).where(eq(schema.person.id, team.developer.personId)),
};

const giveRightBack = async () => {
  const { teamId, developer } = team;
  const { personId } = developer;
  await db.update(schema.person).set({ disabledAt: null }).where(eq(schema.person.id, personId));
  await db
    .insert(schema.teamMember)
    .values({ teamId, personId, role: 'developer' })
    .onConflictDoUpdate({
      target: [schema.teamMember.teamId, schema.teamMember.personId],
      set: { role: 'developer' },
    });
};

test.each(Object.entries(lossesOfRight))(
  '[PR37] a queued command of someone who was %s is not run, and the next one is',
  async (_how, lose) => {
    const mine = { sessionId, name: 'custom', command: 'echo bad > bad.txt' } as const;
    const { taskId } = await startTask(team.developer.ctx, mine);
    await lose();
    await runTask({ taskId }, never);
    await giveRightBack();
    expect(await taskRow(taskId)).toMatchObject({ state: 'cancelled', error: expect.stringContaining('may not edit') });
    expect((await eventsOf(taskId)).at(-1)?.body).toMatchObject({ type: 'task_finished', state: 'cancelled' });
    expect((await auditOf('task', taskId)).at(-1)).toMatchObject({ action: 'task.cancel' });
    expect((await run('ls')).text).not.toContain('bad.txt');
  },
  60_000,
);

test('[PR37] a running command stops when its person is demoted, and nothing more of it is taken over', async () => {
  const command = 'echo begun; sleep 1.5; echo bad > bad.txt; sleep 60';
  const { taskId } = await startTask(team.developer.ctx, { sessionId, name: 'custom', command });
  const running = runTask({ taskId }, never);
  await untilPrinted(taskId);
  await lossesOfRight.demoted();
  await running;
  await giveRightBack();
  expect(await taskRow(taskId)).toMatchObject({ state: 'cancelled', error: expect.stringContaining('may not edit') });
  expect((await run('ls')).text).not.toContain('bad.txt');
}, 60_000);

test('[PR36] commands of one session run one after the other', async () => {
  const first = await startTask(team.developer.ctx, {
    sessionId,
    name: 'custom',
    command: 'sleep 0.3; echo one > order.txt',
  });
  const second = await startTask(team.developer.ctx, { sessionId, name: 'custom', command: 'cat order.txt' });
  await Promise.all([runTask({ taskId: first.taskId }, never), runTask({ taskId: second.taskId }, never)]);
  for (const { taskId } of [first, second])
    if ((await taskRow(taskId)).state === 'queued') await runTask({ taskId }, never);
  const rows = [await taskRow(first.taskId), await taskRow(second.taskId)];
  expect(rows.map((row) => row.state)).not.toContain('queued');
  const [a, b] = rows;
  const apart = (a?.finishedAt ?? 0) <= (b?.startedAt ?? 0) || (b?.finishedAt ?? 0) <= (a?.startedAt ?? 0);
  expect(apart).toBe(true);
}, 60_000);

test('[PR36] a command whose worker died ends as failed and is not run again', async () => {
  const { taskId } = await startTask(team.developer.ctx, {
    sessionId,
    name: 'custom',
    command: 'echo again > again.txt',
  });
  const longAgo = new Date(Date.now() - 60_000);
  await db
    .update(schema.task)
    .set({ state: 'running', workerId: 'node_dead', startedAt: longAgo, heartbeatAt: longAgo })
    .where(eq(schema.task.id, taskId));
  await runTask({ taskId }, never);
  expect(await taskRow(taskId)).toMatchObject({ state: 'failed' });
  expect((await taskRow(taskId)).error).toContain('ended unexpectedly');
  expect((await getTaskOutput(team.viewer.ctx, { taskId })).text).toBe('');
});

test('[PR34] without leave nothing leads out, and with it only package hosts', async () => {
  expect((await run('ls /run; curl -sS -m 2 https://registry.npmjs.org 2>&1 || true')).text).toContain(
    'Could not resolve host',
  );
  await db.update(schema.project).set({ allowPackageDownloads: true }).where(eq(schema.project.id, projectId));
  const { text } = await run(
    'curl -sS -m 5 -o /dev/null -w "%{http_connect}\\n" https://example.com 2>/dev/null || true',
  );
  expect(text).toContain('403');
  await db.update(schema.project).set({ allowPackageDownloads: false }).where(eq(schema.project.id, projectId));
  expect(await readdir(`${env().dataDir}/sockets`)).toEqual([]);
}, 60_000);

test('the session’s commands are listed newest first, for those who may see it', async () => {
  const tasks = await listTasks(team.viewer.ctx, { sessionId, limit: 3 });
  expect(tasks).toHaveLength(3);
  expect(tasks[0]?.startedByName).toBe('Dev');
  await expect(listTasks(other.admin.ctx, { sessionId })).rejects.toMatchObject({ code: 'not_found' });
});
