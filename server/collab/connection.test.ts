import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { VirtualServer, virtualText } from '../../db/testing-virtual-room.ts';
import { foldByAuthor } from './room-log.ts';
import { enter, presence, presenceOf, type Seen } from './testing-connection.ts';
import { readFrame, updateFrame } from './wire.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const notice = (body: unknown) =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 100);
    encoding.writeVarString(encoder, JSON.stringify(body));
  });

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('[CB14] a presence that is too large or no object is dropped; its removal is taken', async () => {
  const room = await new VirtualServer().start();
  const { connection } = enter(room, 'ada');
  connection.receive(presence(7_000, { file: 'f' }));
  await turn();
  expect(presenceOf(room)).toMatchObject([{ file: 'f', user: { id: 'per_ada', name: 'ada', kind: 'person' } }]);
  connection.receive(presence(7_000, { file: 'x'.repeat(20_000) }));
  connection.receive(presence(7_000, ['no object']));
  expect(presenceOf(room)).toMatchObject([{ file: 'f' }]);
  connection.receive(presence(7_000, null));
  expect(presenceOf(room)).toEqual([]);
});

test('[CB14] what many say at once travels as one frame, and nobody hears of itself', async () => {
  const room = await new VirtualServer().start();
  const [ada, bob] = [enter(room, 'ada'), enter(room, 'bob')];
  ada.connection.receive(presence(7_000, { file: 'a' }));
  bob.connection.receive(presence(8_000, { file: 'b' }));
  await turn();
  ada.seen.frames.length = 0;
  bob.seen.frames.length = 0;
  vi.advanceTimersByTime(20);
  const idsSeen = (seen: Seen) =>
    seen.frames
      .map((frame) => readFrame(frame))
      .flatMap((frame) => (frame.type === 'presence' ? [frame.entries.map((entry) => entry.clientId)] : []));
  expect(idsSeen(ada.seen)).toEqual([[8_000]]);
  expect(idsSeen(bob.seen)).toEqual([[7_000]]);
});

test('[CB14] a returning participant takes its presence over from a line that is not closed yet', async () => {
  const room = await new VirtualServer().start();
  const old = enter(room, 'ada');
  old.connection.receive(presence(7_000, { file: 'old' }));
  await turn();
  const back = enter(room, 'ada');
  back.connection.receive(presence(7_000, { file: 'new' }));
  expect(presenceOf(room)).toMatchObject([{ file: 'new' }]);
  old.connection.ended();
  expect(presenceOf(room)).toMatchObject([{ file: 'new' }]);
});

test('[CB13] the updates of a read-only connection are refused, also one that was asked for meanwhile', async () => {
  const server = new VirtualServer();
  const room = await server.start();
  const { connection, seen } = enter(room, 'ada');
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(room.doc));
  virtualText(doc).insert(0, 'x');
  connection.receive(updateFrame(Y.encodeStateAsUpdate(doc)));
  connection.setParticipant({ ...connection.participant, rights: ['view'] });
  await turn();
  expect(virtualText(room.doc).toJSON()).toBe('');
  connection.receive(updateFrame(Y.encodeStateAsUpdate(doc)));
  await turn();
  expect(virtualText(room.doc).toJSON()).toBe('');
  expect(seen.closed).toBeUndefined();
});

test('[CB16] an update that writes under another root ends its connection and changes nothing', async () => {
  const room = await new VirtualServer().start();
  const before = Y.encodeStateAsUpdate(room.doc);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, before);
  doc.getText('mine').insert(0, 'x');
  const roots = ['text', 'array', 'map'].map((root) => {
    const own = new Y.Doc();
    if (root === 'text') own.getText('other').insert(0, 'x');
    else if (root === 'array') own.getArray('other').push([new Y.Text('x')]);
    else own.getMap('other').set('a', new Y.Map([['text', new Y.Text('x')]]));
    return Y.encodeStateAsUpdate(own);
  });
  for (const update of [Y.encodeStateAsUpdate(doc), ...roots]) {
    const { connection, seen } = enter(room, 'ada');
    connection.receive(updateFrame(update));
    await turn();
    expect(seen.closed).toBe(4422);
  }
  expect(Y.encodeStateAsUpdate(room.doc)).toEqual(before);
});

