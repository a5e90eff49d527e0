import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { hasAllBut, Outbox, type EditKind, type KeptEdit } from './outbox.ts';

/** A document whose every change goes to an outbox, as the browser's does. */
function writer(outbox: Outbox) {
  const doc = new Y.Doc();
  let made = 0;
  let kind: EditKind = 'edit';
  doc.on('update', (update: Uint8Array) => outbox.add({ key: `${++made}`, update, kind, files: ['a'] }));
  return {
    doc,
    type: (text: string, as: EditKind = 'edit') => {
      kind = as;
      doc.getText('a').insert(doc.getText('a').length, text);
    },
  };
}

test('[CB91] an edit is unsaved until the message that carried it is stored', () => {
  const outbox = new Outbox();
  const { type } = writer(outbox);
  outbox.connected();
  type('a');
  expect(outbox.take()).toHaveLength(1);
  type('b');
  expect(outbox.take()).toHaveLength(1);
  expect(outbox.saved(1)).toEqual(['1']);
  expect(outbox.count).toBe(1);
  expect(outbox.saved(2)).toEqual(['2']);
  expect(outbox.count).toBe(0);
});

test('[CB91] what was sent on a lost connection is sent again on the next one, and only then saved', () => {
  const outbox = new Outbox();
  const { doc, type } = writer(outbox);
  outbox.connected();
  type('a');
  outbox.take();
  outbox.connected();
  expect(outbox.saved(5)).toEqual([]);
  type('b');
  const [message, ...more] = outbox.take();
  expect(more).toEqual([]);
  const other = new Y.Doc();
  Y.applyUpdate(other, message?.update ?? new Uint8Array());
  expect(other.getText('a').toJSON()).toBe(doc.getText('a').toJSON());
  expect(outbox.saved(1)).toEqual(['1', '2']);
});

test('[CB92] a long edit and a long time offline both go in messages of half a megabyte', () => {
  const outbox = new Outbox();
  const { doc, type } = writer(outbox);
  type('x'.repeat(2_000_000));
  for (let i = 0; i < 300; i++) type(`${i} `.repeat(2_000));
  outbox.connected();
  const messages = outbox.take();
  expect(messages.length).toBeGreaterThan(6);
  const other = new Y.Doc();
  for (const { update } of messages) {
    expect(update.byteLength).toBeLessThanOrEqual(512 * 1024);
    Y.applyUpdate(other, update);
  }
  expect(other.getText('a').toJSON()).toBe(doc.getText('a').toJSON());
  expect(outbox.saved(messages.length - 1)).not.toHaveLength(0);
  expect(outbox.count).toBeGreaterThan(0);
  outbox.saved(messages.length);
  expect(outbox.count).toBe(0);
});

test('[CB93] an undo travels in a message of its own kind', () => {
  const outbox = new Outbox();
  const { type } = writer(outbox);
  type('a');
  type('b');
  type('c', 'undo');
  type('d');
  outbox.connected();
  expect(outbox.take().map(({ kind }) => kind)).toEqual(['edit', 'undo', 'edit']);
});

test('a message without a change counts as well', () => {
  const outbox = new Outbox();
  const { type } = writer(outbox);
  outbox.connected();
  outbox.sentNothing();
  type('a');
  outbox.take();
  expect(outbox.saved(1)).toEqual([]);
  expect(outbox.saved(2)).toEqual(['1']);
});

test('[CB96] a room that lost what a document builds on is told from one that only lacks what waits', () => {
  const outbox = new Outbox();
  const { doc, type } = writer(outbox);
  type('saved ');
  outbox.connected();
  outbox.take();
  outbox.saved(1);
  const clocks = () => Y.decodeStateVector(Y.encodeStateVector(doc));
  const server = clocks();
  const kept = (): readonly KeptEdit[] => outbox.edits;
  expect(hasAllBut(kept(), clocks(), server)).toBe(true);
  type('waits');
  expect(hasAllBut(kept(), clocks(), server)).toBe(true);
  expect(hasAllBut(kept(), clocks(), new Map())).toBe(false);
  expect(hasAllBut([], clocks(), server)).toBe(false);
});
