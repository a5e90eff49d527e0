import { eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { createProject } from '../workspace/create-project.ts';
import { listBranches, repoPath, resolveCommit } from '../workspace/git.ts';
import { newProject, newStaffedTeam } from '../workspace/testing.ts';
import { createSession, sessionRef } from './create-session.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const team = await newStaffedTeam('Alpha');
const other = await newStaffedTeam('Beta');
const projectId = await newProject(team);
const repo = repoPath(projectId);

afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

test('[PR20] a session without a branch gets a new one named after its title', async () => {
  const made = await createSession(team.developer.ctx, { projectId, title: 'Fix rounding' });
  const tip = await resolveCommit(repo, 'refs/heads/main');
  expect(made).toEqual({ id: made.id, room: made.id, branch: 'fix-rounding', baseCommit: tip });
  expect(await resolveCommit(repo, 'refs/heads/fix-rounding')).toBe(tip);
  expect(await resolveCommit(repo, sessionRef(made.id))).toBe(tip);
  const [row] = await db.select().from(schema.session).where(eq(schema.session.id, made.id));
  expect(row).toMatchObject({ teamId: team.teamId, title: 'Fix rounding', headCommit: tip, baseCommit: tip });
  const events = await db.select().from(schema.sessionEvent).where(eq(schema.sessionEvent.sessionId, made.id));
  expect(events).toMatchObject([{ seq: 1, type: 'session_created', body: { branch: 'fix-rounding' } }]);
  expect(await auditOf('session', made.id)).toMatchObject([{ action: 'session.create', teamId: team.teamId }]);
});

test('[PR20] the same title again gets the next free branch', async () => {
  const made = await createSession(team.developer.ctx, { projectId, title: 'Fix rounding' });
  expect(made.branch).toBe('fix-rounding-2');
});

test('[PR21] two sessions on one branch begin at its tip', async () => {
  const first = await createSession(team.developer.ctx, { projectId, title: 'One', branch: 'main' });
  const second = await createSession(team.admin.ctx, { projectId, title: 'Two', branch: 'main' });
  expect([first.branch, second.branch]).toEqual(['main', 'main']);
  expect(second.baseCommit).toBe(first.baseCommit);
});

test('[PR20] a new branch begins where it is told to', async () => {
  const made = await createSession(team.developer.ctx, {
    projectId,
    title: 'x',
    branch: 'topic/a',
    from: 'fix-rounding',
  });
  expect(made).toMatchObject({ branch: 'topic/a', baseCommit: await resolveCommit(repo, 'refs/heads/fix-rounding') });
});

test.each([
  ['topic', 'invalid'],
  ['main/below', 'invalid'],
  ['../up', 'invalid'],
  ['a..b', 'invalid'],
  ['with space', 'invalid'],
  ['@{-1}', 'invalid'],
])('[PR20] the branch %j is refused and leaves nothing', async (branch, code) => {
  const before = await listBranches(repo);
  await expect(createSession(team.developer.ctx, { projectId, title: 'x', branch })).rejects.toMatchObject({ code });
  expect(await listBranches(repo)).toHaveLength(before.length);
});

test.each([
  ['HEAD', 'cannot be called HEAD'],
  ['-delete', 'cannot begin with "-"'],
  [`fix/${'é'.repeat(120)}`, 'at most 200 bytes'],
])('[PR20] the branch %s is refused with the reason', async (branch, reason) => {
  const asked = createSession(team.developer.ctx, { projectId, title: 'x', branch });
  await expect(asked).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(reason) });
});

test('[PR20] an unknown branch to begin from is named', async () => {
  const asked = createSession(team.developer.ctx, { projectId, title: 'x', from: 'nowhere' });
  await expect(asked).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('nowhere') });
});

test('a viewer may not open a session, and another team sees no project', async () => {
  await expect(createSession(team.viewer.ctx, { projectId, title: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(createSession(other.admin.ctx, { projectId, title: 'x' })).rejects.toMatchObject({ code: 'not_found' });
});

test('[PR22] no session opens while the project is being imported', async () => {
  const { id } = await createProject(team.admin.ctx, { team: team.slug, name: 'Later', source: { type: 'empty' } });
  await expect(createSession(team.admin.ctx, { projectId: id, title: 'x' })).rejects.toMatchObject({
    code: 'conflict',
  });
});
