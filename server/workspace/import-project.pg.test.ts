import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createReadStream, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import * as environment from '../platform/env.ts';
import { closeNotifications, notifications } from '../platform/notifications.ts';
import { privateGitHostsSetting } from './address-policy.ts';
import { cancelImport } from './cancel-import.ts';
import { createProject, type CreateProjectInput } from './create-project.ts';
import { repoPath, resolveCommit } from './git.ts';
import { importProject } from './import-project.ts';
import { importPath, uploadPath } from './project-files.ts';
import { getProject } from './project-queries.ts';
import { recoverWork } from './recover-work.ts';
import { storeUpload } from './store-upload.ts';
import { startGitServer, type TestGitServer } from './testing-git-server.ts';
import { newProject, newStaffedTeam, projectRow } from './testing.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const team = await newStaffedTeam('Alpha');
const never = new AbortController().signal;
let server: TestGitServer;
let root = '';

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'ens-upstream-'));
  const sample = await newProject(team);
  await cp(repoPath(sample), path.join(root, 'sample.git'), { recursive: true });
  server = await startGitServer(root);
});

afterAll(async () => {
  await server.stop();
  await closeQueue();
  await closeNotifications();
  await rm(root, { recursive: true });
});

async function allow(hosts: string): Promise<void> {
  await db
    .insert(schema.installationSetting)
    .values({ name: privateGitHostsSetting, value: hosts })
    .onConflictDoUpdate({ target: schema.installationSetting.name, set: { value: hosts } });
}

async function imported(source: CreateProjectInput['source']) {
  const id = await newProject(team, source, 'From elsewhere');
  const row = await projectRow(id);
  if (row.status !== 'ready') {
    expect(existsSync(repoPath(id))).toBe(false);
  }
  expect(existsSync(importPath(id))).toBe(false);
  return row;
}

test('[PR4] a private address is refused until an admin lists its host', async () => {
  await allow('');
  const refused = await imported({ type: 'git', url: `https://127.0.0.1:${server.port}/open/sample.git` });
  expect(refused).toMatchObject({ status: 'failed', error: expect.stringContaining('private address') });
  await allow(`127.0.0.1:${server.port}`);
  const made = await imported({ type: 'git', url: server.url('open/sample.git') });
  expect(made).toMatchObject({ status: 'ready', defaultBranch: 'main', error: null });
  expect(await resolveCommit(repoPath(made.id), 'main')).toBe(
    await resolveCommit(path.join(root, 'sample.git'), 'main'),
  );
  expect(await auditOf('project', made.id)).toMatchObject([{ action: 'project.create' }, { action: 'project.import' }]);
});

test('[PR2] a credential opens what is locked; without it the cause is named', async () => {
  const locked = server.url('locked/sample.git');
  const credential = { username: 'user', password: 'pass' };
  expect(await imported({ type: 'git', url: locked, credential })).toMatchObject({ status: 'ready' });
  for (const source of [
    { type: 'git', url: locked } as const,
    { type: 'git', url: locked, credential: { ...credential, password: 'wrong' } } as const,
  ]) {
    const row = await imported(source);
    expect(row).toMatchObject({ status: 'failed', error: expect.stringContaining('refused the sign-in') });
  }
});

test.each([
  ['open/none.git', 'no git repository'],
  ['nothing/here.git', 'no git repository'],
  ['redirect/sample.git', 'sends on to another address'],
])('[PR10] %s fails with its cause in words and leaves nothing', async (place, words) => {
  const row = await imported({ type: 'git', url: server.url(place) });
  expect(row).toMatchObject({ status: 'failed', progress: null, error: expect.stringContaining(words) });
  expect((await auditOf('project', row.id)).at(-1)).toMatchObject({ action: 'project.import_fail' });
});

test('[PR10] a server that is not there is unreachable', async () => {
  await allow('127.0.0.1');
  const row = await imported({ type: 'git', url: 'http://127.0.0.1:9/x.git' });
  expect(row.error).toContain('cannot be reached');
});

test('[PR11] an import is cancelled at once and leaves nothing', async () => {
  await allow(`127.0.0.1:${server.port}`);
  const source = { type: 'git' as const, url: server.url('silent/sample.git') };
  const { id } = await createProject(team.developer.ctx, { team: team.slug, name: 'Slow', source });
  const connecting = Promise.withResolvers<void>();
  const stop = (await notifications()).on('project', () => {
    void projectRow(id).then((row) => {
      if (row.progress?.phase === 'connecting') connecting.resolve();
    });
  });
  const running = importProject({ projectId: id }, never);
  await connecting.promise;
  stop();
  const from = performance.now();
  await cancelImport(team.developer.ctx, { projectId: id });
  await running;
  expect(performance.now() - from).toBeLessThan(1_000);
  expect(await projectRow(id)).toMatchObject({ status: 'cancelled', error: 'The import was cancelled.' });
  expect(existsSync(importPath(id))).toBe(false);
  await expect(cancelImport(team.developer.ctx, { projectId: id })).rejects.toMatchObject({ code: 'conflict' });
  await expect(cancelImport(team.viewer.ctx, { projectId: id })).rejects.toMatchObject({ code: 'forbidden' });
});

test('[PR11] an import cancelled before it began does not begin', async () => {
  const { id } = await createProject(team.developer.ctx, {
    team: team.slug,
    name: 'Never',
    source: { type: 'sample' },
  });
  await cancelImport(team.developer.ctx, { projectId: id });
  await importProject({ projectId: id }, never);
  expect(await projectRow(id)).toMatchObject({ status: 'cancelled' });
  expect(existsSync(repoPath(id))).toBe(false);
});

