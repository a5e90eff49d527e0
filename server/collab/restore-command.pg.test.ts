import { and, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type * as Y from 'yjs';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture, sessionRow, type Client } from '../../db/testing-room.ts';
import type { Context } from '../context.ts';
import { compareCheckpoint, listCheckpoints } from '../sessions/checkpoint-queries.ts';
import { createFile, deletePath, discardFile, renamePath } from '../sessions/file-commands.ts';
import { openFile } from '../sessions/open-file.ts';
import { previewRestore } from '../sessions/preview-restore.ts';
import { restoreCheckpoint } from '../sessions/restore-checkpoint.ts';
import { saveCheckpoint } from '../sessions/save-checkpoint.ts';
import { resolveCommit } from '../workspace/git.ts';
import { commitTree, readBlob, readTree, writeBlob, writeTreeChanges } from '../workspace/git-objects.ts';
import { requestRoomCommand, requireDone, type RoomCommand } from '../workspace/room-command.ts';
import { findText } from './room-document.ts';

const room = await roomFixture();

async function ask<Command extends RoomCommand>(ctx: Context, sessionId: string, command: Command) {
  return requireDone(await requestRoomCommand(ctx, { sessionId, teamId: room.teamId, command }));
}

function textOf(client: Client, fileId: string): Y.Text {
  const text = findText(client.doc, fileId);
  if (!text) throw new Error(`no text of ${fileId}`);
  return text;
}

/** Every file with its mode and bytes, as latin1. */
async function stateOf(ctx: Context, sessionId: string): Promise<Record<string, string>> {
  const { commit } = await ask(ctx, sessionId, { kind: 'materialize' });
  return filesOf(commit);
}

async function filesOf(commit: string): Promise<Record<string, string>> {
  const state: Record<string, string> = {};
  for (const { path, mode, oid } of await readTree(room.repo, commit))
    state[path] = `${mode} ${Buffer.from(await readBlob(room.repo, oid, 1e7)).toString('latin1')}`;
  return state;
}

async function checkpointRow(id: string) {
  const [row] = await room.db.select().from(schema.sessionCheckpoint).where(eq(schema.sessionCheckpoint.id, id));
  if (!row) throw new Error(`no checkpoint ${id}`);
  return row;
}

async function opened(files: Record<string, string | Uint8Array>) {
  const sessionId = await room.session(files);
  const ada = await room.person('developer', 'Ada');
  const client = await room.enter(ada, sessionId);
  const fileIds: Record<string, string> = {};
  for (const path of Object.keys(files).filter((name) => !name.endsWith('.bin'))) {
    const { fileId } = await openFile(ada, { sessionId, path });
    fileIds[path] = fileId;
    await eventually(() => expect(findText(client.doc, fileId)).toBeDefined());
  }
  return { sessionId, ada, client, fileIds };
}

async function type(ctx: Context, client: Client, given: { sessionId: string; fileId: string; text: string }) {
  textOf(client, given.fileId).insert(0, given.text);
  await eventually(async () =>
    expect(Object.values(await stateOf(ctx, given.sessionId)).join('\n')).toContain(given.text.trim()),
  );
}

