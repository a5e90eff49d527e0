import { expect, test, vi } from 'vitest';
import type * as Y from 'yjs';
import { eventually, roomFixture, sessionRow, type Client } from '../../db/testing-room.ts';
import type { Context } from '../context.ts';
import { openFile } from '../sessions/open-file.ts';
import { commitTree, readBlob, readTree, treeOf, writeBlob, writeTreeChanges } from '../workspace/git-objects.ts';
import { requestRoomCommand, requireDone, type RoomCommand } from '../workspace/room-command.ts';
import { Room } from './room.ts';

const room = await roomFixture();
const author = { name: 'Test', email: 'test@example.com', at: new Date('2026-01-01T00:00:00Z') };

async function ask<Command extends RoomCommand>(ctx: Context, sessionId: string, command: Command) {
  return requireDone(await requestRoomCommand(ctx, { sessionId, teamId: room.teamId, command }, 60_000));
}

type Wanted = Record<string, { text: string | Uint8Array; mode?: '100644' | '100755' | '120000' } | null>;

/** A commit that differs from another in these files; null removes. */
async function commitOver(base: string, files: Wanted): Promise<string> {
  const changes = [];
  for (const [path, file] of Object.entries(files)) {
    if (!file) changes.push({ path, remove: true as const });
    else {
      const bytes = typeof file.text === 'string' ? Buffer.from(file.text) : file.text;
      changes.push({ path, mode: file.mode ?? ('100644' as const), oid: await writeBlob(room.repo, bytes) });
    }
  }
  const tree = await writeTreeChanges(room.repo, base, changes);
  return commitTree(room.repo, { tree, parents: [base], message: 'result', author });
}

function entryOf(client: Client, fileId: string): Y.Map<unknown> {
  const entry = client.doc.getMap<Y.Map<unknown>>('files').get(fileId);
  if (!entry) throw new Error(`no file ${fileId}`);
  return entry;
}

const textOf = (client: Client, fileId: string) => entryOf(client, fileId).get('text') as Y.Text;

async function fileAt(commit: string, path: string) {
  const entry = (await readTree(room.repo, commit)).find((one) => one.path === path);
  return entry && { mode: entry.mode, text: Buffer.from(await readBlob(room.repo, entry.oid, 1e7)).toString() };
}

/** A session with these files, all of them open for one person, whose client is in step. */
async function openSession(files: Record<string, string>) {
  const sessionId = await room.session(files);
  const ada = await room.person();
  const client = await room.enter(ada, sessionId);
  const ids: Record<string, string> = {};
  for (const path of Object.keys(files)) ids[path] = (await openFile(ada, { sessionId, path })).fileId;
  await eventually(() => expect(client.doc.getMap('files').size).toBe(Object.keys(files).length));
  const { headCommit: base } = await sessionRow(room.db, sessionId);
  const id = (path: string) => ids[path] ?? '';
  return { sessionId, ada, client, base, id };
}

const body = Array.from({ length: 12 }, (_, at) => `line ${at}\n`);

test('[CB103] a renamed file stays the same file, with what people typed meanwhile', async () => {
  const { sessionId, ada, client, base, id } = await openSession({ 'src/a.ts': body.join(''), 'README.md': 'r\n' });
  const moved = body.with(10, 'changed on the way\n').join('');
  const result = await commitOver(base, {
    'src/a.ts': null,
    'lib/A.ts': { text: moved },
    'README.md': null,
    'readme.md': { text: 'r\n' },
  });
  textOf(client, id('src/a.ts')).insert(0, 'typed\n');
  await eventually(async () => {
    const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
    expect((await fileAt(commit, 'src/a.ts'))?.text).toContain('typed');
  });
  const applied = await ask(ada, sessionId, { kind: 'apply_tree', base, result, cause: 'command' });
  expect(applied).toMatchObject({ conflicts: [], reasons: [] });
  expect(applied.paths.toSorted()).toEqual(['README.md', 'lib/A.ts', 'readme.md', 'src/a.ts']);
  await eventually(() => expect(entryOf(client, id('src/a.ts')).get('path')).toBe('lib/A.ts'));
  expect(entryOf(client, id('README.md')).get('path')).toBe('readme.md');
  expect(textOf(client, id('src/a.ts')).toJSON()).toBe(`typed\n${moved}`);
  const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
  expect((await readTree(room.repo, commit)).map((entry) => entry.path)).toEqual(['lib/A.ts', 'readme.md']);
  expect((await fileAt(commit, 'lib/A.ts'))?.text).toBe(`typed\n${moved}`);
});