test('[PR13] an import taken from its worker is taken up again by another', async () => {
  const { id } = await createProject(team.developer.ctx, {
    team: team.slug,
    name: 'Again',
    source: { type: 'sample' },
  });
  await expect(importProject({ projectId: id }, AbortSignal.abort(new Error('stopping')))).rejects.toThrow('stopping');
  expect(await projectRow(id)).toMatchObject({ status: 'importing' });
  await importProject({ projectId: id }, never);
  expect(await projectRow(id)).toMatchObject({ status: 'ready' });
  await importProject({ projectId: id }, never);
  expect((await auditOf('project', id)).map((entry) => entry.action)).toEqual(['project.create', 'project.import']);
});

test('[PR13] an import that no worker took to its end is failed, not stuck', async () => {
  const { id } = await createProject(team.developer.ctx, {
    team: team.slug,
    name: 'Stuck',
    source: { type: 'sample' },
  });
  await recoverWork();
  expect(await projectRow(id)).toMatchObject({ status: 'importing' });
  await db.execute(`delete from pgboss.job where data->>'projectId' = '${id}'`);
  const longAgo = new Date(Date.now() - 600_000);
  await db
    .update(schema.project)
    .set({ createdAt: longAgo, importHeartbeatAt: longAgo })
    .where(eq(schema.project.id, id));
  await recoverWork();
  expect(await projectRow(id)).toMatchObject({ status: 'failed', error: expect.stringContaining('interrupted') });
});

test('[PR6] a folder’s repository is imported through the sandbox', async () => {
  const configured = { ...environment.env(), localRepos: [root] };
  const spy = vi.spyOn(environment, 'env').mockReturnValue(configured);
  try {
    const made = await imported({ type: 'path', path: path.join(root, 'sample.git') });
    expect(made).toMatchObject({ status: 'ready', defaultBranch: 'main' });
    await mkdir(path.join(root, 'plain'));
    const failed = await imported({ type: 'path', path: path.join(root, 'plain') });
    expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('not a git repository') });
  } finally {
    spy.mockRestore();
  }
}, 30_000);

test('[PR7] an uploaded archive becomes a project and its bytes go', async () => {
  await expect(storeUpload(team.developer.ctx, Readable.from([Buffer.from('text')]))).rejects.toMatchObject({
    code: 'invalid',
  });
  const tar = path.join(root, 'archive.tar.gz');
  const { create } = await import('tar');
  await create({ file: tar, gzip: true, cwd: root }, ['sample.git/HEAD']);
  const { uploadId, sizeBytes } = await storeUpload(team.developer.ctx, createReadStream(tar));
  expect(sizeBytes).toBeGreaterThan(0);
  expect(await auditOf('upload', uploadId)).toMatchObject([{ action: 'upload.store', teamId: null }]);
  const someoneElses = createProject(team.admin.ctx, {
    team: team.slug,
    name: 'x',
    source: { type: 'archive', uploadId },
  });
  await expect(someoneElses).rejects.toMatchObject({ code: 'not_found' });
  expect(await imported({ type: 'archive', uploadId })).toMatchObject({ status: 'ready' });
  expect(existsSync(uploadPath(uploadId))).toBe(false);
  expect(await db.select().from(schema.upload).where(eq(schema.upload.id, uploadId))).toEqual([]);
  const damaged = await storeUpload(team.developer.ctx, Readable.from([gzipSync(Buffer.from('no tar'.repeat(500)))]));
  const failed = await imported({ type: 'archive', uploadId: damaged.uploadId });
  expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('damaged') });
  expect(existsSync(uploadPath(damaged.uploadId))).toBe(false);
});

test('[PR7] a viewer uploads nothing, and nobody more than five archives that no project was made of', async () => {
  const viewers = Readable.from([gzipSync(Buffer.from('x'))]);
  await expect(storeUpload(team.viewer.ctx, viewers)).rejects.toMatchObject({ code: 'forbidden' });
  expect(viewers.readableDidRead).toBe(false);
  const { ctx, personId } = team.developer;
  const upload = () => storeUpload(ctx, Readable.from([gzipSync(Buffer.from('x'))]));
  const ends = await Promise.allSettled(Array.from({ length: 8 }, upload));
  const taken = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.uploadId] : []));
  expect(taken.length).toBeLessThanOrEqual(5);
  while (taken.length < 5) taken.push((await upload()).uploadId);
  const refused = Readable.from([gzipSync(Buffer.from('x'))]);
  await expect(storeUpload(ctx, refused)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('Make projects of these first'),
  });
  expect(refused.readableDidRead).toBe(false);
  await imported({ type: 'archive', uploadId: taken[0] ?? '' });
  const { uploadId } = await upload();
  const mine = eq(schema.upload.personId, personId);
  expect(await db.select().from(schema.upload).where(mine)).toHaveLength(5);
  await db.delete(schema.upload).where(eq(schema.upload.id, uploadId));
  await db
    .update(schema.upload)
    .set({ sizeBytes: 1024 ** 3 })
    .where(mine);
  await expect(upload()).rejects.toMatchObject({ code: 'conflict' });
  for (const id of [...taken, uploadId]) await rm(uploadPath(id), { force: true });
});

test('[PR2] what people see of a project has no credential', async () => {
  const [row] = await db
    .select()
    .from(schema.project)
    .where(and(eq(schema.project.teamId, team.teamId), eq(schema.project.status, 'ready')));
  const view = await getProject(team.viewer.ctx, { projectId: row?.id ?? '' });
  expect(view).not.toHaveProperty('credentialSealed');
});