test('[CB122] a restore is a new state: the texts are those of the point, and undoing it brings each byte back', async () => {
  const files = { 'a.txt': 'one\ntwo\n', 'crlf.txt': 'a\r\nb\r\n', 'bom.sh': '\ufeffecho\n', 'other.txt': 'same\n' };
  const { sessionId, ada, client, fileIds } = await opened(files);
  const atPoint = await stateOf(ada, sessionId);
  const point = await saveCheckpoint(ada, { sessionId, name: 'Before the change' });
  for (const path of Object.keys(fileIds))
    await type(ada, client, { sessionId, fileId: fileIds[path] ?? '', text: `typed in ${path}\n` });
  const later = await stateOf(ada, sessionId);
  expect(later['crlf.txt']).toBe('100644 typed in crlf.txt\r\na\r\nb\r\n');

  const restored = await restoreCheckpoint(ada, { checkpointId: point.id });
  expect(restored.paths.toSorted()).toEqual(Object.keys(files).toSorted());
  expect(restored.left).toEqual([]);
  expect(await stateOf(ada, sessionId)).toEqual(atPoint);
  await eventually(() => expect(textOf(client, fileIds['a.txt'] ?? '').toJSON()).toBe('one\ntwo\n'));

  const undone = await restoreCheckpoint(ada, { checkpointId: restored.undoId ?? '' });
  expect(await stateOf(ada, sessionId)).toEqual(later);
  await restoreCheckpoint(ada, { checkpointId: undone.undoId ?? '' });
  expect(await stateOf(ada, sessionId)).toEqual(atPoint);
  const titles = (await listCheckpoints(ada, { sessionId })).items.map(({ title }) => title);
  expect(titles.slice(0, 3)).toEqual([
    'Before restoring “the state before Before the change”',
    'Before restoring “the state before Before the change”',
    'Before restoring “Before the change”',
  ]);
});

test('[CB122] names, new files, deleted files, modes and bytes that are no text come back as they were', async () => {
  const binary = new Uint8Array([0x89, 0x50, 0, 0]);
  const { sessionId, ada, client, fileIds } = await opened({
    'src/a.txt': 'one\ntwo\nthree\nfour\n',
    'gone.txt': 'I will go\n',
    'image.bin': binary,
    'run.sh': 'echo\n',
  });
  const atPoint = await stateOf(ada, sessionId);
  const point = await saveCheckpoint(ada, { sessionId, name: 'All of it' });
  await renamePath(ada, { sessionId, from: 'src', to: 'lib' });
  await type(ada, client, { sessionId, fileId: fileIds['src/a.txt'] ?? '', text: 'zero\n' });
  await deletePath(ada, { sessionId, path: 'gone.txt' });
  await deletePath(ada, { sessionId, path: 'image.bin' });
  await createFile(ada, { sessionId, path: 'gone.txt/inner.txt', text: 'a folder now\n' });
  const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
  const tree = await writeTreeChanges(room.repo, commit, [
    { path: 'run.sh', mode: '100644', oid: await writeBlob(room.repo, Buffer.from('echo\n')) },
    { path: 'made.txt', mode: '100644', oid: await writeBlob(room.repo, Buffer.from('made by a command\n')) },
  ]);
  const author = { name: 'T', email: 't@example.com', at: new Date() };
  const result = await commitTree(room.repo, { tree, parents: [commit], message: 'command', author });
  await ask(ada, sessionId, { kind: 'apply_tree', base: commit, result, cause: 'command' });
  const later = await stateOf(ada, sessionId);
  expect(Object.keys(later).toSorted()).toEqual(['gone.txt/inner.txt', 'lib/a.txt', 'made.txt', 'run.sh']);
  expect(later['run.sh']).toBe('100644 echo\n');

  const { paths, undoId } = await restoreCheckpoint(ada, { checkpointId: point.id });
  expect(paths).toHaveLength(7);
  expect(await stateOf(ada, sessionId)).toEqual(atPoint);
  // The file that was renamed is the same file, for the cursors and comments in it.
  await eventually(() => {
    const entry = client.doc.getMap<Y.Map<unknown>>('files').get(fileIds['src/a.txt'] ?? '');
    expect(entry?.get('path')).toBe('src/a.txt');
  });
  await restoreCheckpoint(ada, { checkpointId: undoId ?? '' });
  expect(await stateOf(ada, sessionId)).toEqual(later);
});

