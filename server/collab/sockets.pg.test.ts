import { createHash } from 'node:crypto';
import { asc, eq } from 'drizzle-orm';
import * as decoding from 'lib0/decoding';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import { schema } from '../../db/client.ts';
import { eventually, onlyText, roomFixture } from '../../db/testing-room.ts';
import { requirePerson } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { participantColour } from '../core/participant-colour.ts';
import { notify } from '../platform/notify.ts';
import { issueTicket } from '../sessions/issue-ticket.ts';
import { openFile } from '../sessions/open-file.ts';
import { updateFrame } from './wire.ts';

const room = await roomFixture();

test('[CB1] two standard clients converge', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.enter(await room.person('developer', 'Ada'), sessionId);
  const bob = await room.enter(await room.person('developer', 'Bob'), sessionId);
  ada.text.insert(0, 'hello');
  await eventually(() => expect(bob.text.toJSON()).toBe('hello'));
  bob.text.insert(5, ' world');
  await eventually(() => expect(ada.text.toJSON()).toBe('hello world'));
});

test('[CB5] what was seen is there after a restart, in rows that never mix people', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.enter(await room.person('developer', 'Ada'), sessionId);
  const bob = await room.enter(await room.person('developer', 'Bob'), sessionId);
  ada.text.insert(0, 'a');
  await eventually(() => expect(bob.text.toJSON()).toBe('a'));
  bob.text.insert(1, 'b');
  await eventually(() => expect(ada.text.toJSON()).toBe('ab'));
  ada.provider.destroy();
  bob.provider.destroy();
  const rows = await room.db
    .select()
    .from(schema.roomUpdate)
    .where(eq(schema.roomUpdate.sessionId, sessionId))
    .orderBy(asc(schema.roomUpdate.id));
  expect(rows.filter((row) => row.kind === 'edit').map((row) => row.actorKind)).toEqual(['person', 'person']);
  expect(new Set(rows.filter((row) => row.kind === 'edit').map((row) => row.actorId)).size).toBe(2);
  await room.server.restart();
  const eve = await room.enter(await room.person('viewer', 'Eve'), sessionId);
  expect(eve.text.toJSON()).toBe('ab');
});

test('[CB10] a dead, unknown or foreign ticket is told so by a close code, and a standard client gives up', async () => {
  const sessionId = await room.session();
  const other = await room.session();
  const ada = await room.person();
  const late = { ...ada, now: () => new Date(Date.now() - 61_000) };
  const old = { ...ada, now: () => new Date(Date.now() - 13 * 3_600_000) };
  const codeOf = async (ticket: string, target = sessionId) =>
    (await room.enter(ada, target, { ticket, wait: false })).closed;
  expect(await codeOf('nonsense')).toBe(4401);
  expect(await codeOf((await issueTicket(late, { sessionId })).ticket)).toBe(4401);
  expect(await codeOf((await issueTicket(old, { sessionId })).ticket)).toBe(4401);
  const fine = await issueTicket(ada, { sessionId });
  expect(await codeOf(fine.ticket, other)).toBe(4404);
  expect(await codeOf(fine.ticket, 'ses_none')).toBe(4404);
});

test('[CB11] a used ticket resumes its participant after a lost connection', async () => {
  const sessionId = await room.sessionWithText();
  const client = await room.enter(await room.person(), sessionId);
  await room.db
    .update(schema.roomTicket)
    .set({ useBefore: new Date(Date.now() - 1000) })
    .where(eq(schema.roomTicket.sessionId, sessionId));
  client.provider.ws?.close();
  await eventually(() => expect(client.provider.synced).toBe(false));
  client.text.insert(0, 'offline');
  await eventually(() => expect(client.provider.synced).toBe(true));
  const bob = await room.enter(await room.person(), sessionId);
  await eventually(() => expect(bob.text.toJSON()).toBe('offline'));
});

