import { and, eq } from 'drizzle-orm';
import { expect, onTestFinished, test, vi } from 'vitest';
import * as Y from 'yjs';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture } from '../../db/testing-room.ts';
import { requirePerson } from '../../server/auth/authorize.ts';
import type { Context } from '../../server/context.ts';
import { notify } from '../../server/platform/notify.ts';
import { issueTicket } from '../../server/sessions/issue-ticket.ts';
import { openFile } from '../../server/sessions/open-file.ts';
import { LocalCopy } from './local-copy.ts';
import type { KeptEdit } from './outbox.ts';
import { RoomConnection } from './room-connection.ts';

/** The browser's side of a room against the real server. There is no browser, so nothing outlives the tab here. */

const fixture = await roomFixture();
const { db, server } = fixture;

type Entered = { room: RoomConnection; stale: () => number };

function enter(ctx: Context, sessionId: string, copy = new LocalCopy('me', sessionId)): Entered {
  const onStale = vi.fn<() => void>();
  const { personId, name } = requirePerson(ctx);
  const room = new RoomConnection({
    me: { id: personId, name },
    rights: ['view', 'edit'],
    copy,
    url: server.url.replace('/collab', ''),
    getTicket: (clientId) => issueTicket(ctx, { sessionId, ...(clientId === undefined ? {} : { clientId }) }),
    onStale,
  });
  onTestFinished(() => room.destroy());
  return { room, stale: () => onStale.mock.calls.length };
}

const isConnected = ({ room }: Entered) => eventually(() => expect(room.getSnapshot().status.kind).toBe('connected'));
const isSaved = ({ room }: Entered) => eventually(() => expect(room.getSnapshot().unsaved).toBe(0));

function text({ room }: Entered, fileId: string) {
  const found = room.getSnapshot().files.get(fileId)?.text;
  if (!found) throw new Error('the file is not there');
  return found;
}

function textIn(doc: Y.Doc, fileId: string): Y.Text {
  const entry = doc.getMap('files').get(fileId);
  const found = entry instanceof Y.Map ? entry.get('text') : undefined;
  if (!(found instanceof Y.Text)) throw new Error('the file is not there');
  return found;
}

async function withFile(content = 'one\n') {
  const ada = await fixture.person('developer', 'Ada');
  const sessionId = await fixture.session({ 'a.txt': content });
  const { fileId } = await openFile(ada, { sessionId, path: 'a.txt' });
  return { ada, sessionId, fileId };
}

test('[CB90] edits made while the server is away are counted, and are there for the others when it is back', async () => {
  const { ada, sessionId, fileId } = await withFile();
  const mine = enter(ada, sessionId);
  const bob = await fixture.enter(await fixture.person('developer', 'Bob'), sessionId);
  await isConnected(mine);
  text(mine, fileId).insert(0, 'saved ');
  await isSaved(mine);
  await server.restart();
  mine.room.renew();
  text(mine, fileId).insert(0, 'a');
  text(mine, fileId).insert(0, 'b');
  text(mine, fileId).delete(2, 6);
  expect(mine.room.getSnapshot().unsaved).toBe(3);
  await isSaved(mine);
  await eventually(() => expect(JSON.stringify(bob.doc.getMap('files').toJSON())).toContain('"baone\\n"'));
});

test('[CB92] five megabytes at once reach the others while someone else types, and nobody is disconnected', async () => {
  const { ada, sessionId, fileId } = await withFile();
  const mine = enter(ada, sessionId);
  const theirs = enter(await fixture.person('developer', 'Bob'), sessionId);
  await Promise.all([isConnected(mine), isConnected(theirs)]);
  text(mine, fileId).insert(0, 'é line of text\n'.repeat(320_000));
  text(theirs, fileId).insert(0, 'from bob\n');
  await isSaved(mine);
  await isSaved(theirs);
  await eventually(() => expect(text(theirs, fileId).length).toBe(text(mine, fileId).length));
  expect(text(theirs, fileId).toJSON()).toBe(text(mine, fileId).toJSON());
  expect(text(mine, fileId).toJSON()).toContain('from bob\n');
  expect(mine.room.getSnapshot().status.kind).toBe('connected');
});

test('[CB95] edits of someone who may only look by now are laid aside with their text, and go in again with the right', async () => {
  const { ada, sessionId, fileId } = await withFile();
  const { personId } = requirePerson(ada);
  const copy = new LocalCopy(personId, sessionId);
  const mine = enter(ada, sessionId, copy);
  await isConnected(mine);
  await server.collab.close();
  mine.room.renew();
  text(mine, fileId).insert(0, 'never sent ');
  const role = async (to: 'viewer' | 'developer') => {
    await db.update(schema.teamMember).set({ role: to }).where(eq(schema.teamMember.personId, personId));
    await notify(db, 'access_changed', `person:${personId}`);
  };
  await role('viewer');
  await server.restart();
  await eventually(() => expect(mine.stale()).toBe(1));
  mine.room.destroy();

  const again = enter(ada, sessionId, copy);
  await isConnected(again);
  expect(text(again, fileId).toJSON()).toBe('one\n');
  const [aside] = again.room.getSnapshot().asides;
  expect(aside).toMatchObject({ reason: 'rights', edits: 1, files: [{ path: 'a.txt', text: 'never sent one\n' }] });
  await role('developer');
  await eventually(() => expect(again.room.getSnapshot().rights).toContain('edit'));
  if (aside) expect(again.room.edits.putIn(aside)).toBe(true);
  await isSaved(again);
  expect(text(again, fileId).toJSON()).toBe('never sent one\n');
  expect(again.room.getSnapshot().asides).toEqual([]);
});

