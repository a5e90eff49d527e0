import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { newTestRun, newTestSession, newTestWorker } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { deleteSession } from '../sessions/delete-session.ts';
import { deleteProject } from '../workspace/delete-project.ts';
import { repoPath, resolveCommit } from '../workspace/git.ts';
import { uploadPath } from '../workspace/project-files.ts';
import { newProject, newStaffedTeam } from '../workspace/testing.ts';
import { removeExpired } from './remove-expired.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const team = await newStaffedTeam('Alpha');
const longAgo = new Date(Date.now() - 15 * 86_400_000);

afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

test('[PR18] what was deleted longer ago than the grace time is removed for good, the rest stays', async () => {
  const { project, session } = schema;
  const [old, fresh, kept] = [await newProject(team), await newProject(team), await newProject(team)];
  await deleteProject(team.admin.ctx, { projectId: old });
  await deleteProject(team.admin.ctx, { projectId: fresh });
  await db.update(project).set({ deletedAt: longAgo }).where(eq(project.id, old));
  const gone = await createSession(team.admin.ctx, { projectId: kept, title: 'Gone' });
  const stays = await createSession(team.admin.ctx, { projectId: kept, title: 'Stays' });
  for (const { id } of [gone, stays]) await deleteSession(team.admin.ctx, { sessionId: id });
  await db.update(session).set({ deletedAt: longAgo }).where(eq(session.id, gone.id));

  await removeExpired();

  const projects = (await db.select({ id: project.id }).from(project)).map((row) => row.id);
  expect(projects.toSorted()).toEqual([fresh, kept].toSorted());
  expect([old, fresh, kept].map((id) => existsSync(repoPath(id)))).toEqual([false, true, true]);
  expect((await db.select({ id: session.id }).from(session)).map((row) => row.id)).toEqual([stays.id]);
  expect(await resolveCommit(repoPath(kept), `refs/ensemble/sessions/${gone.id}`)).toBeUndefined();
  expect(await resolveCommit(repoPath(kept), `refs/ensemble/sessions/${stays.id}`)).toBeDefined();
  expect(await resolveCommit(repoPath(kept), 'refs/heads/gone')).toBe(gone.baseCommit);
  expect((await auditOf('project', old)).at(-1)).toMatchObject({ action: 'project.remove', actorKind: 'system' });
  expect((await auditOf('session', gone.id)).at(-1)).toMatchObject({ action: 'session.remove' });
  await removeExpired();
});

test('[PR18] an upload that nobody used goes', async () => {
  const uploadId = newId('upl');
  await mkdir(path.dirname(uploadPath(uploadId)), { recursive: true });
  await writeFile(uploadPath(uploadId), 'x');
  await db
    .insert(schema.upload)
    .values({ id: uploadId, personId: team.admin.personId, format: 'zip', sizeBytes: 1, expiresAt: longAgo });
  await removeExpired();
  expect(existsSync(uploadPath(uploadId))).toBe(false);
  expect(await db.select().from(schema.upload)).toEqual([]);
});

test('[CV32] an image that no prompt names goes after a week, one that a prompt names stays', async () => {
  const { promptImage, runPrompt } = schema;
  await newTestWorker();
  const session = await newTestSession();
  const { sessionId, teamId } = session;
  const [used, unused, fresh] = [newId('img'), newId('img'), newId('img')];
  const image = { teamId, sessionId, personId: session.developer.personId, mimeType: 'image/png', sizeBytes: 1 };
  for (const id of [used, unused, fresh]) {
    const createdAt = id === fresh ? new Date(Date.now() - 6 * 86_400_000) : longAgo;
    await db.insert(promptImage).values({ ...image, id, content: Buffer.from('x'), createdAt });
  }
  const runId = await newTestRun(session);
  const attachments = [{ kind: 'image', imageId: used, name: 'screen.png' } as const];
  await db
    .insert(runPrompt)
    .values({ runId, teamId, attachments })
    .onConflictDoUpdate({ target: runPrompt.runId, set: { attachments } });
  await removeExpired();
  const left = await db.select({ id: promptImage.id }).from(promptImage);
  expect(left.map(({ id }) => id).toSorted()).toEqual([used, fresh].toSorted());
});

test('[PR18] what only served rooms for a moment goes; whose a client id is stays', async () => {
  const projectId = await newProject(team);
  const { teamId } = team;
  const { id: sessionId } = await createSession(team.admin.ctx, { projectId, title: 'Rooms' });
  const recently = new Date(Date.now() - 6 * 86_400_000);
  const longSince = new Date(Date.now() - 8 * 86_400_000);
  const command = {
    teamId,
    sessionId,
    kind: 'materialize',
    payload: {},
    actor: { kind: 'system' as const, id: 'test', name: 'Test' },
    createdAt: longSince,
  };
  const { roomCommand, roomTicket, roomClient, webNode } = schema;
  await db.insert(roomCommand).values([
    { ...command, id: 'cmd_done', state: 'done', finishedAt: longSince },
    { ...command, id: 'cmd_failed', state: 'failed', finishedAt: longSince },
    { ...command, id: 'cmd_recent', state: 'done', finishedAt: recently },
    { ...command, id: 'cmd_queued' },
  ]);
  const ticket = { teamId, sessionId, personId: team.admin.personId, clientId: 2, useBefore: longSince };
  await db.insert(roomTicket).values([
    { ...ticket, id: 'tkt_ended', ticketHash: 'a', expiresAt: longSince },
    { ...ticket, id: 'tkt_valid', ticketHash: 'b', expiresAt: new Date(Date.now() + 1_000) },
  ]);
  await db
    .insert(roomClient)
    .values({ sessionId, teamId, clientId: 2, actorKind: 'person', actorId: 'per_1', createdAt: longAgo });
  await db.insert(webNode).values([
    { nodeId: 'node_gone', address: 'http://127.0.0.1:1', expiresAt: longSince },
    { nodeId: 'node_alive', address: 'http://127.0.0.1:2', expiresAt: new Date() },
  ]);

  await removeExpired();

  const left = async (rows: Promise<{ id: string }[]>) => (await rows).map(({ id }) => id).toSorted();
  expect(await left(db.select({ id: roomCommand.id }).from(roomCommand))).toEqual(['cmd_queued', 'cmd_recent']);
  expect(await left(db.select({ id: roomTicket.id }).from(roomTicket))).toEqual(['tkt_valid']);
  expect(await left(db.select({ id: webNode.nodeId }).from(webNode))).toEqual(['node_alive']);
  expect(await db.select().from(roomClient)).toHaveLength(1);
});

test('[BU19] what a call asked and was answered goes when its time is over', async () => {
  const { modelCallContent } = schema;
  const row = { teamId: team.teamId, requestSealed: 'x', answerSealed: 'x' };
  await db.insert(modelCallContent).values([
    { ...row, callId: 'mcl_old', expiresAt: new Date(Date.now() - 1_000) },
    { ...row, callId: 'mcl_kept', expiresAt: new Date(Date.now() + 86_400_000) },
  ]);
  await removeExpired();
  expect((await db.select().from(modelCallContent)).map(({ callId }) => callId)).toEqual(['mcl_kept']);
});