const revocations = {
  'the sign-in ended': async (ctx: Context) => {
    const id = ctx.credential.kind === 'auth_session' ? ctx.credential.id : '';
    await room.db.update(schema.authSession).set({ revokedAt: new Date() }).where(eq(schema.authSession.id, id));
    return { payload: `auth_session:${id}`, code: 4401 };
  },
  'the person was disabled': async (ctx: Context) => {
    const id = requirePerson(ctx).personId;
    await room.db.update(schema.person).set({ disabledAt: new Date() }).where(eq(schema.person.id, id));
    return { payload: `person:${id}`, code: 4401 };
  },
  'the membership ended': async (ctx: Context) => {
    const id = requirePerson(ctx).personId;
    await room.db.delete(schema.teamMember).where(eq(schema.teamMember.personId, id));
    return { payload: `person:${id}`, code: 4401 };
  },
  'the session was archived': async (_ctx: Context, sessionId: string) => {
    await room.db.update(schema.session).set({ archivedAt: new Date() }).where(eq(schema.session.id, sessionId));
    return { payload: `session:${sessionId}`, code: 4404 };
  },
  'the session was deleted': async (_ctx: Context, sessionId: string) => {
    await room.db.update(schema.session).set({ deletedAt: new Date() }).where(eq(schema.session.id, sessionId));
    return { payload: `session:${sessionId}`, code: 4404 };
  },
};

test.each(Object.entries(revocations))('[CB12] a connection ends within a second when %s', async (_name, revoke) => {
  const sessionId = await room.session();
  const ada = await room.person();
  const client = await room.enter(ada, sessionId);
  const { payload, code } = await revoke(ada, sessionId);
  const startedAt = performance.now();
  await notify(room.db, 'access_changed', payload);
  expect(await client.closed).toBe(code);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});

test('[CB13] a viewer sees and is seen, and changes nothing', async () => {
  const sessionId = await room.sessionWithText();
  const viewer = await room.enter(await room.person('viewer', 'Vic'), sessionId);
  const ada = await room.enter(await room.person('developer', 'Ada'), sessionId);
  viewer.text.insert(0, 'refused');
  viewer.provider.awareness.setLocalStateField('file', 'x');
  await eventually(() => expect(ada.provider.awareness.getStates().get(viewer.clientId)).toMatchObject({ file: 'x' }));
  expect(ada.text.toJSON()).toBe('');
  ada.text.insert(0, 'seen');
  await eventually(() => expect(viewer.text.toJSON()).toContain('seen'));
});

test('[CB13] rights that are lowered hold for the next message', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person('developer', 'Ada');
  const client = await room.enter(ada, sessionId);
  const bob = await room.enter(await room.person(), sessionId);
  const id = requirePerson(ada).personId;
  await room.db.update(schema.teamMember).set({ role: 'viewer' }).where(eq(schema.teamMember.personId, id));
  await notify(room.db, 'access_changed', `person:${id}`);
  const connection = await eventualConnection(sessionId, id);
  await eventually(() => expect(connection().mayEdit).toBe(false));
  client.text.insert(0, 'too late');
  bob.text.insert(0, 'after');
  await eventually(() => expect(client.text.toJSON()).toContain('after'));
  expect(bob.text.toJSON()).toBe('after');
});

test('[CB14] identity in presence is the server’s, and nobody speaks for another', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person('developer', 'Ada');
  const client = await room.enter(ada, sessionId);
  const bob = await room.enter(await room.person('developer', 'Bob'), sessionId);
  client.provider.awareness.setLocalState({
    user: { id: 'per_root', name: 'Root', color: '#000', kind: 'agent' },
    file: 'f',
  });
  const { personId } = requirePerson(ada);
  await eventually(() => {
    expect(bob.provider.awareness.getStates().get(client.clientId)).toEqual({
      user: { id: personId, name: 'Ada', kind: 'person', color: participantColour(personId) },
      file: 'f',
    });
  });
  const forged = new Awareness(new Y.Doc());
  forged.clientID = client.clientId;
  forged.setLocalState({ file: 'forged' });
  applyAwarenessUpdate(bob.provider.awareness, encodeAwarenessUpdate(forged, [client.clientId]), 'forger');
  forged.destroy();
  client.provider.awareness.setLocalStateField('file', 'g');
  await eventually(() => expect(bob.provider.awareness.getStates().get(client.clientId)).toMatchObject({ file: 'g' }));
  bob.provider.destroy();
  await eventually(() => expect(client.provider.awareness.getStates().has(bob.clientId)).toBe(false));
});

/** A change of the text in `base` under a client id. */
function updateUnder(clientId: number, base: Y.Doc): Uint8Array {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(base));
  doc.clientID = clientId;
  onlyText(doc).insert(0, 'forged text that is longer than anything there');
  return Y.encodeStateAsUpdate(doc);
}