test('[CB103] a rename whose lines people changed leaves their file, and the new name is a file of its own', async () => {
  const { sessionId, ada, client, base, id } = await openSession({ 'a.txt': body.join('') });
  const moved = body.with(3, 'theirs\n').join('');
  const result = await commitOver(base, { 'a.txt': null, 'b.txt': { text: moved } });
  textOf(client, id('a.txt')).insert(body.slice(0, 3).join('').length, 'mine ');
  await eventually(async () => {
    const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
    expect((await fileAt(commit, 'a.txt'))?.text).toContain('mine');
  });
  const applied = await ask(ada, sessionId, { kind: 'apply_tree', base, result, cause: 'command' });
  expect(applied.paths).toEqual(['b.txt']);
  expect(applied.reasons).toEqual([{ path: 'a.txt', reason: expect.stringContaining('people changed it') }]);
  const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
  expect((await fileAt(commit, 'a.txt'))?.text).toContain('mine line 3');
  expect((await fileAt(commit, 'b.txt'))?.text).toBe(moved);
});

test('[CB104] what cannot be text of the room is left, each with its reason', async () => {
  const files = { 'bin.txt': 'b\n', 'enc.txt': 'e\n', 'link.txt': 'l\n', 'gone.txt': 'g\n', 'big.txt': 'x\n' };
  const { sessionId, ada, client, base, id } = await openSession(files);
  const result = await commitOver(base, {
    'bin.txt': { text: new Uint8Array([0, 1, 2]) },
    'enc.txt': { text: new Uint8Array([0x61, 0xe9, 0x0a]) },
    'link.txt': { text: 'big.txt', mode: '120000' },
    'gone.txt': null,
    'big.txt': { text: 'x'.repeat(5 * 1024 * 1024 + 1) },
  });
  textOf(client, id('gone.txt')).insert(0, 'still typing\n');
  await eventually(async () => {
    const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
    expect((await fileAt(commit, 'gone.txt'))?.text).toContain('still');
  });
  const applied = await ask(ada, sessionId, { kind: 'apply_tree', base, result, cause: 'command' });
  expect(applied.paths).toEqual([]);
  expect(Object.fromEntries(applied.reasons.map(({ path, reason }) => [path, reason]))).toEqual({
    'bin.txt': expect.stringContaining('binary'),
    'enc.txt': expect.stringContaining('UTF-8'),
    'link.txt': expect.stringContaining('symbolic link'),
    'gone.txt': expect.stringContaining('deleted, but people changed it'),
    'big.txt': expect.stringContaining('5 MB'),
  });
  expect(applied.conflicts.toSorted()).toEqual(Object.keys(files).toSorted());
  expect(client.doc.getMap('files').size).toBe(5);
});

