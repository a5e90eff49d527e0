import { and, eq } from 'drizzle-orm';
import { expect, test, vi } from 'vitest';
import type * as Y from 'yjs';
import { openDatabase, schema } from '../../db/client.ts';
import { eventually, roomFixture, sessionRow } from '../../db/testing-room.ts';
import type { Context } from '../context.ts';
import type { AppError } from '../core/errors.ts';
import { createFile, deletePath, discardFile, renamePath, restoreFile } from '../sessions/file-commands.ts';
import { getChange, listChanges } from '../sessions/changes.ts';
import { newId } from '../platform/ids.ts';
import { listFiles } from '../sessions/list-files.ts';
import { openFile } from '../sessions/open-file.ts';
import { readBlob, readTree } from '../workspace/git-objects.ts';
import { requestRoomCommand, requireDone, type RoomCommand } from '../workspace/room-command.ts';
import { Room } from './room.ts';
import { createCommandRunner } from './room-commands.ts';
import { Rooms } from './rooms.ts';
import { serverClientId } from './room-document.ts';

const room = await roomFixture();

async function ask<Command extends RoomCommand>(ctx: Context, sessionId: string, command: Command) {
  return requireDone(await requestRoomCommand(ctx, { sessionId, teamId: room.teamId, command }));
}

function textOf(doc: Y.Doc, fileId: string): Y.Text {
  const entry = doc.getMap<Y.Map<unknown>>('files').get(fileId);
  const text = entry?.get('text');
  if (!text) throw new Error(`no text of ${fileId}`);
  return text as Y.Text;
}

async function fileAt(commit: string, path: string) {
  const entry = (await readTree(room.repo, commit)).find((one) => one.path === path);
  return entry && { mode: entry.mode, text: Buffer.from(await readBlob(room.repo, entry.oid, 1e6)).toString() };
}

const refusal = (code: string) => expect.objectContaining({ name: 'AppError', code }) as AppError;

test('[CB42] two people who open a file at once get the same one, and it is there once', async () => {
  const sessionId = await room.session({ 'a.txt': 'one\n' });
  const [ada, bob] = [await room.person(), await room.person()];
  const client = await room.enter(ada, sessionId);
  const opened = await Promise.all([ada, bob, ada].map((ctx) => openFile(ctx, { sessionId, path: 'a.txt' })));
  expect(new Set(opened.map((one) => one.fileId)).size).toBe(1);
  expect(opened[0]).toMatchObject({ path: 'a.txt', sizeBytes: 4, eol: 'lf' });
  const fileId = opened[0]?.fileId ?? '';
  await eventually(() => expect(textOf(client.doc, fileId).toJSON()).toBe('one\n'));
  const entry = client.doc.getMap<Y.Map<unknown>>('files').get(fileId);
  expect(entry?.toJSON()).toEqual({ path: 'a.txt', eol: 'lf', text: 'one\n' });
  expect(client.doc.getMap('files').size).toBe(1);
  expect(client.doc.store.clients.has(serverClientId)).toBe(true);
  expect(client.doc.getMap('meta').toJSON()).toEqual({ layout: 1 });
});

test.each([
  ['image.png', new Uint8Array([0x89, 0x50, 0, 0]), 'binary'],
  ['latin1.txt', new Uint8Array([0x61, 0xe9]), 'encoding'],
  ['mixed.txt', 'a\r\nb\n', 'mixed_eol'],
  ['huge.txt', 'x'.repeat(5 * 1024 * 1024 + 1), 'too_large'],
] as const)('[CB41] %s is not opened for editing, with the reason', async (...[path, content, reason]) => {
  const sessionId = await room.session({ [path]: content });
  const ada = await room.person();
  const opening = openFile(ada, { sessionId, path });
  await expect(opening).rejects.toMatchObject({ code: 'unsupported', details: { reason } });
});

test('[CB41] mixed line ends are made alike with consent', async () => {
  const sessionId = await room.session({ 'mixed.txt': 'a\r\nb\r\nc\n' });
  const opened = await openFile(await room.person(), { sessionId, path: 'mixed.txt', normaliseEol: true });
  expect(opened.eol).toBe('crlf');
});

test('[CB43] what people typed becomes a state commit with line ends, byte order mark and mode as they were', async () => {
  const sessionId = await room.session({ 'run.sh': '\ufeffecho a\r\n', 'other.txt': 'same\n' });
  const ada = await room.person();
  const client = await room.enter(ada, sessionId);
  const { fileId } = await openFile(ada, { sessionId, path: 'run.sh' });
  const before = await sessionRow(room.db, sessionId);
  expect((await ask(ada, sessionId, { kind: 'materialize' })).commit).toBe(before.headCommit);
  await eventually(() => expect(textOf(client.doc, fileId).toJSON()).toBe('echo a\n'));
  textOf(client.doc, fileId).insert(7, 'echo b\n');
  await eventually(async () => {
    const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
    expect(await fileAt(commit, 'run.sh')).toEqual({ mode: '100755', text: '\ufeffecho a\r\necho b\r\n' });
  });
  const after = await sessionRow(room.db, sessionId);
  expect(after.headCommit).not.toBe(before.headCommit);
  expect(after.baseCommit).toBe(before.baseCommit);
  expect(await fileAt(after.headCommit, 'other.txt')).toEqual({ mode: '100644', text: 'same\n' });
});

