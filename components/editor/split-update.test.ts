import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { splitUpdate } from './split-update.ts';

const apply = (doc: Y.Doc, parts: readonly Uint8Array[]) => {
  for (const part of parts) Y.applyUpdate(doc, part);
};

const exchange = (docs: readonly Y.Doc[]) => {
  for (const doc of docs) for (const other of docs) Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
};

test('[CB92] a pasted text of five megabytes travels in parts of the size asked for, in their order', () => {
  const mine = new Y.Doc();
  const text = mine.getText('text');
  text.insert(0, 'before after');
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(mine));
  const updates: Uint8Array[] = [];
  mine.on('update', (update: Uint8Array) => updates.push(update));
  text.insert(7, 'A line with an emoji 🙂 and é\n'.repeat(180_000));
  const parts = updates.flatMap((update) => splitUpdate(update, 512 * 1024));
  expect(parts.length).toBeGreaterThan(10);
  for (const part of parts) {
    expect(part.byteLength).toBeLessThanOrEqual(512 * 1024);
    Y.applyUpdate(other, part);
    expect(other.store.pendingStructs).toBeNull();
    if (part === parts[3]) other.getText('text').insert(0, 'meanwhile ');
  }
  Y.applyUpdate(mine, Y.encodeStateAsUpdate(other));
  expect(other.getText('text').toJSON()).toBe(text.toJSON());
  expect(text.toJSON()).toMatch(/^meanwhile before A line.*after$/s);
  expect(text.toJSON()).not.toContain('\ufffd');
});

test('a small update stays as it is', () => {
  const doc = new Y.Doc();
  doc.getText('text').insert(0, 'short');
  const update = Y.encodeStateAsUpdate(doc);
  expect(splitUpdate(update, 1_000)).toEqual([update]);
});

test('whatever an update holds, its parts come to the same document', () => {
  const edit = fc.record({
    who: fc.nat(2),
    at: fc.nat(200),
    remove: fc.nat(12),
    insert: fc.string({ unit: 'grapheme', maxLength: 60 }),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 30 }), fc.integer({ min: 80, max: 400 }), (edits, max) => {
      const docs = [1_001, 1_002, 1_003].map((clientID) => Object.assign(new Y.Doc(), { clientID }));
      for (const [i, { who, at, remove, insert }] of edits.entries()) {
        const text = docs[who]?.getText('text');
        if (!text) continue;
        const from = Math.min(at, text.length);
        text.delete(from, Math.min(remove, text.length - from));
        text.insert(from, insert);
        docs[who]?.getMap('map').set('key', i);
        if (i % 5 === 0) exchange(docs);
      }
      const whole = Y.mergeUpdates(docs.map((doc) => Y.encodeStateAsUpdate(doc)));
      const [direct, inParts] = [new Y.Doc(), new Y.Doc()];
      Y.applyUpdate(direct, whole);
      apply(inParts, splitUpdate(whole, max));
      expect(inParts.store.pendingStructs).toBeNull();
      expect(inParts.getText('text').toJSON()).toBe(direct.getText('text').toJSON());
      expect(inParts.getMap('map').toJSON()).toEqual(direct.getMap('map').toJSON());
      expect(Y.encodeStateVector(inParts)).toEqual(Y.encodeStateVector(direct));
    }),
    { numRuns: 200 },
  );
});