test('[CB15] structs under somebody else’s client id, or the server’s, are refused and change nothing', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.enter(await room.person('developer', 'Ada'), sessionId);
  const bob = await room.person('developer', 'Bob');
  for (const stolen of [ada.clientId, 1]) {
    const thief = await room.enter(bob, sessionId);
    Y.applyUpdate(thief.doc, updateUnder(stolen, thief.doc));
    expect(await thief.closed).toBe(4403);
  }
  expect(ada.text.toJSON()).toBe('');
});

test('[CB15] a standard client with an id of its own making gets it bound at its first use', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person();
  const client = await room.enter(ada, sessionId, { ownId: true });
  client.text.insert(0, 'mine');
  await eventually(async () => {
    const rows = await room.db.select().from(schema.roomClient).where(eq(schema.roomClient.clientId, client.clientId));
    expect(rows).toMatchObject([{ actorKind: 'person', actorId: requirePerson(ada).personId }]);
  });
  const thief = await room.enter(await room.person(), sessionId);
  Y.applyUpdate(thief.doc, updateUnder(client.clientId, thief.doc));
  expect(await thief.closed).toBe(4403);
});

test('[CB16] the layout of the document is the server’s: paths come back, strange entries go, removed texts return', async () => {
  const sessionId = await room.session({ 'a.txt': 'text\n' });
  const ada = await room.person();
  const client = await room.enter(ada, sessionId);
  const { fileId } = await openFile(ada, { sessionId, path: 'a.txt' });
  const files = client.doc.getMap<Y.Map<unknown>>('files');
  await eventually(() => expect(files.get(fileId)?.toJSON()).toEqual({ path: 'a.txt', eol: 'lf', text: 'text\n' }));
  files.get(fileId)?.set('path', '../../etc/passwd');
  files.set('fil_mine', new Y.Map([['path', 'x']]));
  client.doc.getMap('meta').set('layout', 99);
  await eventually(() => expect(files.toJSON()).toEqual({ [fileId]: { path: 'a.txt', eol: 'lf', text: 'text\n' } }));
  await eventually(() => expect(client.doc.getMap('meta').toJSON()).toEqual({ layout: 1 }));
  files.delete(fileId);
  await eventually(() => expect(files.toJSON()).toEqual({ [fileId]: { path: 'a.txt', eol: 'lf', text: 'text\n' } }));
  const text = files.get(fileId)?.get('text');
  if (text instanceof Y.Text) text.insert(0, 'crlf\r\n');
  await eventually(() => expect(files.toJSON()[fileId]).toMatchObject({ text: 'crlf\ntext\n' }));
});

test('[CB20] hostile frames change nothing and end their connection alone', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.enter(await room.person(), sessionId);
  ada.text.insert(0, 'kept');
  const before = new Y.Doc();
  Y.applyUpdate(before, Y.encodeStateAsUpdate(ada.doc));
  const mallory = await room.person();
  const frames = [
    Uint8Array.of(),
    Uint8Array.of(9),
    Uint8Array.of(0, 7, 0),
    Uint8Array.of(0, 2, 255, 255, 255, 255, 255, 255, 127),
    Uint8Array.of(0, 2, 4, 1, 1, 1, 1),
    Uint8Array.of(0, 2, 6, 255, 255, 255, 255, 15, 0),
    Uint8Array.of(1, 3, 255, 255, 127),
    Uint8Array.of(1, 5, 1, 1, 1, 1, 0xff),
    ...Array.from({ length: 40 }, (_value, seed) =>
      createHash('sha256').update(String(seed)).digest().subarray(0, seed),
    ),
  ];
  for (const frame of frames) {
    const { ticket } = await issueTicket(mallory, { sessionId });
    const socket = new WebSocket(`${room.server.url}/${sessionId}?ticket=${ticket}`);
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(frame);
    socket.ping();
    const code = await Promise.race([closed, new Promise((resolve) => socket.once('pong', () => resolve('open')))]);
    expect([1007, 'open']).toContain(code);
    socket.terminate();
  }
  const text = new WebSocket(
    `${room.server.url}/${sessionId}?ticket=${(await issueTicket(mallory, { sessionId })).ticket}`,
  );
  await new Promise((resolve) => text.once('message', resolve));
  text.send('hello');
  expect(await new Promise((resolve) => text.on('close', resolve))).toBe(1007);
  const bob = await room.enter(await room.person(), sessionId);
  expect(bob.text.toJSON()).toBe('kept');
  expect(ada.provider.synced).toBe(true);
});

