import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { bindText } from './bind-yjs.ts';

type Change = { rangeOffset: number; rangeLength: number; text: string };
type Listener = (event: { changes: Change[]; isEolChange: boolean }) => void;
type Spot = { column: number };
type Span = { from: Spot; to: Spot };

/**
 * As much of a Monaco model as the binding uses, on a single long line: offsets are columns. Like Monaco's, its edits
 * never begin or end within a surrogate pair. The binding in real browsers is the matter of the browser suite.
 */
function fakeModel() {
  let value = '';
  const listeners = new Set<Listener>();
  const outside = ({ column }: Spot, step: -1 | 1): Spot =>
    /^[\ud800-\udbff][\udc00-\udfff]$/.test(value.slice(column - 1, column + 1))
      ? { column: column + step }
      : { column };
  const change = (rangeOffset: number, rangeLength: number, text: string) => {
    value = value.slice(0, rangeOffset) + text + value.slice(rangeOffset + rangeLength);
    for (const listener of listeners) listener({ changes: [{ rangeOffset, rangeLength, text }], isEolChange: false });
  };
  const model = {
    uri: 'inmemory:model',
    getValue: () => value,
    getValueLength: () => value.length,
    setValue: (next: string) => change(0, value.length, next),
    setEOL: () => {},
    getPositionAt: (offset: number): Spot => ({ column: offset }),
    validateRange: ({ from, to }: Span): Span => ({ from: outside(from, -1), to: outside(to, 1) }),
    applyEdits: (edits: { range: Span; text: string }[]) => {
      for (const { range, text } of edits.toSorted((a, b) => b.range.from.column - a.range.from.column)) {
        const { from, to } = model.validateRange(range);
        change(from.column, to.column - from.column, text);
      }
    },
    onDidChangeContent: (listener: Listener) => {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    undo: () => {},
    redo: () => {},
  };
  const monaco = {
    Range: {
      fromPositions: (from: Spot, to: Spot): Span => ({ from, to }),
      equalsRange: (a: Span, b: Span) => a.from.column === b.from.column && a.to.column === b.to.column,
    },
    editor: { EndOfLineSequence: { LF: 0 } },
  };
  return { model, monaco, type: change };
}

function bound(start: string) {
  const doc = new Y.Doc();
  const text = doc.getText('text');
  text.insert(0, start);
  const fake = fakeModel();
  const onTooLarge = vi.fn<() => void>();
  const binding = bindText({
    // As much as the binding uses of them.
    monaco: fake.monaco as never,
    model: fake.model as never,
    text,
    onTooLarge,
  });
  const other = new Y.Doc();
  const exchange = () => {
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
  };
  exchange();
  const allShow = (expected: string) => {
    exchange();
    expect([text.toJSON(), other.getText('text').toJSON(), fake.model.getValue()]).toEqual([
      expected,
      expected,
      expected,
    ]);
  };
  return { ...fake, text, binding, onTooLarge, other: other.getText('text'), exchange, allShow };
}

test('[CB92] a paste is one step of undo, apart from what is typed before and after it', () => {
  const { model, type, allShow } = bound('');
  type(0, 0, 'typed ');
  type(6, 0, 'a pasted text, long enough to stand alone');
  type(6 + 41, 0, ' more');
  model.undo();
  allShow('typed a pasted text, long enough to stand alone');
  model.undo();
  allShow('typed ');
  model.redo();
  allShow('typed a pasted text, long enough to stand alone');
  model.undo();
  model.undo();
  allShow('');
});

test('[CB92] what makes a file larger than five megabytes is taken back; removing from a larger one is not', () => {
  const { type, text, onTooLarge, allShow, other, exchange } = bound('é'.repeat(2_000_000));
  type(0, 0, 'x'.repeat(1_500_000));
  expect(onTooLarge).toHaveBeenCalledTimes(1);
  allShow('é'.repeat(2_000_000));
  type(1_000_000, 0, 'x'.repeat(1_000_000));
  expect(text.length).toBe(3_000_000);
  other.insert(0, 'y'.repeat(1_000_000));
  exchange();
  type(0, 10, '');
  expect(text.length).toBe(3_999_990);
  expect(onTooLarge).toHaveBeenCalledTimes(1);
  type(0, 0, 'z');
  expect(onTooLarge).toHaveBeenCalledTimes(2);
  expect(text.length).toBe(3_999_990);
});

test('half a surrogate pair becomes the replacement character here as it does elsewhere', () => {
  const { type, allShow } = bound('ab');
  type(1, 0, '\ud83d');
  allShow('a\ufffdb');
});

test('a program that writes into the middle of a character, or deletes half of it, leaves all with one text', () => {
  const { other, allShow, exchange } = bound('a🙂b🙂c');
  other.insert(2, 'x');
  exchange();
  allShow(other.toJSON());
  other.delete(6, 1);
  exchange();
  allShow(other.toJSON());
});

test('text from right to left, joined and combining characters stay whole in edits of others and undo', () => {
  const family = '👩‍👩‍👧';
  const { type, model, binding, other, exchange, allShow } = bound('שלום עולם e\u0301\n');
  type(4, 0, family);
  exchange();
  other.insert(0, 'مرحبا ');
  exchange();
  allShow(`مرحبا שלום${family} עולם e\u0301\n`);
  binding.undoManager.stopCapturing();
  type(6 + 4, family.length, '');
  allShow('مرحبا שלום עולם e\u0301\n');
  model.undo();
  allShow(`مرحبا שלום${family} עולם e\u0301\n`);
});