test('[CB16] text under another root that an older room holds cannot grow', async () => {
  const server = new VirtualServer();
  const old = new Y.Doc();
  old.clientID = 9_000;
  Y.applyUpdate(old, server.store.snapshot.state);
  old.getText('other').insert(0, 'old');
  old.getMap('other map').set('inner', new Y.Text('old'));
  server.store.snapshot = { state: Y.encodeStateAsUpdate(old), throughId: 0 };
  const room = await server.start();
  const inner = (doc: Y.Doc) => doc.getMap<Y.Text>('other map').get('inner');
  for (const write of [
    (doc: Y.Doc) => doc.getText('other').insert(3, 'new'),
    (doc: Y.Doc) => inner(doc)?.insert(1, 'new'),
  ]) {
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(room.doc));
    write(copy);
    const { connection, seen } = enter(room, 'ada');
    connection.receive(updateFrame(Y.encodeStateAsUpdate(copy)));
    await turn();
    expect(seen.closed).toBe(4422);
  }
  expect([room.doc.getText('other').toJSON(), inner(room.doc)?.toJSON()]).toEqual(['old', 'old']);
});

test('[CB33] an update that was announced as an undo is recorded as one, and only that', async () => {
  const server = new VirtualServer();
  const room = await server.start();
  const { connection } = enter(room, 'ada');
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(room.doc));
  doc.clientID = 7_000;
  doc.on('update', (update: Uint8Array) => connection.receive(updateFrame(update)));
  for (const kind of ['edit', 'undo', 'edit']) {
    if (kind === 'undo') connection.receive(notice({ type: 'next', kind }));
    virtualText(doc).insert(0, 'x');
    await turn();
    await turn();
    server.store.step();
    await turn();
  }
  expect(server.store.rows.map((row) => row.kind)).toEqual(['edit', 'undo', 'edit']);
});

test('[CB33] other notices, and notices of a client that did not ask for them, are malformed', async () => {
  const room = await new VirtualServer().start();
  const undo = { type: 'next', kind: 'undo' };
  const foreign = [{ type: 'next', kind: 'accept' }, { type: 'saved', updates: 1 }, { ...undo, more: 1 }, null, 'x'];
  for (const body of foreign) {
    const { connection, seen } = enter(room, 'ada');
    connection.receive(notice(body));
    expect(seen.closed).toBe(1007);
  }
  const standard = enter(room, 'ada', { wantsNotices: false });
  standard.connection.receive(notice(undo));
  expect(standard.seen.closed).toBe(1007);
});

/** Counts of the saved notices that a line got. */
const savedCounts = (seen: Seen) =>
  seen.frames
    .filter((frame) => frame[0] === 100)
    .map((frame): { type: string; updates?: number } =>
      JSON.parse(new TextDecoder().decode(frame).replace(/^[^{]*/, '')),
    )
    .flatMap((notice) => (notice.type === 'saved' ? [notice.updates] : []));

test('[CB13] who was refused is never told that later messages are saved, and comes anew when it may edit again', async () => {
  const server = new VirtualServer();
  const room = await server.start();
  const { connection, seen } = enter(room, 'ada', { rights: ['view'] });
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(room.doc));
  connection.receive(updateFrame(Y.encodeStateAsUpdate(doc)));
  await turn();
  expect(savedCounts(seen)).toEqual([1]);
  virtualText(doc).insert(0, 'x');
  connection.receive(updateFrame(Y.encodeStateAsUpdate(doc)));
  connection.receive(updateFrame(Y.encodeStateAsUpdate(room.doc)));
  await turn();
  expect(savedCounts(seen)).toEqual([1]);
  connection.setParticipant({ ...connection.participant, rights: ['view', 'edit'] });
  expect(seen.closed).toBe(1013);
});