test('[CB44] a file is created, renamed and deleted for everybody, in the room and in the state', async () => {
  const sessionId = await room.session({ 'src/a.txt': 'one\n', 'src/b.txt': 'two\n' });
  const ada = await room.person();
  const client = await room.enter(ada, sessionId);
  const { fileId } = await openFile(ada, { sessionId, path: 'src/a.txt' });
  const created = await createFile(ada, { sessionId, path: 'src/new.txt', text: 'new\r\n' });
  await renamePath(ada, { sessionId, from: 'src', to: 'lib/deep' });
  await eventually(() => {
    const files = client.doc.getMap<Y.Map<unknown>>('files');
    expect(files.get(fileId)?.get('path')).toBe('lib/deep/a.txt');
    expect(files.get(created.fileId)?.get('path')).toBe('lib/deep/new.txt');
  });
  const listed = await listFiles(ada, { sessionId });
  expect(listed.items.map((file) => [file.path, file.change, file.fileId !== null])).toEqual([
    ['lib/deep/a.txt', 'added', true],
    ['lib/deep/b.txt', 'added', false],
    ['lib/deep/new.txt', 'added', true],
  ]);
  expect(listed.deleted).toEqual(['src/a.txt', 'src/b.txt']);
  expect(await fileAt(listed.commit, 'lib/deep/new.txt')).toEqual({ mode: '100644', text: 'new\r\n' });
  const deleted = await deletePath(ada, { sessionId, path: 'lib/deep/a.txt' });
  await eventually(() => expect(client.doc.getMap('files').has(fileId)).toBe(false));
  expect((await listFiles(ada, { sessionId })).items.map((file) => file.path)).not.toContain('lib/deep/a.txt');
  await restoreFile(ada, { sessionId, path: 'lib/deep/a.txt', commit: deleted.restoreCommit });
  const back = await listFiles(ada, { sessionId });
  expect(await fileAt(back.commit, 'lib/deep/a.txt')).toEqual({ mode: '100644', text: 'one\n' });
});

test('[CB44] a name that is taken or impossible is refused and nothing changes', async () => {
  const sessionId = await room.session({ 'a.txt': '', 'dir/b.txt': '' });
  const ada = await room.person();
  const before = await sessionRow(room.db, sessionId);
  await expect(createFile(ada, { sessionId, path: 'a.txt' })).rejects.toThrow(/already a file/);
  await expect(createFile(ada, { sessionId, path: 'dir' })).rejects.toThrow(/already a folder/);
  await expect(createFile(ada, { sessionId, path: 'a.txt/c' })).rejects.toThrow(/is a file/);
  await expect(createFile(ada, { sessionId, path: '.git/hooks/x' })).rejects.toEqual(refusal('invalid'));
  await expect(renamePath(ada, { sessionId, from: 'a.txt', to: 'dir/b.txt' })).rejects.toEqual(refusal('conflict'));
  await expect(renamePath(ada, { sessionId, from: 'dir', to: 'dir/sub' })).rejects.toEqual(refusal('invalid'));
  await expect(deletePath(ada, { sessionId, path: 'none' })).rejects.toEqual(refusal('not_found'));
  expect(await sessionRow(room.db, sessionId)).toMatchObject({ headCommit: before.headCommit });
});

test('[CB45] a discarded file has its committed text again, and the discard can be undone', async () => {
  const sessionId = await room.session({ 'a.txt': 'one\ntwo\n' });
  const ada = await room.person();
  const client = await room.enter(ada, sessionId);
  const { fileId } = await openFile(ada, { sessionId, path: 'a.txt' });
  await eventually(() => expect(textOf(client.doc, fileId).toJSON()).toBe('one\ntwo\n'));
  textOf(client.doc, fileId).insert(0, 'zero\n');
  await eventually(async () =>
    expect((await listChanges(ada, { sessionId })).items).toEqual([
      { path: 'a.txt', status: 'modified', isModeChange: false },
    ]),
  );
  expect(await getChange(ada, { sessionId, path: 'a.txt' })).toMatchObject({
    base: { kind: 'text', text: 'one\ntwo\n' },
    current: { kind: 'text', text: 'zero\none\ntwo\n' },
  });
  const { restoreCommit } = await discardFile(ada, { sessionId, path: 'a.txt' });
  await eventually(() => expect(textOf(client.doc, fileId).toJSON()).toBe('one\ntwo\n'));
  expect((await listChanges(ada, { sessionId })).items).toEqual([]);
  await restoreFile(ada, { sessionId, path: 'a.txt', commit: restoreCommit });
  await eventually(() => expect(textOf(client.doc, fileId).toJSON()).toBe('zero\none\ntwo\n'));
});

