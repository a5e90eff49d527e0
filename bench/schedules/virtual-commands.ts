import * as Y from 'yjs';
import { removing, seeding, serverAuthor, showing } from '../../server/collab/command-effects.ts';
import { findText, readText, replaceText, type RoomFile } from '../../server/collab/room-document.ts';
import type { Author } from '../../server/collab/room-store.ts';
import { RoomLost, type Edit, type Room } from '../../server/collab/room.ts';
import { mergeWithMarks } from '../../server/core/text-merge.ts';
import { pick } from './random.ts';
import { addRanges, type VirtualWorld } from './virtual-world.ts';
import type { VirtualNode } from './virtual-node.ts';

/** What is asked of the room's owner; it happens once, whoever owns the room by then. */
export type Command = { id: string } & (
  | { kind: 'open' | 'create'; fileId: string; path: string }
  | { kind: 'rename'; fileId: string; path: string }
  | { kind: 'delete'; fileId: string }
  /** A file as a worktree had it, and what a command made of it there. */
  | { kind: 'worktree'; fileId: string; base: string; theirs: string; marks: boolean }
  | { kind: 'accept' | 'restore'; fileId: string; text: string }
);

type Effects = { edits: Edit[]; put?: RoomFile; remove?: RoomFile };

const person: Author = { kind: 'person', id: 'per_commander' };
const run: Author = { kind: 'run', id: 'run_1' };
const labels = { ours: 'this session', theirs: 'incoming' };

/** Asks for something at random. */
export function ask(world: VirtualWorld): void {
  const { room } = world.owner;
  const files = room ? [...room.files.values()] : [];
  const file = pick(world.next, files);
  const id = world.name('cmd');
  if (!file || (files.length < 3 && world.next() < 0.5)) {
    world.commands.push({ kind: 'create', id, fileId: world.name('fil'), path: `new/${id}.txt` });
    return;
  }
  const { fileId } = file;
  const past = pick(world.next, world.pastTexts.get(fileId) ?? ['']) ?? '';
  const kinds = {
    rename: () => world.commands.push({ kind: 'rename', id, fileId, path: `moved/${id}.txt` }),
    delete: () => world.commands.push({ kind: 'delete', id, fileId }),
    create: () => world.commands.push({ kind: 'create', id, fileId: world.name('fil'), path: `new/${id}.txt` }),
    worktree: () =>
      world.commands.push({
        kind: 'worktree',
        id,
        fileId,
        base: past,
        theirs: reworked(world, past, id),
        marks: world.next() < 0.5,
      }),
    accept: () => world.commands.push({ kind: 'accept', id, fileId, text: `accepted 😀 ${id}\n` }),
    restore: () => world.commands.push({ kind: 'restore', id, fileId, text: past }),
  };
  const names = ['rename', 'delete', 'create', 'worktree', 'worktree', 'worktree', 'accept', 'restore'] as const;
  kinds[pick(world.next, names) ?? 'rename']();
}

/** A text as a program leaves it: lines go, come and change. */
function reworked(world: VirtualWorld, text: string, mark: string): string {
  const lines = text.split('\n');
  const at = world.below(lines.length + 1);
  const gone = world.below(3);
  const come = Array.from({ length: world.below(3) }, (_value, line) => `${mark} line ${line} 😃`);
  return [...lines.slice(0, at), ...come, ...lines.slice(at + gone)].join('\n');
}

/** The owner does the first thing that was asked, as the runner of room commands does. */
export function serve(world: VirtualWorld): void {
  const node = world.owner;
  const { room } = node;
  const [command] = world.commands;
  if (!room || room.isClosed || node.isAsleep || node.isBusy || !command) return;
  const effects = effectsOf(room, command);
  if (effects.remove) room.files.delete(effects.remove.fileId);
  if (effects.put) room.files.set(effects.put.fileId, effects.put);
  node.isBusy = true;
  const before = Y.encodeStateVector(room.doc);
  const edits = effects.edits.map((edit) => remembered(node, edit));
  const done = room.changeAll(edits, () => {
    finish(world, command, effects);
    return Promise.resolve();
  });
  const change = Y.encodeStateAsUpdate(room.doc, before);
  done
    .then(() => world.evidence.addUpdate(change, `done, says command ${command.id}`))
    .catch((error: unknown) => {
      if (!(error instanceof RoomLost)) world.evidence.accuse(String(error));
    })
    .finally(() => {
      node.isBusy = false;
    });
}

/** Writes the rows of a command; a commit whose answer was lost is tried again and changes nothing. */
function finish(world: VirtualWorld, command: Command, { put, remove }: Effects): void {
  const at = world.commands.indexOf(command);
  if (at === -1) return;
  world.commands.splice(at, 1);
  world.count(`command ${command.kind}`);
  if (remove) world.tables.files.delete(remove.fileId);
  if (put) world.tables.files.set(put.fileId, put);
}

/** Notes what an edit writes and deletes, for the judgement of rows. */
function remembered(node: VirtualNode, edit: Edit): Edit {
  const apply = (doc: Y.Doc) => {
    const from = Y.getState(doc.store, doc.clientID);
    const made = node.madeAs(edit.author, edit.kind);
    doc.transact((transaction) => {
      edit.apply(doc);
      made.structs.add(doc.clientID, from, Y.getState(doc.store, doc.clientID) - from);
      doc.once('afterTransaction', () => addRanges(made.deletions, transaction.deleteSet));
    });
  };
  return { ...edit, apply };
}

function effectsOf(room: Room, command: Command): Effects {
  const file = room.files.get(command.fileId);
  if (command.kind === 'open' || command.kind === 'create') return newFile(command, file);
  if (!file) return { edits: [] };
  const edit = (author: Author, kind: Edit['kind'], next: (text: string) => string): Effects => ({
    edits: [{ author, kind, apply: (doc) => change(doc, file.fileId, next) }],
  });
  switch (command.kind) {
    case 'rename': {
      const put = { ...file, path: command.path };
      return { put, edits: [showing([put])] };
    }
    case 'delete':
      return { remove: file, edits: [removing([file], { author: person, kind: 'edit' })] };
    case 'worktree':
      return edit(person, 'merge', (ours) => merged(command, ours));
    case 'accept':
      return edit(run, 'accept', (text) => command.text + text);
    case 'restore':
      return edit(person, 'restore', () => command.text);
  }
}

function newFile(command: Command & { path: string }, known: RoomFile | undefined): Effects {
  if (known) return { edits: [] };
  const { fileId, path } = command;
  const file: RoomFile = { fileId, path, gitMode: '100644', encoding: 'utf-8', eol: 'lf' };
  const by =
    command.kind === 'open'
      ? ({ author: serverAuthor, kind: 'open' } as const)
      : ({ author: person, kind: 'edit' } as const);
  return { put: file, edits: [seeding(file, `first line of ${path}\nsecond line 👋\n`, by)] };
}

/** As `apply_tree` does it with a file that is in the room. */
function merged({ base, theirs, marks }: Extract<Command, { kind: 'worktree' }>, ours: string): string {
  const { text, conflicts } = mergeWithMarks({ base, ours, theirs, labels });
  return conflicts > 0 && !marks ? ours : text;
}

function change(doc: Y.Doc, fileId: string, next: (text: string) => string): void {
  const text = findText(doc, fileId);
  if (text) replaceText(text, next(readText(doc, fileId)));
}
