import { and, eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture, sessionRow, type Client } from '../../db/testing-room.ts';
import { findText } from '../collab/room-document.ts';
import { systemContext, type Context } from '../context.ts';
import type { AppError } from '../core/errors.ts';
import { thinCheckpoints } from '../retention/thin-checkpoints.ts';
import { resolveCommit } from '../workspace/git.ts';
import { gitOk } from '../workspace/git.ts';
import { recordCheckpoint } from '../workspace/checkpoint.ts';
import {
  compareCheckpoint,
  getCheckpointChange,
  listCheckpointFiles,
  listCheckpoints,
  readCheckpointFile,
} from './checkpoint-queries.ts';
import { keepCheckpoints } from './keep-checkpoints.ts';
import { openFile } from './open-file.ts';
import { previewRestore } from './preview-restore.ts';
import { restoreCheckpoint } from './restore-checkpoint.ts';
import { nameCheckpoint, saveCheckpoint } from './save-checkpoint.ts';

const room = await roomFixture();
const { sessionCheckpoint } = schema;

async function typing(files: Record<string, string> = { 'a.txt': 'one\n' }) {
  const sessionId = await room.session(files);
  const ada = await room.person('developer', 'Ada');
  const client = await room.enter(ada, sessionId);
  const { fileId } = await openFile(ada, { sessionId, path: 'a.txt' });
  await eventually(() => expect(findText(client.doc, fileId)).toBeDefined());
  return { sessionId, ada, client, fileId };
}

async function type(client: Client, given: { sessionId: string; fileId: string; text: string }) {
  findText(client.doc, given.fileId)?.insert(0, given.text);
  const stored = () =>
    room.server.collab.rooms.with(given.sessionId, async (live) => {
      await live.settled();
      return findText(live.doc, given.fileId)?.toJSON();
    });
  await eventually(async () => expect(await stored()).toContain(given.text));
}

/** As if the checkpoints of a session had been made so long ago. */
async function age(sessionId: string, interval: string) {
  await room.db
    .update(sessionCheckpoint)
    .set({ createdAt: sql`${sessionCheckpoint.createdAt} - ${interval}::interval` })
    .where(eq(sessionCheckpoint.sessionId, sessionId));
}

async function first(ctx: Context, sessionId: string) {
  const { teamId, projectId, headCommit: commit } = await sessionRow(room.db, sessionId);
  const cause = { type: 'start' as const };
  return recordCheckpoint(ctx, { session: { id: sessionId, teamId }, projectId, commit, updateId: 0, cause });
}

const refusal = (code: string) => expect.objectContaining({ name: 'AppError', code }) as AppError;

test('[CB120] a point is a commit with a ref and outlives folding, a restart and the clearing of the repository', async () => {
  const { sessionId, ada, client, fileId } = await typing();
  await type(client, { sessionId, fileId, text: 'zero\n' });
  const { id } = await saveCheckpoint(ada, { sessionId, name: '  Named  ' });
  await type(client, { sessionId, fileId, text: 'later\n' });
  await room.server.collab.rooms.with(sessionId, (live) => live.compact());
  await room.server.restart();
  // Even when the chain of states were cut, the point stays.
  await gitOk('update-ref', ['-d', `refs/ensemble/sessions/${sessionId}`], { repo: room.repo });
  const [point] = (await listCheckpoints(ada, { sessionId })).items;
  expect(point).toMatchObject({ id, kind: 'named', name: 'Named', title: 'Named', actor: { name: 'Ada' } });
  const [row] = await room.db.select().from(sessionCheckpoint).where(eq(sessionCheckpoint.id, id));
  expect(await resolveCommit(room.repo, `refs/ensemble/checkpoints/${id}`)).toBe(row?.commit);
  expect(await readCheckpointFile(ada, { checkpointId: id, path: 'a.txt' })).toMatchObject({
    side: { kind: 'text', text: 'zero\none\n' },
  });
});

test('[CB121] while something changes a point is made every ten minutes, and none when nothing did', async () => {
  const { sessionId, ada, client, fileId } = await typing();
  await first(ada, sessionId);
  const count = async () => (await listCheckpoints(ada, { sessionId })).items.length;
  await type(client, { sessionId, fileId, text: 'zero\n' });
  await keepCheckpoints({});
  expect(await count()).toBe(1);
  await age(sessionId, '10 minutes');
  await keepCheckpoints({});
  const [point] = (await listCheckpoints(ada, { sessionId })).items;
  expect(point).toMatchObject({ title: 'While people worked', changedFiles: 1, addedLines: 1, removedLines: 0 });
  expect(await count()).toBe(2);
  await age(sessionId, '10 minutes');
  await keepCheckpoints({});
  expect(await count()).toBe(2);

  // Typed and taken back: the point still holds, and moves along.
  await type(client, { sessionId, fileId, text: 'x' });
  findText(client.doc, fileId)?.delete(0, 1);
  await eventually(async () =>
    expect(await room.server.collab.rooms.with(sessionId, (live) => findText(live.doc, fileId)?.toJSON())).toBe(
      'zero\none\n',
    ),
  );
  await keepCheckpoints({});
  expect(await count()).toBe(2);
  const before = await room.db
    .select()
    .from(sessionCheckpoint)
    .where(eq(sessionCheckpoint.id, point?.id ?? ''));
  await keepCheckpoints({});
  expect(
    await room.db
      .select()
      .from(sessionCheckpoint)
      .where(eq(sessionCheckpoint.id, point?.id ?? '')),
  ).toEqual(before);
});