test('[CB45] discarding a new file removes it', async () => {
  const sessionId = await room.session({ 'a.txt': '' });
  const ada = await room.person();
  await createFile(ada, { sessionId, path: 'new.txt', text: 'x\n' });
  const { restoreCommit } = await discardFile(ada, { sessionId, path: 'new.txt' });
  expect((await listFiles(ada, { sessionId })).items.map((file) => file.path)).toEqual(['a.txt']);
  expect(await fileAt(restoreCommit, 'new.txt')).toEqual({ mode: '100644', text: 'x\n' });
});

test('[CB46] the difference of two commits comes in three ways; where people changed the same lines it is listed', async () => {
  const sessionId = await room.session({ 'a.txt': '1\n2\n3\n4\n5\n', 'b.txt': 'b\n', 'c.txt': 'c\n', 'd.txt': 'd\n' });
  const resultId = await room.session({
    'a.txt': '1\n2\n3\n4\nFIVE\n',
    'b.txt': 'B\n',
    'c.txt': 'CC\n',
    'e.txt': 'e\n',
  });
  const { headCommit: base } = await sessionRow(room.db, sessionId);
  const { headCommit: result } = await sessionRow(room.db, resultId);
  const ada = await room.person();
  const client = await room.enter(ada, sessionId);
  const a = await openFile(ada, { sessionId, path: 'a.txt' });
  const c = await openFile(ada, { sessionId, path: 'c.txt' });
  await eventually(() => expect(client.doc.getMap('files').size).toBe(2));
  textOf(client.doc, a.fileId).insert(0, 'zero\n');
  textOf(client.doc, c.fileId).insert(0, 'mine ');
  await eventually(async () => expect((await listChanges(ada, { sessionId })).items).toHaveLength(2));
  const applied = await ask(ada, sessionId, { kind: 'apply_tree', base, result, cause: 'merge' });
  expect(applied.conflicts).toEqual(['c.txt']);
  expect(applied.paths.toSorted()).toEqual(['a.txt', 'b.txt', 'd.txt', 'e.txt']);
  const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
  expect((await fileAt(commit, 'a.txt'))?.text).toBe('zero\n1\n2\n3\n4\nFIVE\n');
  expect((await fileAt(commit, 'b.txt'))?.text).toBe('B\n');
  expect((await fileAt(commit, 'c.txt'))?.text).toBe('mine c\n');
  expect(await fileAt(commit, 'd.txt')).toBeUndefined();
  expect((await fileAt(commit, 'e.txt'))?.text).toBe('e\n');
  const marked = await ask(ada, sessionId, { kind: 'apply_tree', base, result, cause: 'merge', onConflict: 'mark' });
  expect(marked.conflicts).toEqual(['c.txt']);
  await eventually(() => expect(textOf(client.doc, c.fileId).toJSON()).toContain('<<<<<<< this session'));
});

test('[CB46] what comes in never puts a file in the place of a folder, nor the other way round', async () => {
  const sessionId = await room.session({ 'x.txt': 'x\n' });
  const resultId = await room.session({ 'x.txt': 'x\n', docs: 'a file\n', 'note/a.txt': 'in a folder\n' });
  const { headCommit: base } = await sessionRow(room.db, sessionId);
  const { headCommit: result } = await sessionRow(room.db, resultId);
  const ada = await room.person();
  await createFile(ada, { sessionId, path: 'docs/mine.md', text: 'mine\n' });
  await createFile(ada, { sessionId, path: 'note', text: 'mine\n' });
  const applied = await ask(ada, sessionId, { kind: 'apply_tree', base, result, cause: 'merge' });
  expect(applied.conflicts.toSorted()).toEqual(['docs', 'note/a.txt']);
  const { items } = await listFiles(ada, { sessionId });
  expect(items.map((file) => file.path)).toEqual(['docs/mine.md', 'note', 'x.txt']);
});

test('[CB47] after the base moved, what was committed is no change any more', async () => {
  const sessionId = await room.session({ 'a.txt': 'a\n' });
  const ada = await room.person();
  await createFile(ada, { sessionId, path: 'new.txt', text: 'x\n' });
  const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
  await ask(ada, sessionId, { kind: 'set_base', commit });
  expect((await listChanges(ada, { sessionId })).items).toEqual([]);
});