test('[CB21] a frame above the limit closes its connection with 1009', async () => {
  const sessionId = await room.session();
  const { ticket } = await issueTicket(await room.person(), { sessionId });
  const socket = new WebSocket(`${room.server.url}/${sessionId}?ticket=${ticket}`);
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(new Uint8Array(8 * 1024 * 1024 + 1));
  expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(1009);
});

test('[CB22] a page of another site cannot open a socket', async () => {
  const sessionId = await room.session();
  const { ticket } = await issueTicket(await room.person(), { sessionId });
  const socket = new WebSocket(`${room.server.url}/${sessionId}?ticket=${ticket}`, { origin: 'https://evil.example' });
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect(error.message).toContain('403');
});

test('[CB6] a document that cannot be decoded is kept as it is, and people are told', async () => {
  const sessionId = await room.sessionWithText();
  const client = await room.enter(await room.person(), sessionId);
  client.text.insert(0, 'x');
  await eventually(async () => {
    const rows = await room.db.select().from(schema.roomUpdate).where(eq(schema.roomUpdate.sessionId, sessionId));
    expect(rows.map((row) => row.actorKind)).toContain('person');
  });
  client.provider.destroy();
  await room.server.restart();
  const garbage = Buffer.from('not an update');
  await room.db.update(schema.roomSnapshot).set({ state: garbage }).where(eq(schema.roomSnapshot.sessionId, sessionId));
  const { ticket } = await issueTicket(await room.person(), { sessionId });
  const socket = new WebSocket(`${room.server.url}/${sessionId}?ticket=${ticket}`);
  expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(4500);
  const [snapshot] = await room.db
    .select()
    .from(schema.roomSnapshot)
    .where(eq(schema.roomSnapshot.sessionId, sessionId));
  expect(Buffer.from(snapshot?.state ?? []).equals(garbage)).toBe(true);
});

test('[CB30] our own client learns its rights and what of its own is durable', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person();
  const notices: Record<string, unknown>[] = [];
  const client = await room.enter(ada, sessionId, { params: { ensemble: '1' }, wait: false });
  client.provider.messageHandlers[100] = (_encoder, decoder) => {
    notices.push(JSON.parse(decoding.readVarString(decoder)) as Record<string, unknown>);
  };
  await eventually(() => expect(client.provider.synced).toBe(true));
  await eventually(() =>
    expect(notices[0]).toMatchObject({
      type: 'welcome',
      clientId: client.clientId,
      rights: ['view', 'comment', 'prompt', 'edit'],
      color: participantColour(requirePerson(ada).personId),
    }),
  );
  client.text.insert(0, 'saved?');
  await eventually(() => expect(notices.at(-1)).toMatchObject({ type: 'saved', clocks: { [client.clientId]: 6 } }));
  const rows = await room.db.select().from(schema.roomUpdate).where(eq(schema.roomUpdate.sessionId, sessionId));
  expect(rows.some((row) => row.actorKind === 'person')).toBe(true);
});

test('[CB23] what a text builds on may come later; until then nobody sees it', async () => {
  const sessionId = await room.sessionWithText();
  const ada = await room.person();
  const bob = await room.enter(await room.person(), sessionId);
  const issued = await issueTicket(ada, { sessionId });
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(bob.doc));
  doc.clientID = issued.clientId;
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  onlyText(doc).insert(0, 'a');
  onlyText(doc).insert(1, 'b');
  const socket = new WebSocket(`${room.server.url}/${sessionId}?ticket=${issued.ticket}`);
  await new Promise((resolve) => socket.once('message', resolve));
  for (const update of updates.toReversed()) socket.send(updateFrame(update));
  await eventually(() => expect(bob.text.toJSON()).toBe('ab'));
  socket.terminate();
  doc.destroy();
});

async function eventualConnection(sessionId: string, personId: string) {
  const find = () => {
    for (const one of room.server.collab.rooms.find(sessionId)?.connections ?? []) {
      if (one.participant.personId === personId) return one;
    }
    throw new Error('no such connection');
  };
  await eventually(() => void find());
  return find;
}
