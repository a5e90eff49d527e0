import { eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf, newPerson } from '../auth/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { archiveProject } from './archive-project.ts';
import { createProject } from './create-project.ts';
import { deleteProject, restoreProject } from './delete-project.ts';
import { projectCredential } from './project-credential.ts';
import {
  getProject,
  listOwnProjects,
  listProjectBranches,
  listProjectMembers,
  listProjects,
  type ProjectListItem,
} from './project-queries.ts';
import { limitProject, updateProject } from './update-project.ts';
import { newProject, newStaffedTeam, projectRow } from './testing.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const team = await newStaffedTeam('Alpha');
const other = await newStaffedTeam('Beta');
const projectId = await newProject(team);

afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

const ids = (items: readonly Pick<ProjectListItem, 'id'>[]) => items.map((item) => item.id);
const actionsOf = async (id: string) => (await auditOf('project', id)).map((entry) => entry.action);

test('[PR14] a lead or admin changes the settings; the credential is sealed and masked in the audit log', async () => {
  await updateProject(team.admin.ctx, {
    projectId,
    name: 'Ledger two',
    commands: { test: 'node --test test/money.test.ts' },
    allowPackageDownloads: true,
    upstreamUrl: 'git@host.example:team/ledger.git',
    credential: { token: 'very-secret-token' },
  });
  const row = await projectRow(projectId);
  expect(row).toMatchObject({
    name: 'Ledger two',
    slug: 'ledger',
    commands: { test: 'node --test test/money.test.ts' },
    allowPackageDownloads: true,
    upstreamUrl: 'ssh://git@host.example/team/ledger.git',
  });
  expect(projectCredential(row)).toEqual({
    kind: 'password',
    username: 'x-access-token',
    password: 'very-secret-token',
  });
  const entry = (await auditOf('project', projectId)).at(-1);
  expect(entry).toMatchObject({ action: 'project.update', detail: { after: { credentialSealed: '[secret]' } } });
  await updateProject(team.admin.ctx, { projectId, upstreamUrl: null, credential: null });
  expect(await getProject(team.viewer.ctx, { projectId })).toMatchObject({ hasCredential: false, upstreamUrl: null });
});

test('[PR14] a credential stays with its server: another upstream does not get it, nor by way of none', async () => {
  const apart = await newStaffedTeam('Gamma');
  const { ctx } = apart.admin;
  const id = await newProject(apart);
  const credential = { token: 'very-secret-token' };
  const kept = async () => projectCredential(await projectRow(id)) !== undefined;
  await updateProject(ctx, { projectId: id, upstreamUrl: 'https://host.example/team/a.git', credential });
  await updateProject(ctx, { projectId: id, upstreamUrl: 'https://HOST.example/team/b.git' });
  expect(await kept()).toBe(true);
  for (const moved of ['https://evil.example/team/b.git', 'https://host.example:8443/team/b.git', null]) {
    await updateProject(ctx, { projectId: id, upstreamUrl: 'https://host.example/team/a.git', credential });
    await updateProject(ctx, { projectId: id, upstreamUrl: moved });
    expect(await kept()).toBe(false);
  }
  await updateProject(ctx, { projectId: id, upstreamUrl: 'https://other.example/a.git', credential });
  expect(await kept()).toBe(true);
});

test('[PR14] a developer may not change settings; another team sees no project', async () => {
  await expect(updateProject(team.developer.ctx, { projectId, name: 'x' })).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(updateProject(other.admin.ctx, { projectId, name: 'x' })).rejects.toMatchObject({ code: 'not_found' });
  const wrong = updateProject(team.admin.ctx, { projectId, upstreamUrl: 'file:///etc' });
  await expect(wrong).rejects.toMatchObject({ code: 'invalid' });
});

test('[PR15] a project limited to members is not there for the others', async () => {
  const limited = await newProject(team, { type: 'empty' }, 'Quiet');
  await limitProject(team.admin.ctx, { projectId: limited, isRestricted: true, personIds: [team.developer.personId] });
  expect(ids(await listProjects(team.viewer.ctx, { team: team.slug }))).toEqual([projectId]);
  expect(ids(await listProjects(team.developer.ctx, { team: team.slug }))).toContain(limited);
  expect(ids(await listProjects(team.admin.ctx, { team: team.slug }))).toContain(limited);
  expect(ids(await listOwnProjects(team.viewer.ctx))).toEqual([projectId]);
  await expect(getProject(team.viewer.ctx, { projectId: limited })).rejects.toMatchObject({ code: 'not_found' });
  expect(await listProjectMembers(team.developer.ctx, { projectId: limited })).toMatchObject([{ name: 'Dev' }]);
  await limitProject(team.admin.ctx, { projectId: limited, isRestricted: false, personIds: [] });
  expect(ids(await listProjects(team.viewer.ctx, { team: team.slug }))).toContain(limited);
  expect(await actionsOf(limited)).toContain('project.limit');
});