test('[CB48] a command that was asked for while no server ran is done once, after the next start', async () => {
  const sessionId = await room.session({ 'a.txt': 'a\n' });
  const ada = await room.person();
  await room.server.collab.close();
  const command = { kind: 'create_file' as const, path: 'late.txt', text: 'x\n' };
  const outcome = await requestRoomCommand(ada, { sessionId, teamId: room.teamId, command }, 50);
  expect(outcome.state).toBe('pending');
  await room.server.restart();
  await eventually(async () => {
    const rows = await room.db.select().from(schema.roomCommand).where(eq(schema.roomCommand.id, outcome.commandId));
    expect(rows[0]).toMatchObject({ state: 'done', attempts: 1 });
  });
  const files = await room.db.select().from(schema.roomFile).where(eq(schema.roomFile.sessionId, sessionId));
  expect(files).toHaveLength(1);
});

test('viewers read and open, and change nothing; other teams find nothing; each change is in the audit log', async () => {
  const sessionId = await room.session({ 'a.txt': 'a\n' });
  const viewer = await room.person('viewer');
  await expect(openFile(viewer, { sessionId, path: 'a.txt' })).resolves.toMatchObject({ path: 'a.txt' });
  await expect(createFile(viewer, { sessionId, path: 'b.txt' })).rejects.toEqual(refusal('forbidden'));
  const stranger = {
    ...viewer,
    actor: { kind: 'person' as const, personId: 'per_none', name: 'X', email: 'x@example.com' },
  };
  for (const attempt of [
    () => listFiles(stranger, { sessionId }),
    () => listChanges(stranger, { sessionId }),
    () => getChange(stranger, { sessionId, path: 'a.txt' }),
    () => openFile(stranger, { sessionId, path: 'a.txt' }),
    () => deletePath(stranger, { sessionId, path: 'a.txt' }),
  ]) {
    await expect(attempt()).rejects.toEqual(refusal('not_found'));
  }
  const ada = await room.person();
  await createFile(ada, { sessionId, path: 'b.txt' });
  const audit = await room.db.select().from(schema.auditEntry).where(eq(schema.auditEntry.resourceId, sessionId));
  expect(audit.map((entry) => entry.action)).toEqual(['file.create']);
  const events = await room.db
    .select()
    .from(schema.sessionEvent)
    .where(and(eq(schema.sessionEvent.sessionId, sessionId), eq(schema.sessionEvent.type, 'files_changed')));
  expect(events.map((event) => event.body)).toEqual([{ type: 'files_changed', paths: ['b.txt'], cause: 'create' }]);
});

test('[CB26] a room that is full takes in no other file; one that is open is opened as ever', async () => {
  const sessionId = await room.session({ 'a.txt': 'one\n', 'b.txt': 'two\n' });
  const ada = await room.person();
  const { fileId } = await openFile(ada, { sessionId, path: 'a.txt' });
  const full = vi.spyOn(Room.prototype, 'hasRoomFor').mockReturnValue(false);
  try {
    expect(await openFile(ada, { sessionId, path: 'a.txt' })).toMatchObject({ fileId });
    await expect(openFile(ada, { sessionId, path: 'b.txt' })).rejects.toEqual(refusal('too_large'));
    await expect(createFile(ada, { sessionId, path: 'c.txt', text: 'x' })).rejects.toEqual(refusal('too_large'));
  } finally {
    full.mockRestore();
  }
  expect(await openFile(ada, { sessionId, path: 'b.txt' })).toMatchObject({ path: 'b.txt' });
});

test('[CB48] only the owner gives a command up: a node that cannot reach the room leaves it queued, however often it was tried', async () => {
  const sessionId = await room.session({ 'a.txt': 'one\n' });
  const { webNode, roomLease, roomCommand } = schema;
  const nodeId = newId('node');
  await room.db
    .insert(webNode)
    .values({ nodeId, address: 'http://127.0.0.1:9', expiresAt: new Date(Date.now() + 3_600_000) });
  await room.db.insert(roomLease).values({ sessionId, nodeId, fence: 1 });
  const id = newId('cmd');
  const { teamId } = room;
  const actor = { kind: 'system' as const, id: 'test', name: 'test' };
  const command = { id, teamId, sessionId, kind: 'open_file' as const, payload: { path: 'a.txt' }, actor, attempts: 4 };
  await room.db.insert(roomCommand).values(command);
  const unreachable = openDatabase('postgresql://nobody@127.0.0.1:9/none').db;
  const rooms = new Rooms({ db: unreachable, nodeId: newId('node') });
  const runner = createCommandRunner({ db: room.db, rooms });
  await runner.run(sessionId);
  await runner.close();
  const [row] = await room.db.select().from(roomCommand).where(eq(roomCommand.id, id));
  expect(row?.state).toBe('queued');
});