test('[CB90] [CB95] edits kept from an earlier visit are counted; those in a file that others deleted are laid aside', async () => {
  const { ada, sessionId, fileId } = await withFile();
  await db.delete(schema.roomFile).where(eq(schema.roomFile.fileId, fileId));
  await server.restart();
  const program = await fixture.enter(await fixture.person('developer', 'Bob'), sessionId);
  const state = Y.encodeStateAsUpdate(program.doc);
  const offline = new Y.Doc();
  Y.applyUpdate(offline, state);
  const edits: KeptEdit[] = [];
  offline.on('update', (update: Uint8Array) => edits.push({ key: '1', update, kind: 'edit', files: [fileId] }));
  textIn(offline, fileId).insert(0, 'mine ');
  program.doc.getMap('files').delete(fileId);
  const witness = enter(await fixture.person('developer', 'Eve'), sessionId);
  await isConnected(witness);
  await eventually(() => expect(witness.room.getSnapshot().files.size).toBe(0));

  const copy = new LocalCopy('me', sessionId);
  vi.spyOn(copy, 'load').mockResolvedValue({ text: state, edits });
  const mine = enter(ada, sessionId, copy);
  await eventually(() => expect(mine.room.getSnapshot().unsaved).toBe(1));
  await isConnected(mine);
  expect(mine.room.getSnapshot().asides).toMatchObject([{ reason: 'deleted', files: [{ text: 'mine one\n' }] }]);
  await isSaved(mine);
});

test('[CB96] a room that was set back to an earlier state shows its own text, and nothing waits for ever', async () => {
  const { ada, sessionId, fileId } = await withFile();
  const mine = enter(ada, sessionId);
  await isConnected(mine);
  text(mine, fileId).insert(0, 'from before ');
  await isSaved(mine);
  await server.collab.close();
  mine.room.renew();
  text(mine, fileId).insert(12, 'unsent ');
  // What a restored backup looks like from here.
  await db.delete(schema.roomUpdate).where(eq(schema.roomUpdate.actorKind, 'person'));
  await db.delete(schema.roomSnapshot).where(eq(schema.roomSnapshot.sessionId, sessionId));
  await server.restart();
  await eventually(() => expect(mine.stale()).toBe(1));
  expect(mine.room.getSnapshot().asides).toMatchObject([
    { reason: 'set_back', update: undefined, files: [{ text: 'from before unsent one\n' }] },
  ]);
});

test('[CB97] a ticket of someone else, who signed in in the same browser, is not used', async () => {
  const { ada, sessionId } = await withFile();
  const bob = await fixture.person('developer', 'Bob');
  const { personId, name } = requirePerson(ada);
  const room = new RoomConnection({
    me: { id: personId, name },
    rights: ['view', 'edit'],
    copy: new LocalCopy(personId, sessionId),
    url: server.url.replace('/collab', ''),
    getTicket: () => issueTicket(bob, { sessionId }),
    onStale: () => {},
  });
  onTestFinished(() => room.destroy());
  await eventually(() => expect(room.getSnapshot().status).toMatchObject({ kind: 'ended', why: 'someone_else' }));
});

test('[CB93] an undo takes back this person’s own words, and is recorded as one', async () => {
  const { ada, sessionId, fileId } = await withFile();
  const mine = enter(ada, sessionId);
  const theirs = enter(await fixture.person('developer', 'Bob'), sessionId);
  await Promise.all([isConnected(mine), isConnected(theirs)]);
  const undo = new Y.UndoManager(text(mine, fileId), { trackedOrigins: new Set(['typed']), captureTimeout: 0 });
  mine.room.doc.transact(() => text(mine, fileId).insert(4, 'two\n'), 'typed');
  await eventually(() => expect(text(theirs, fileId).toJSON()).toBe('one\ntwo\n'));
  text(theirs, fileId).insert(0, 'zero\n');
  await eventually(() => expect(text(mine, fileId).toJSON()).toBe('zero\none\ntwo\n'));
  undo.undo();
  await isSaved(mine);
  await eventually(() => expect(text(theirs, fileId).toJSON()).toBe('zero\none\n'));
  const { roomUpdate } = schema;
  const rows = await db
    .select({ kind: roomUpdate.kind })
    .from(roomUpdate)
    .where(and(eq(roomUpdate.sessionId, sessionId), eq(roomUpdate.actorId, requirePerson(ada).personId)));
  expect(rows.map(({ kind }) => kind)).toContain('undo');
});