test('[CB104] mode, line ends and byte order mark follow what changed them; a file and a folder change places', async () => {
  const { sessionId, ada, client, base, id } = await openSession({
    'tool.py': 'a\nb\n',
    swap: 'file\n',
    'was/in.txt': 'i\n',
  });
  const result = await commitOver(base, {
    'tool.py': { text: '\ufeffa\r\nb\r\nc\r\n', mode: '100755' },
    swap: null,
    'swap/inside.txt': { text: 'new\n' },
    'was/in.txt': null,
    was: { text: 'a file now\n' },
  });
  const applied = await ask(ada, sessionId, { kind: 'apply_tree', base, result, cause: 'command' });
  expect(applied).toMatchObject({ conflicts: [], reasons: [] });
  await eventually(() => expect(textOf(client, id('tool.py')).toJSON()).toBe('a\nb\nc\n'));
  expect(entryOf(client, id('tool.py')).get('eol')).toBe('crlf');
  const { commit } = await ask(ada, sessionId, { kind: 'materialize' });
  expect(await treeOf(room.repo, commit)).toBe(await treeOf(room.repo, result));
});

test('[CB102] while 2,000 files and long texts come in, people go on typing', async () => {
  const long = Array.from({ length: 12_000 }, (_, at) => `const value${at} = ${at};\n`);
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`gen/${at % 50}/f${at}.txt`, `${at}\n`]));
  const sessionId = await room.session({ ...many, 'long.ts': long.join(''), 'note.txt': 'n\n' });
  const ada = await room.person();
  const [writer, reader] = [await room.enter(ada, sessionId), await room.enter(await room.person(), sessionId)];
  const { fileId } = await openFile(ada, { sessionId, path: 'long.ts' });
  const { fileId: noteId } = await openFile(ada, { sessionId, path: 'note.txt' });
  await eventually(() => expect(textOf(reader, noteId).toJSON()).toBe('n\n'));
  const { headCommit: base } = await sessionRow(room.db, sessionId);
  const next = long.map((line, at) => (at % 3 === 0 ? line.replace('const', 'let') : line));
  const blob = await writeBlob(room.repo, Buffer.from('changed\n'));
  const result = await commitTree(room.repo, {
    tree: await writeTreeChanges(room.repo, await commitOver(base, { 'long.ts': { text: next.join('') } }), [
      ...Object.keys(many).map((path) => ({ path, mode: '100644' as const, oid: blob })),
      ...Object.keys(many).map((path) => ({ path: `new/${path}`, mode: '100644' as const, oid: blob })),
    ]),
    parents: [base],
    message: 'checkout',
    author,
  });
  let isApplied = false;
  const applying = ask(ada, sessionId, { kind: 'apply_tree', base, result, cause: 'command' }).finally(() => {
    isApplied = true;
  });
  let typed = 0;
  while (!isApplied) {
    textOf(writer, noteId).insert(0, 'x');
    typed += 1;
    const wanted = typed;
    await eventually(() => expect(textOf(reader, noteId).toJSON()).toBe(`${'x'.repeat(wanted)}n\n`), 60_000);
  }
  expect((await applying).paths).toHaveLength(4_001);
  expect(typed).toBeGreaterThan(2);
  await eventually(() => expect(textOf(reader, fileId).toJSON()).toBe(next.join('')));
}, 120_000);

test('[CB26] a tree that brings more text than the room may hold is refused whole, one that removes text is not', async () => {
  const { sessionId, ada, client, base, id } = await openSession({ 'a.txt': 'one\ntwo\n', 'b.txt': 'b\n' });
  const growing = await commitOver(base, { 'a.txt': { text: 'one\n' }, 'b.txt': { text: 'b\nmore\n' } });
  const shrinking = await commitOver(base, { 'a.txt': { text: 'one\n' } });
  const full = vi.spyOn(Room.prototype, 'hasRoomFor').mockReturnValue(false);
  try {
    const refused = ask(ada, sessionId, { kind: 'apply_tree', base, result: growing, cause: 'command' });
    await expect(refused).rejects.toMatchObject({ code: 'too_large' });
    expect(textOf(client, id('a.txt')).toJSON()).toBe('one\ntwo\n');
    await ask(ada, sessionId, { kind: 'apply_tree', base, result: shrinking, cause: 'command' });
    await eventually(() => expect(textOf(client, id('a.txt')).toJSON()).toBe('one\n'));
  } finally {
    full.mockRestore();
  }
});
