import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import * as environment from '../platform/env.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { createProject } from './create-project.ts';
import { log, repoPath, resolveCommit } from './git.ts';
import { readTestFile } from './testing-git.ts';
import { newProject, newStaffedTeam, projectRow } from './testing.ts';

const { url, pool } = await testDatabase();
setDatabaseUrl(url);
const team = await newStaffedTeam('Alpha');
const other = await newStaffedTeam('Beta');

afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

test('[PR1] a developer makes a project: 202-like answer, a row, a job and an audit entry', async () => {
  const made = await createProject(team.developer.ctx, { team: team.slug, name: 'Ledger', source: { type: 'sample' } });
  expect(made.status).toBe('importing');
  expect(await projectRow(made.id)).toMatchObject({ teamId: team.teamId, slug: 'ledger', status: 'importing' });
  const jobs = await pool.query(`select 1 from pgboss.job where name = 'import' and data->>'projectId' = $1`, [
    made.id,
  ]);
  expect(jobs.rowCount).toBe(1);
  expect(await auditOf('project', made.id)).toMatchObject([
    { action: 'project.create', actorId: team.developer.personId, teamId: team.teamId },
  ]);
});

test('[PR1] a viewer may not, and for another team there is no such team', async () => {
  const input = { team: team.slug, name: 'Nope', source: { type: 'empty' as const } };
  await expect(createProject(team.viewer.ctx, input)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(createProject(other.admin.ctx, input)).rejects.toMatchObject({ code: 'not_found' });
});

test('[PR1] the same name twice gives two addresses', async () => {
  const input = { team: other.slug, name: 'Twice', source: { type: 'empty' as const } };
  const made = await Promise.all([createProject(other.admin.ctx, input), createProject(other.admin.ctx, input)]);
  const slugs = await Promise.all(made.map(async ({ id }) => (await projectRow(id)).slug));
  expect(slugs.toSorted()).toEqual(['twice', 'twice-2']);
});

test('[PR9] the sample becomes a repository with history and commands', async () => {
  const id = await newProject(team);
  const row = await projectRow(id);
  expect(row).toMatchObject({
    status: 'ready',
    error: null,
    progress: null,
    defaultBranch: 'main',
    commands: { test: 'npm test', lint: 'npm run lint' },
  });
  const tip = await resolveCommit(repoPath(id), 'refs/heads/main');
  const commits = await log(repoPath(id), tip ?? '', { limit: 10 });
  expect(commits.map((commit) => commit.author.name)).toEqual([
    'Tobias Okafor',
    'Tobias Okafor',
    'Mira Lindqvist',
    'Tobias Okafor',
    'Mira Lindqvist',
  ]);
  expect(await readTestFile(repoPath(id), 'src/money.ts')).toContain('parseAmount');
  expect(await auditOf('project', id)).toMatchObject([{ action: 'project.create' }, { action: 'project.import' }]);
});

test('[PR8] an empty project begins with one commit by its maker', async () => {
  const id = await newProject(team, { type: 'empty' }, 'Fresh start');
  const tip = await resolveCommit(repoPath(id), 'refs/heads/main');
  const commits = await log(repoPath(id), tip ?? '', { limit: 10 });
  expect(commits).toHaveLength(1);
  expect(commits[0]?.author).toMatchObject({ name: 'Dev', email: team.developer.email });
  expect(await readTestFile(repoPath(id), 'README.md')).toBe('# Fresh start\n');
});

test('[PR3] a git address that can never work is refused at once', async () => {
  const source = { type: 'git' as const, url: 'file:///etc' };
  await expect(createProject(team.developer.ctx, { team: team.slug, name: 'X', source })).rejects.toMatchObject({
    code: 'invalid',
  });
});

test('[PR2] a credential is sealed and does not show in the audit log', async () => {
  const source = { type: 'git' as const, url: 'https://host.example/r', credential: { token: 'tok-visible-nowhere' } };
  const { id } = await createProject(team.developer.ctx, { team: team.slug, name: 'Sealed', source });
  const row = await projectRow(id);
  expect(row.credentialSealed).toMatch(/^v2\./);
  expect(JSON.stringify([row, await auditOf('project', id)])).not.toContain('tok-visible-nowhere');
});

test('[PR6] a folder is taken only from below the configured ones, links followed first', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'ens-local-'));
  await mkdir(path.join(root, 'allowed/repo'), { recursive: true });
  await mkdir(path.join(root, 'allowed-not'), { recursive: true });
  await symlink('/etc', path.join(root, 'allowed/escape'));
  const from = (given: string) =>
    createProject(team.developer.ctx, { team: team.slug, name: 'Local', source: { type: 'path', path: given } });
  await expect(from(path.join(root, 'allowed/repo'))).rejects.toMatchObject({ code: 'unsupported' });
  const configured = { ...environment.env(), localRepos: [path.join(root, 'allowed')] };
  const spy = vi.spyOn(environment, 'env').mockReturnValue(configured);
  try {
    for (const given of [
      'allowed/../allowed-not',
      'allowed-not',
      'allowed/escape',
      'allowed/escape/ssl',
      'allowed/none',
    ])
      await expect(from(path.join(root, given))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(from('allowed/repo')).rejects.toMatchObject({ code: 'forbidden' });
    const { id } = await from(path.join(root, 'allowed/repo'));
    expect((await projectRow(id)).source).toEqual({ type: 'path', path: path.join(root, 'allowed/repo') });
  } finally {
    spy.mockRestore();
    await rm(root, { recursive: true });
  }
});