test('[CB123] while two people type, every keystroke is in the point before or in the text after', async () => {
  const { sessionId, ada, client, fileIds } = await opened({ 'a.txt': 'start\n', 'b.txt': 'start\n' });
  const bo = await room.person('developer', 'Bo');
  const other = await room.enter(bo, sessionId);
  const [a, b] = [fileIds['a.txt'] ?? '', fileIds['b.txt'] ?? ''];
  await eventually(() => expect(findText(other.doc, b)).toBeDefined());
  const point = await saveCheckpoint(ada, { sessionId, name: 'Start' });
  let typed = 0;
  const typing = setInterval(() => {
    typed += 1;
    textOf(client, a).insert(0, `<a${typed}>\n`);
    textOf(other, b).insert(0, `<b${typed}>\n`);
  }, 2);
  const undoIds: string[] = [];
  try {
    for (let round = 0; round < 4; round++) {
      await eventually(() => expect(typed).toBeGreaterThan((round + 1) * 20));
      const { undoId } = await restoreCheckpoint(ada, { checkpointId: point.id });
      if (undoId !== null) undoIds.push(undoId);
    }
  } finally {
    clearInterval(typing);
  }
  await eventually(async () => {
    const now = await stateOf(ada, sessionId);
    expect(now['a.txt']).toBe(`100644 ${textOf(client, a).toJSON()}`);
    expect(now['b.txt']).toBe(`100644 ${textOf(other, b).toJSON()}`);
    expect(textOf(other, a).toJSON()).toBe(textOf(client, a).toJSON());
  });
  const kept = [await stateOf(ada, sessionId)];
  for (const id of undoIds) kept.push(await filesOf((await checkpointRow(id)).commit));
  const all = kept.map((state) => Object.values(state).join('\n')).join('\n');
  expect(undoIds).toHaveLength(4);
  for (let at = 1; at <= typed; at++) for (const who of ['a', 'b']) expect(all).toContain(`<${who}${at}>`);
});

test('[CB122] single files are restored, and what has no place now is left with the reason', async () => {
  const { sessionId, ada } = await opened({ 'a.txt': 'a\n', 'b.txt': 'b\n', name: 'a file\n' });
  const point = await saveCheckpoint(ada, { sessionId, name: 'Point' });
  await deletePath(ada, { sessionId, path: 'a.txt' });
  await deletePath(ada, { sessionId, path: 'b.txt' });
  await deletePath(ada, { sessionId, path: 'name' });
  await createFile(ada, { sessionId, path: 'name/inner.txt', text: 'x\n' });
  const restored = await restoreCheckpoint(ada, { checkpointId: point.id, paths: ['a.txt', 'name'] });
  expect(restored.paths).toEqual(['a.txt']);
  expect(restored.left).toEqual([{ path: 'name', reason: 'There is already a folder name' }]);
  expect(await stateOf(ada, sessionId)).toEqual({ 'a.txt': '100644 a\n', 'name/inner.txt': '100644 x\n' });
  const again = await restoreCheckpoint(ada, { checkpointId: point.id, paths: ['a.txt'] });
  expect(again).toEqual({ paths: [], left: [], undoId: null });
});

test('[CB122] the conversation, the branch and the base stay; the log and the audit log say who restored what', async () => {
  const { sessionId, ada, client, fileIds } = await opened({ 'a.txt': 'a\n' });
  const point = await saveCheckpoint(ada, { sessionId, name: 'Point' });
  await type(ada, client, { sessionId, fileId: fileIds['a.txt'] ?? '', text: 'later\n' });
  const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
  await ask(ada, sessionId, { kind: 'set_base', commit });
  const { undoId } = await restoreCheckpoint(ada, { checkpointId: point.id });
  expect((await sessionRow(room.db, sessionId)).baseCommit).toBe(commit);
  const events = await room.db
    .select()
    .from(schema.sessionEvent)
    .where(and(eq(schema.sessionEvent.sessionId, sessionId), eq(schema.sessionEvent.type, 'checkpoint_restored')));
  expect(events.map((event) => event.body)).toEqual([
    {
      type: 'checkpoint_restored',
      checkpointId: point.id,
      title: 'Point',
      paths: ['a.txt'],
      isPart: false,
      undoId,
    },
  ]);
  const audit = await room.db.select().from(schema.auditEntry).where(eq(schema.auditEntry.resourceId, point.id));
  expect(audit.map((entry) => entry.action).toSorted()).toEqual(['checkpoint.create', 'checkpoint.restore']);
  const kinds = await room.db
    .select({ kind: schema.roomUpdate.kind, actorId: schema.roomUpdate.actorId })
    .from(schema.roomUpdate)
    .where(and(eq(schema.roomUpdate.sessionId, sessionId), eq(schema.roomUpdate.actorKind, 'person')));
  expect(kinds.map(({ kind }) => kind)).toContain('restore');
});