test('[CB23] a deletion of text that has not come yet waits for it and is not called saved', async () => {
  const server = new VirtualServer();
  const room = await server.start();
  const { connection, seen } = enter(room, 'ada');
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(room.doc));
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  virtualText(doc).insert(0, 'xyz');
  virtualText(doc).delete(1, 1);
  const [insertion, deletion] = updates.map(updateFrame);
  const stored = async () => {
    await turn();
    await turn();
    while (server.store.waiting > 0) {
      server.store.step();
      await turn();
    }
  };
  if (deletion) connection.receive(deletion);
  await stored();
  expect(savedCounts(seen)).toEqual([]);
  if (insertion) connection.receive(insertion);
  await stored();
  expect(seen.closed).toBeUndefined();
  expect(savedCounts(seen)).toEqual([2]);
  expect(virtualText(room.doc).toJSON()).toBe('xz');
});

test('[CB14] whoever comes back is told of everybody under clocks that it has not heard', async () => {
  const room = await new VirtualServer().start();
  const { connection } = enter(room, 'ada');
  connection.receive(presence(7_000, { file: 'f' }));
  await turn();
  const clocksTold = () =>
    enter(room, 'bob')
      .seen.frames.filter((frame) => frame[0] === 1)
      .map((frame) => readFrame(frame))
      .flatMap((frame) => (frame.type === 'presence' ? frame.entries.map((entry) => entry.clock) : []));
  const [first = 0] = clocksTold();
  const [second = 0] = clocksTold();
  expect(second).toBeGreaterThan(first);
});

test('[CB5] neighbours of one author fold into a row; authors and kinds are never mixed', () => {
  const entry = (id: string, kind: 'edit' | 'accept' = 'edit') => {
    const doc = new Y.Doc();
    doc.getText('t').insert(0, id);
    return { author: { kind: 'person' as const, id }, kind, update: Y.encodeStateAsUpdate(doc) };
  };
  const rows = foldByAuthor([entry('a'), entry('a'), entry('b'), entry('a'), entry('a', 'accept')]);
  expect(rows.map((row) => [row.author.id, row.kind])).toEqual([
    ['a', 'edit'],
    ['b', 'edit'],
    ['a', 'edit'],
    ['a', 'accept'],
  ]);
});

