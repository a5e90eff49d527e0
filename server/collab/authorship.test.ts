import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { sameCredit, type AuthorRun, type Credit } from '../core/authorship.ts';
import { AuthorshipLog, type ChangeOrigin } from './authorship-log.ts';
import { Authorship } from './authorship.ts';
import { DeletedTexts } from './deleted-texts.ts';
import { findText, putFile, replaceText, serverClientId, type RoomFile } from './room-document.ts';

const file: RoomFile = { fileId: 'fil_1', path: 'a.ts', gitMode: '100644', encoding: 'utf-8', eol: 'lf' };
const at = 1_700_000_100_000;

/** A room's document as the server holds it, and what its log would say. */
class Room {
  readonly doc = new Y.Doc();
  readonly rows: (ChangeOrigin & { update: Uint8Array })[] = [];
  authorship = new AuthorshipLog(this.doc, undefined);

  constructor() {
    this.doc.clientID = serverClientId;
    this.doc.on('update', (update: Uint8Array, { author, kind }: ChangeOrigin) => {
      const { credits } = this.authorship.lastChange;
      this.rows.push({ author, kind, at, update, credits });
    });
  }

  text(): Y.Text {
    const text = findText(this.doc, 'fil_1');
    if (!text) throw new Error('the file is not there');
    return text;
  }

  by(origin: ChangeOrigin, edit: (doc: Y.Doc) => void): void {
    this.doc.transact(() => edit(this.doc), { at, ...origin });
  }

  /** What each author wrote of the text, as `id:text`. */
  authors(authorship = this.authorship, text = this.text().toJSON()): string[] {
    let index = 0;
    return authorship.runsOf('fil_1').map((run) => {
      const part = `${run.credit?.actor.id ?? '?'}:${text.slice(index, index + run.length)}`;
      index += run.length;
      return part;
    });
  }

  /** The document as another process reads it from its snapshot and the rows after it. */
  reloaded(snapshot?: { state: Uint8Array; authorship: Uint8Array; rows: number }): string[] {
    const doc = new Y.Doc();
    if (snapshot) Y.applyUpdate(doc, snapshot.state);
    const authorship = new AuthorshipLog(doc, snapshot?.authorship);
    for (const { update, ...origin } of this.rows.slice(snapshot?.rows ?? 0)) Y.applyUpdate(doc, update, origin);
    return this.authors(authorship);
  }
}

/** A browser: its own document and undo stack; what it does reaches the room at once. */
class Browser {
  readonly doc = new Y.Doc();
  readonly undo: Y.UndoManager;
  readonly text: Y.Text;

  constructor(room: Room, id: string, clientId: number) {
    this.doc.clientID = clientId;
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(room.doc), 'room');
    const text = findText(this.doc, 'fil_1');
    if (!text) throw new Error('the file is not there');
    this.text = text;
    this.undo = new Y.UndoManager(text, { trackedOrigins: new Set(['me']), captureTimeout: 0 });
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'room') return;
      const kind = origin instanceof Y.UndoManager ? ('undo' as const) : ('edit' as const);
      Y.applyUpdate(room.doc, update, { author: { kind: 'person', id }, kind, at });
    });
    room.doc.on('update', (update: Uint8Array) => Y.applyUpdate(this.doc, update, 'room'));
  }

  edit(change: (text: Y.Text) => void): void {
    this.doc.transact(() => change(this.text), 'me');
  }
}

const opened: ChangeOrigin = { author: { kind: 'system', id: 'room' }, kind: 'open' };
const byRun: ChangeOrigin = { author: { kind: 'run', id: 'run_1' }, kind: 'accept' };

function roomWith(text: string): Room {
  const room = new Room();
  room.by(opened, (doc) => putFile(doc, file, text));
  return room;
}

test('[CB130] every character has who wrote it, and deletions leave the others theirs', () => {
  const room = roomWith('one two three');
  const ana = new Browser(room, 'ana', 11);
  const bo = new Browser(room, 'bo', 12);
  ana.edit((text) => text.insert(4, 'more '));
  bo.edit((text) => text.delete(0, 4));
  room.by(byRun, () => room.text().insert(room.text().length, '!'));
  expect(room.authors()).toEqual(['ana:more ', 'room:two three', 'run_1:!']);
  expect(room.reloaded()).toEqual(room.authors());
});

test('[CB131] an undo gives a text back to who wrote it, though the struct is the undoer’s', () => {
  const room = roomWith('base\n');
  room.by(byRun, () => room.text().insert(5, 'by the agent\n'));
  const bo = new Browser(room, 'bo', 12);
  bo.edit((text) => text.insert(5, 'by bo\n'));
  const ana = new Browser(room, 'ana', 11);
  ana.edit((text) => text.delete(2, 15));
  expect(room.text().toJSON()).toBe('ba agent\n');
  ana.undo.undo();
  expect(room.authors()).toEqual(['room:base\n', 'bo:by bo\n', 'run_1:by the agent\n']);
  expect(room.reloaded()).toEqual(room.authors());
});

test('[CB131] undo and redo of one’s own, again and again, stay one’s own', () => {
  const room = roomWith('');
  const ana = new Browser(room, 'ana', 11);
  const bo = new Browser(room, 'bo', 12);
  for (const letter of 'hello') ana.edit((text) => text.insert(text.length, letter));
  bo.edit((text) => text.insert(2, '--'));
  for (let i = 0; i < 5; i++) ana.undo.undo();
  for (let i = 0; i < 5; i++) ana.undo.redo();
  expect(room.text().toJSON()).toBe('he--llo');
  expect(room.authors()).toEqual(['ana:he', 'bo:--', 'ana:llo']);
});