test('[CB121] before a discard and a deletion the session is kept as it was', async () => {
  const { sessionId, ada, client, fileIds } = await opened({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  await type(ada, client, { sessionId, fileId: fileIds['a.txt'] ?? '', text: 'typed\n' });
  await discardFile(ada, { sessionId, path: 'a.txt' });
  await deletePath(ada, { sessionId, path: 'b.txt' });
  const points = (await listCheckpoints(ada, { sessionId })).items;
  expect(points.map(({ title }) => title)).toEqual(['Before deleting b.txt', 'Before discarding a.txt']);
  const discarded = await checkpointRow(points[1]?.id ?? '');
  expect((await filesOf(discarded.commit))['a.txt']).toBe('100644 typed\na\n');
  expect(await resolveCommit(room.repo, `refs/ensemble/checkpoints/${discarded.id}`)).toBe(discarded.commit);
});

test('[CB124] the preview names the people whose later work it hides, with their lines, also after folding and a restart', async () => {
  const { sessionId, ada, client, fileIds } = await opened({ 'a.txt': 'one\n', 'b.txt': 'one\n' });
  const bo = await room.person('developer', 'Bo');
  const cy = await room.person('developer', 'Cy');
  const [others, third] = [await room.enter(bo, sessionId), await room.enter(cy, sessionId)];
  const [a, b] = [fileIds['a.txt'] ?? '', fileIds['b.txt'] ?? ''];
  await type(ada, client, { sessionId, fileId: a, text: 'of before\n' });
  const point = await saveCheckpoint(ada, { sessionId, name: 'Point' });
  await eventually(() => expect(textOf(others, a).toJSON()).toContain('of before'));
  await type(bo, others, { sessionId, fileId: a, text: 'bo 1\nbo 2\n' });
  await type(bo, others, { sessionId, fileId: b, text: 'bo 3\n' });
  await eventually(() => expect(textOf(third, b).toJSON()).toContain('bo 3'));
  const cys = textOf(third, b);
  cys.delete(cys.length - 4, 4);
  await eventually(async () => expect((await stateOf(ada, sessionId))['b.txt']).toBe('100644 bo 3\n'));

  const expected = {
    title: 'Point',
    isCurrent: true,
    commits: [],
    files: [
      { path: 'a.txt', change: 'changed', added: 0, removed: 2, isCommitted: false },
      { path: 'b.txt', change: 'changed', added: 1, removed: 1, isCommitted: false },
    ],
    hidden: [
      { author: { kind: 'person', name: 'Bo' }, files: ['a.txt', 'b.txt'], lines: 3 },
      { author: { kind: 'person', name: 'Cy' }, files: ['b.txt'], lines: 0 },
    ],
  };
  expect(await previewRestore(ada, { checkpointId: point.id })).toMatchObject(expected);
  await room.server.restart();
  await room.server.collab.rooms.with(sessionId, (live) => live.compact());
  expect(await previewRestore(ada, { checkpointId: point.id })).toMatchObject(expected);
  const part = await previewRestore(ada, { checkpointId: point.id, paths: ['a.txt'] });
  expect(part.hidden.map(({ author, lines }) => [author.name, lines])).toEqual([['Bo', 2]]);
  const compared = await compareCheckpoint(ada, { checkpointId: point.id });
  expect(compared.items.map(({ path, added, removed }) => [path, added, removed])).toEqual([
    ['a.txt', 2, 0],
    ['b.txt', 1, 1],
  ]);
});
