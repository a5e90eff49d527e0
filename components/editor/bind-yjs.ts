import type * as Monaco from 'monaco-editor';
import * as Y from 'yjs';

type Edit = Monaco.editor.IIdentifiedSingleEditOperation;

export type TextBinding = {
  /** Undoes this person's own changes and no one else's. */
  readonly undoManager: Y.UndoManager;
  destroy(): void;
};

type Binding = {
  monaco: typeof Monaco;
  text: Y.Text;
  model: Monaco.editor.ITextModel;
  /** Told when an edit was taken back because the file would not fit into the room any more. */
  onTooLarge: () => void;
};

/** What the room takes of one file, in UTF-8. */
const maxFileBytes = 5 * 1024 * 1024;
/** So much at once is a paste: one step of undo of its own. */
const pasteLength = 32;

/** Whether a text fits the room, looked at again only when it may have grown beyond: measuring takes all of it. */
function sizeGuard(model: Monaco.editor.ITextModel) {
  // A UTF-16 unit is at most three bytes, so most texts need no second look.
  let atMost = model.getValueLength() * 3;
  return {
    grew(units: number): void {
      atMost += units * 3;
    },
    isTooLarge(): boolean {
      if (atMost <= maxFileBytes) return false;
      atMost = new TextEncoder().encode(model.getValue()).length;
      return atMost > maxFileBytes;
    },
  };
}

/**
 * Keeps a Y.Text and a Monaco model equal. Text is LF inside (CONTRACTS, "The room's document"). Undo is per person:
 * the model's own undo stack is replaced, because it knows nothing of changes that came from others.
 */
export function bindText({ monaco, text, model, onTooLarge }: Binding): TextBinding {
  const origin = { binding: model.uri.toString() };
  const doc = text.doc;
  if (!doc) throw new Error('the text is not part of a document');
  const undoManager = new Y.UndoManager(text, { trackedOrigins: new Set([origin]), captureTimeout: 400 });
  const { quietly, isQuiet } = quiet();
  const showText = () => quietly(() => showWhole(monaco, model, text.toJSON()));

  quietly(() => model.setEOL(monaco.editor.EndOfLineSequence.LF));
  showText();
  const size = sizeGuard(model);

  const observe = (event: Y.YTextEvent, transaction: Y.Transaction) => {
    if (transaction.origin === origin) return;
    const inserted = event.delta.flatMap((part) => (typeof part.insert === 'string' ? [part.insert] : []));
    size.grew(inserted.reduce((sum, one) => sum + one.length, 0));
    if (inserted.some((one) => one.includes('\r'))) return removeCarriageReturns(text, origin, showText);
    const edits = editsOf(monaco, model, event);
    if (edits) quietly(() => model.applyEdits(edits));
    // Never let the two drift: what people see is what is stored.
    if (!edits || model.getValueLength() !== text.length) showText();
  };
  text.observe(observe);

  const changed = model.onDidChangeContent((event) => {
    if (isQuiet()) return;
    if (event.isEolChange) return quietly(() => model.setEOL(monaco.editor.EndOfLineSequence.LF));
    const added = event.changes.reduce((sum, change) => sum + change.text.length, 0);
    const removed = event.changes.reduce((sum, change) => sum + change.rangeLength, 0);
    size.grew(added);
    if (added > removed && size.isTooLarge()) {
      showText();
      return onTooLarge();
    }
    const isPaste = added >= pasteLength;
    if (isPaste) undoManager.stopCapturing();
    doc.transact(() => takeChanges(text, event.changes), origin);
    if (isPaste) undoManager.stopCapturing();
    // Half a character has no place in a text: it would arrive as another one.
    if (event.changes.some((change) => !change.text.isWellFormed())) showText();
  });

  replaceUndo(model, undoManager);
  return {
    undoManager,
    destroy() {
      text.unobserve(observe);
      changed.dispose();
      undoManager.destroy();
    },
  };
}

/** Tells changes of our own making from what a person does. */
function quiet() {
  let isQuiet = false;
  return {
    isQuiet: () => isQuiet,
    quietly: (change: () => void): void => {
      isQuiet = true;
      try {
        change();
      } finally {
        isQuiet = false;
      }
    },
  };
}