test('[CB32] people are told when the store fails and when it works again', async () => {
  const server = new VirtualServer();
  const room = await server.start();
  const { seen } = enter(room, 'ada');
  const notices = () =>
    seen.frames
      .filter((frame) => frame[0] === 100)
      .map((frame) => new TextDecoder().decode(frame).replace(/^[^{]*/, ''));
  void room.changeAll([], () => Promise.resolve());
  await turn();
  server.store.fail();
  await turn();
  expect(notices().at(-1)).toBe('{"type":"store","state":"failing"}');
  await vi.advanceTimersByTimeAsync(200);
  server.store.step();
  await turn();
  expect(notices().at(-1)).toBe('{"type":"store","state":"ok"}');
});

test('[CB135] a client of ours is told who wrote the lines of a file, and not more often than it may ask', async () => {
  const server = new VirtualServer();
  const room = await server.start();
  const { connection, seen } = enter(room, 'ada');
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(room.doc));
  doc.clientID = 7_001;
  const before = Y.encodeStateVector(doc);
  virtualText(doc).insert(0, 'mine\nand mine\n');
  connection.receive(updateFrame(Y.encodeStateAsUpdate(doc, before)));
  await turn();
  const [fileId] = [...room.files.keys()];
  for (let i = 0; i < 30; i++) connection.receive(notice({ type: 'authors', fileId }));
  const answers = seen.frames
    .map((frame) => new TextDecoder().decode(frame))
    .filter((text) => text.includes('"authors"'))
    .map((text): unknown => JSON.parse(text.replace(/^[^{]*/, '')));
  expect(answers).toHaveLength(10);
  expect(answers[0]).toMatchObject({
    fileId,
    credits: [{ actor: { kind: 'person', id: 'per_ada' }, kind: 'edit' }],
    lines: [{ line: 1, count: 2, credits: [0] }],
  });
});

test('[CB20] a deletion without length, or beyond all clocks, ends its connection and not the room', async () => {
  const room = await new VirtualServer().start();
  for (const [clock, length] of [
    [5, 0],
    [2 ** 48, 1],
  ]) {
    const { connection, seen } = enter(room, 'ada');
    const update = encoding.encode((encoder) => {
      for (const number of [0, 1, 77, 1, clock ?? 0, length ?? 0]) encoding.writeVarUint(encoder, number);
    });
    connection.receive(updateFrame(update));
    await turn();
    expect(seen.closed).toBe(1007);
  }
  expect(room.isClosed).toBe(false);
});

test('[CB16] what a map or a text cannot show is deleted from it: lists in maps, marks, attributes, other keys', async () => {
  const room = await new VirtualServer().start();
  const { connection } = enter(room, 'ada');
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(room.doc));
  doc.clientID = 7_000;
  const text = virtualText(doc);
  const entry = text.parent;
  text.insert(0, 'kept');
  text.format(0, 2, { bold: true });
  text.setAttribute('odd', 'x');
  if (entry instanceof Y.Map) entry.set('odd', 'x');
  connection.receive(updateFrame(Y.encodeStateAsUpdate(doc)));
  // A plain string in the list that the map `files` has as every type of Yjs.
  const hidden = encoding.encode((encoder) => {
    for (const number of [1, 1, 7_000, Y.getState(doc.store, 7_000)]) encoding.writeVarUint(encoder, number);
    encoding.writeUint8(encoder, 4);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarString(encoder, 'files');
    encoding.writeVarString(encoder, 'hidden');
    encoding.writeVarUint(encoder, 0);
  });
  await turn();
  connection.receive(updateFrame(hidden));
  await turn();
  const live = virtualText(room.doc);
  expect(live.toDelta()).toEqual([{ insert: 'kept' }]);
  expect(live.getAttributes()).toEqual({});
  expect(live.parent instanceof Y.Map && [...live.parent.keys()].toSorted()).toEqual(['eol', 'path', 'text']);
  const shown = new TextDecoder().decode(Y.encodeStateAsUpdate(room.doc));
  expect(shown).not.toContain('hidden');
});

test('[CB16] the name of another root is refused also in an item that the room has already', async () => {
  const room = await new VirtualServer().start();
  const { connection, seen } = enter(room, 'ada');
  const update = encoding.encode((encoder) => {
    // The first struct of the server's, with another root, and a new one of the client's own.
    encoding.writeVarUint(encoder, 2);
    for (const [client, root] of [
      [7_000, 'files'],
      [1, 'other'],
    ] as const) {
      for (const number of [1, client, 0]) encoding.writeVarUint(encoder, number);
      encoding.writeUint8(encoder, 4);
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, root);
      encoding.writeVarString(encoder, 'x');
    }
    encoding.writeVarUint(encoder, 0);
  });
  connection.receive(updateFrame(update));
  await turn();
  expect(seen.closed).toBe(4422);
  expect([...room.doc.share.keys()].toSorted()).toEqual(['files', 'meta']);
});

test('[CB20] an item that goes on where the text was collected ends nothing', async () => {
  const server = new VirtualServer();
  const room = await server.start();
  const gone = new Y.Doc();
  Y.applyUpdate(gone, Y.encodeStateAsUpdate(room.doc));
  gone.clientID = 7_002;
  const known = Y.encodeStateVector(gone);
  const entry = new Y.Map<unknown>();
  gone.getMap('files').set('fil_none', entry);
  entry.set('text', new Y.Text('ab'));
  // Longer than what the room had of this client, under a parent that is still there.
  const goesOn = new Y.Doc();
  goesOn.clientID = 7_002;
  goesOn.getText('files').insert(0, 'a longer text');
  for (const update of [Y.encodeStateAsUpdate(gone, known), Y.encodeStateAsUpdate(goesOn)]) {
    const { connection } = enter(room, 'ada');
    connection.receive(updateFrame(update));
    await turn();
    expect(room.isClosed).toBe(false);
    connection.ended();
  }
  expect([...room.doc.getMap('files').keys()]).toEqual([...room.files.keys()]);
});