test('[CB131] backspaces undone one by one give the text back to its author', () => {
  const room = roomWith('keep ');
  const bo = new Browser(room, 'bo', 12);
  bo.edit((text) => text.insert(5, 'précis 🎉'));
  const ana = new Browser(room, 'ana', 11);
  for (const size of [2, 1, 1, 1]) ana.edit((text) => text.delete(text.length - size, size));
  for (let i = 0; i < 4; i++) ana.undo.undo();
  expect(room.authors()).toEqual(['room:keep ', 'bo:précis 🎉']);
});

test('[CB132] who claims to undo but brings other words wrote them', () => {
  const room = roomWith('');
  const bo = new Browser(room, 'bo', 12);
  bo.edit((text) => text.insert(0, 'harmless'));
  const ana = new Browser(room, 'ana', 11);
  ana.edit((text) => text.delete(0, 8));
  const origin = { author: { kind: 'person' as const, id: 'ana' }, kind: 'undo' as const };
  const forged = new Y.Doc();
  forged.clientID = 11;
  Y.applyUpdate(forged, Y.encodeStateAsUpdate(ana.doc));
  const before = Y.encodeStateVector(forged);
  findText(forged, 'fil_1')?.insert(0, 'malicious');
  Y.applyUpdate(room.doc, Y.encodeStateAsUpdate(forged, before), { ...origin, at });
  expect(room.authors()).toEqual(['ana:malicious']);
});

test('[CB133] authorship is the same from a snapshot, from the log, and from both', () => {
  const room = roomWith('line\n');
  const ana = new Browser(room, 'ana', 11);
  ana.edit((text) => text.insert(0, 'ana '));
  room.by(byRun, () => replaceText(room.text(), 'ana wrote a line\n'));
  const snapshot = {
    state: Y.encodeStateAsUpdate(room.doc),
    authorship: room.authorship.encode(),
    rows: room.rows.length,
  };
  ana.edit((text) => text.delete(4, 6));
  ana.undo.undo();
  ana.edit((text) => text.insert(0, '// '));
  expect(room.reloaded()).toEqual(room.authors());
  expect(room.reloaded(snapshot)).toEqual(room.authors());
});

test('[CB131] a restore gives lines back by their words, or by what was recorded of them', () => {
  const room = roomWith('a\n');
  const bo = new Browser(room, 'bo', 12);
  bo.edit((text) => text.insert(2, 'b\nc\n'));
  const recorded = room.authorship.runsOf('fil_1');
  bo.edit((text) => text.delete(2, 4));
  const restoring: ChangeOrigin = { author: { kind: 'person', id: 'ana' }, kind: 'restore' };
  room.by(restoring, () => replaceText(room.text(), 'a\nb\nc\n'));
  expect(room.authors()).toEqual(['room:a\n', 'bo:b\nc\n']);

  const later = roomWith('x\n');
  later.by({ ...restoring, authorship: new Map([['fil_1', recorded]]) }, () => replaceText(later.text(), 'a\nb\nc\n'));
  // The line end was never gone.
  expect(later.authors()).toEqual(['room:a\n', 'bo:b\nc', 'room:\n']);
  expect(later.reloaded()).toEqual(later.authors());
});

test('ranges set in any order answer as a plain table of units does', () => {
  const credits = ['a', 'b', 'c'].map((id): Credit => ({ actor: { kind: 'person', id }, kind: 'edit', at }));
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const written = new Authorship();
  const table: (Credit | undefined)[] = [];
  for (let step = 0; step < 2_000; step++) {
    const clock = random(200);
    const length = 1 + random(30);
    const credit = credits[random(3)];
    if (!credit) continue;
    written.set(9, { clock, length }, credit);
    for (let i = clock; i < clock + length; i++) table[i] = credit;
    const from = random(200);
    const unitsOf = (runs: AuthorRun[]) => runs.flatMap((run) => Array.from({ length: run.length }, () => run.credit));
    const units = unitsOf(Authorship.decode(written.encode()).runsOf(9, { clock: from, length: 40 }));
    expect(
      units.every((unit, i) => sameCredit(unit, table[from + i])),
      `step ${step}`,
    ).toBe(true);
  }
});

test('deleted texts are found by their ids and their words, the oldest are forgotten first', () => {
  const deleted = new DeletedTexts();
  deleted.add({ client: 1, clock: 11, fileId: 'f', text: 'b' });
  deleted.add({ client: 1, clock: 10, fileId: 'f', text: 'a' });
  deleted.add({ client: 1, clock: 12, fileId: 'f', text: 'c' });
  expect(deleted.has({ client: 1, clock: 10 }, 'abc')).toBe(true);
  expect(deleted.has({ client: 1, clock: 11 }, 'bc')).toBe(true);
  expect(deleted.has({ client: 1, clock: 11 }, 'ac')).toBe(false);
  expect(deleted.has({ client: 2, clock: 10 }, 'abc')).toBe(false);
  expect(deleted.find('f', 'bc')).toEqual({ client: 1, clock: 11, seq: 3 });
  expect(deleted.find('g', 'bc')).toBeUndefined();
  deleted.add({ client: 3, clock: 0, fileId: 'f', text: 'x'.repeat(500 * 1024) });
  deleted.add({ client: 3, clock: 600_000, fileId: 'f', text: 'y'.repeat(100 * 1024) });
  expect(deleted.has({ client: 1, clock: 10 }, 'abc')).toBe(false);
  expect(deleted.has({ client: 3, clock: 600_000 }, 'yy')).toBe(true);
});