test('[PR15] only members of the team can be listed', async () => {
  const stranger = await newPerson('Sam');
  const asked = limitProject(team.admin.ctx, { projectId, isRestricted: true, personIds: [stranger.personId] });
  await expect(asked).rejects.toMatchObject({ code: 'invalid' });
  await expect(
    limitProject(team.developer.ctx, { projectId, isRestricted: true, personIds: [] }),
  ).rejects.toMatchObject({ code: 'forbidden' });
});

test('[PR16] an archived project is put away and found again', async () => {
  const id = await newProject(team, { type: 'empty' }, 'Old');
  await archiveProject(team.admin.ctx, { projectId: id, archived: true });
  expect(ids(await listProjects(team.viewer.ctx, { team: team.slug }))).not.toContain(id);
  expect(ids(await listProjects(team.viewer.ctx, { team: team.slug, state: 'archived' }))).toEqual([id]);
  await archiveProject(team.admin.ctx, { projectId: id, archived: true });
  await archiveProject(team.admin.ctx, { projectId: id, archived: false });
  expect(ids(await listProjects(team.viewer.ctx, { team: team.slug }))).toContain(id);
  expect((await actionsOf(id)).slice(2)).toEqual(['project.archive', 'project.unarchive']);
  const asked = archiveProject(team.developer.ctx, { projectId: id, archived: true });
  await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
});

test('[PR17] a deleted project is gone at once and can be brought back in its grace time', async () => {
  const id = await newProject(team, { type: 'empty' }, 'Gone');
  await expect(deleteProject(team.developer.ctx, { projectId: id })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(deleteProject(other.admin.ctx, { projectId: id })).rejects.toMatchObject({ code: 'not_found' });
  const { removedAt } = await deleteProject(team.admin.ctx, { projectId: id });
  expect(Math.round((removedAt.getTime() - Date.now()) / 86_400_000)).toBe(14);
  await expect(getProject(team.admin.ctx, { projectId: id })).rejects.toMatchObject({ code: 'not_found' });
  expect(ids(await listProjects(team.admin.ctx, { team: team.slug, state: 'deleted' }))).toEqual([id]);
  await restoreProject(team.admin.ctx, { projectId: id });
  expect(await getProject(team.viewer.ctx, { projectId: id })).toMatchObject({ deletedAt: null });
  expect((await actionsOf(id)).slice(2)).toEqual(['project.delete', 'project.restore']);
});

test('[PR17] whoever started an import that came to nothing may delete it', async () => {
  const source = { type: 'git' as const, url: 'https://127.0.0.1/x.git' };
  const id = await newProject(team, source, 'Failed');
  expect((await projectRow(id)).status).toBe('failed');
  await deleteProject(team.developer.ctx, { projectId: id });
  expect((await projectRow(id)).deletedAt).not.toBeNull();
});

test('[PR17] deleting a project under way cancels its import', async () => {
  const { id } = await createProject(team.admin.ctx, { team: team.slug, name: 'Stop', source: { type: 'sample' } });
  await deleteProject(team.admin.ctx, { projectId: id });
  expect((await projectRow(id)).importCancelRequestedAt).not.toBeNull();
});

test('branches are listed for who may see the project, none before it is ready', async () => {
  const branches = await listProjectBranches(team.viewer.ctx, { projectId });
  expect(branches).toMatchObject({ defaultBranch: 'main', branches: [{ name: 'main' }] });
  await expect(listProjectBranches(other.viewer.ctx, { projectId })).rejects.toMatchObject({ code: 'not_found' });
  const { id } = await createProject(team.admin.ctx, { team: team.slug, name: 'Soon', source: { type: 'empty' } });
  expect((await listProjectBranches(team.viewer.ctx, { projectId: id })).branches).toEqual([]);
  await db.delete(schema.project).where(eq(schema.project.id, id));
});