/** From the end to the start, so that earlier offsets stay true. */
function takeChanges(text: Y.Text, changes: readonly Monaco.editor.IModelContentChange[]): void {
  for (const change of changes.toSorted((a, b) => b.rangeOffset - a.rangeOffset)) {
    if (change.rangeLength > 0) text.delete(change.rangeOffset, change.rangeLength);
    const inserted = change.text.replaceAll(/\r\n?/g, '\n').toWellFormed();
    if (inserted !== '') text.insert(change.rangeOffset, inserted);
  }
}

/** Makes the model show a text, touching only what differs, so that carets elsewhere stay. */
function showWhole(monaco: typeof Monaco, model: Monaco.editor.ITextModel, next: string): void {
  const current = model.getValue();
  if (current === next) return;
  const shorter = Math.min(current.length, next.length);
  let from = 0;
  while (from < shorter && current[from] === next[from]) from++;
  let end = 0;
  while (end < shorter - from && current.at(-1 - end) === next.at(-1 - end)) end++;
  // Whole characters: an edit must not begin or end within a surrogate pair.
  from -= isHighSurrogate(next, from - 1) || isHighSurrogate(current, from - 1) ? 1 : 0;
  end -= isLowSurrogate(next, next.length - end) || isLowSurrogate(current, current.length - end) ? 1 : 0;
  const to = current.length - Math.max(0, end);
  const range = monaco.Range.fromPositions(model.getPositionAt(from), model.getPositionAt(to));
  model.applyEdits([{ range, text: next.slice(from, next.length - Math.max(0, end)) }]);
  if (model.getValue() !== next) model.setValue(next);
}

const isHighSurrogate = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xd800;
const isLowSurrogate = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** Keyboard, menu and palette all end in the model's own undo and redo. */
function replaceUndo(model: Monaco.editor.ITextModel, undoManager: Y.UndoManager): void {
  Object.assign(model, {
    undo: () => void undoManager.undo(),
    redo: () => void undoManager.redo(),
    canUndo: () => undoManager.canUndo(),
    canRedo: () => undoManager.canRedo(),
  });
}

/** A carriage return is a line break of its own to Monaco; the text holds only line feeds. */
function removeCarriageReturns(text: Y.Text, origin: object, then: () => void): void {
  const current = text.toString();
  text.doc?.transact(() => {
    for (let i = current.length - 1; i >= 0; i--) {
      if (current[i] !== '\r') continue;
      text.delete(i, 1);
      if (current[i + 1] !== '\n') text.insert(i, '\n');
    }
  }, origin);
  then();
}

/**
 * The change of a Y.Text as Monaco edits, all in positions before the change; touching edits are one. Undefined when
 * the change parts a surrogate pair: Yjs replaces both halves then, and an edit of Monaco's cannot say that.
 */
function editsOf(monaco: typeof Monaco, model: Monaco.editor.ITextModel, event: Y.YTextEvent): Edit[] | undefined {
  const edits: { from: number; to: number; text: string }[] = [];
  let offset = 0;
  const push = (from: number, to: number, inserted: string) => {
    const last = edits.at(-1);
    if (last?.to === from) {
      last.to = to;
      last.text += inserted;
    } else edits.push({ from, to, text: inserted });
  };
  for (const part of event.delta) {
    if (part.retain !== undefined) offset += part.retain;
    else if (typeof part.insert === 'string') push(offset, offset, part.insert);
    else if (part.delete !== undefined) {
      push(offset, offset + part.delete, '');
      offset += part.delete;
    }
  }
  const ranges = edits.map(({ from, to }) =>
    monaco.Range.fromPositions(model.getPositionAt(from), model.getPositionAt(to)),
  );
  if (ranges.some((range) => !monaco.Range.equalsRange(range, model.validateRange(range)))) return undefined;
  return edits.flatMap(({ text: inserted }, at) => {
    const range = ranges[at];
    return range ? [{ range, text: inserted, forceMoveMarkers: false }] : [];
  });
}