test('[CB121] a restore from a state that has its point makes none, and its undo keeps the restored state', async () => {
  const { sessionId, ada, client, fileId } = await typing();
  const point = await saveCheckpoint(ada, { sessionId, name: 'Point' });
  await type(client, { sessionId, fileId, text: 'later\n' });
  await age(sessionId, '10 minutes');
  await keepCheckpoints({});
  const [kept] = (await listCheckpoints(ada, { sessionId })).items;
  const { undoId } = await restoreCheckpoint(ada, { checkpointId: point.id });
  expect(undoId).toBe(kept?.id);
  await restoreCheckpoint(ada, { checkpointId: undoId ?? '' });
  const titles = (await listCheckpoints(ada, { sessionId })).items.map(({ title }) => title);
  expect(titles).toEqual(['Before restoring “While people worked”', 'While people worked', 'Point']);
});

test('[CB125] a point is compared with now and with another point, file by file', async () => {
  const { sessionId, ada, client, fileId } = await typing({ 'a.txt': 'one\n', 'b.txt': 'same\n' });
  const { id: checkpointId } = await saveCheckpoint(ada, { sessionId, name: 'First' });
  await type(client, { sessionId, fileId, text: 'two\n' });
  const { id: otherId } = await saveCheckpoint(ada, { sessionId, name: 'Second' });
  await type(client, { sessionId, fileId, text: 'three\n' });
  const change = { path: 'a.txt', status: 'modified', isModeChange: false };
  expect((await compareCheckpoint(ada, { checkpointId })).items).toEqual([{ ...change, added: 2, removed: 0 }]);
  const two = await compareCheckpoint(ada, { checkpointId, otherId });
  expect(two).toMatchObject({ other: { title: 'Second' }, items: [{ ...change, added: 1, removed: 0 }] });
  expect(await getCheckpointChange(ada, { checkpointId, otherId, path: 'a.txt' })).toMatchObject({
    base: { text: 'one\n' },
    current: { text: 'two\none\n' },
  });
  await expect(getCheckpointChange(ada, { checkpointId, path: 'b.txt' })).rejects.toEqual(refusal('not_found'));
  const files = await listCheckpointFiles(ada, { checkpointId });
  expect(files.map(({ path }) => path)).toEqual(['a.txt', 'b.txt']);
  const elsewhere = await typing();
  const foreign = await saveCheckpoint(elsewhere.ada, { sessionId: elsewhere.sessionId, name: 'Foreign' });
  await expect(compareCheckpoint(ada, { checkpointId, otherId: foreign.id })).rejects.toEqual(refusal('invalid'));
});

test('[CB120] who may view looks, who may edit saves, names and restores', async () => {
  const { sessionId, ada } = await typing();
  const viewer = await room.person('viewer', 'Vic');
  const { id: checkpointId } = await saveCheckpoint(ada, { sessionId, name: 'Point' });
  expect((await previewRestore(viewer, { checkpointId })).files).toEqual([]);
  expect((await listCheckpoints(viewer, { sessionId })).items).toHaveLength(1);
  for (const refused of [
    () => saveCheckpoint(viewer, { sessionId, name: 'Mine' }),
    () => nameCheckpoint(viewer, { checkpointId, name: null }),
    () => restoreCheckpoint(viewer, { checkpointId }),
  ])
    await expect(refused()).rejects.toEqual(refusal('forbidden'));
  await expect(previewRestore(ada, { checkpointId: 'chk_none' })).rejects.toEqual(refusal('not_found'));
  await room.db.update(schema.session).set({ archivedAt: new Date() }).where(eq(schema.session.id, sessionId));
  await expect(restoreCheckpoint(ada, { checkpointId })).rejects.toEqual(refusal('conflict'));
  expect((await listCheckpoints(viewer, { sessionId })).items).toHaveLength(1);
});

test('[CB126] thinning takes rows and refs of automatic points, and those whose name was taken away', async () => {
  const { sessionId, ada, client, fileId } = await typing();
  const ctx = systemContext('retention');
  await first(ada, sessionId);
  const ids: string[] = [];
  for (let at = 0; at < 4; at++) {
    await type(client, { sessionId, fileId, text: `${at}\n` });
    ids.push((await saveCheckpoint(ada, { sessionId, name: `Point ${at}` })).id);
  }
  // At one moment long ago, so that all are of one hour and one day.
  const at = new Date(Date.now() - 30 * 86_400_000);
  const isHere = eq(sessionCheckpoint.sessionId, sessionId);
  await room.db.update(sessionCheckpoint).set({ createdAt: at }).where(isHere);
  await thinCheckpoints(ctx);
  expect((await listCheckpoints(ada, { sessionId })).items).toHaveLength(5);
  for (const checkpointId of ids.filter((_id, index) => index !== 1))
    await nameCheckpoint(ada, { checkpointId, name: null });
  await thinCheckpoints(ctx);
  const left = (await listCheckpoints(ada, { sessionId })).items;
  expect(left.map(({ title, addedLines }) => [title, addedLines])).toEqual([
    ['Saved', 2],
    ['Point 1', 2],
    ['The session began', 0],
  ]);
  for (const id of ids) {
    const ref = await resolveCommit(room.repo, `refs/ensemble/checkpoints/${id}`);
    expect(ref !== undefined).toBe(left.some((one) => one.id === id));
  }
  const audit = await room.db
    .select()
    .from(schema.auditEntry)
    .where(and(eq(schema.auditEntry.resourceId, sessionId), eq(schema.auditEntry.action, 'checkpoint.thin')));
  expect(audit.map(({ detail }) => detail)).toEqual([{ removed: 2 }]);
});
