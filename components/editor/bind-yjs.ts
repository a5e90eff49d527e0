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

function isTooLarge(model: Monaco.editor.ITextModel): boolean {
  // A UTF-16 unit is at most three bytes, so most texts need no second look.
  if (model.getValueLength() * 3 <= maxFileBytes) return false;
  return new TextEncoder().encode(model.getValue()).length > maxFileBytes;
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
  let applying = false;

  const quietly = (change: () => void) => {
    applying = true;
    try {
      change();
    } finally {
      applying = false;
    }
  };

  quietly(() => {
    model.setEOL(monaco.editor.EndOfLineSequence.LF);
    if (model.getValue() !== text.toString()) model.setValue(text.toString());
  });

  const observe = (event: Y.YTextEvent, transaction: Y.Transaction) => {
    if (transaction.origin === origin) return;
    const carriageReturn = event.delta.some((part) => typeof part.insert === 'string' && part.insert.includes('\r'));
    if (carriageReturn)
      return removeCarriageReturns(text, origin, () => quietly(() => model.setValue(text.toString())));
    quietly(() => {
      model.applyEdits(editsOf(monaco, model, event));
      // Never let the two drift: what people see is what is stored.
      if (model.getValueLength() !== text.length) model.setValue(text.toString());
    });
  };
  text.observe(observe);

  const changed = model.onDidChangeContent((event) => {
    if (applying) return;
    if (event.isEolChange) return quietly(() => model.setEOL(monaco.editor.EndOfLineSequence.LF));
    if (isTooLarge(model)) {
      quietly(() => model.setValue(text.toString()));
      return onTooLarge();
    }
    doc.transact(() => {
      // From the end to the start, so that earlier offsets stay true.
      for (const change of [...event.changes].sort((a, b) => b.rangeOffset - a.rangeOffset)) {
        if (change.rangeLength > 0) text.delete(change.rangeOffset, change.rangeLength);
        if (change.text !== '') text.insert(change.rangeOffset, change.text.replaceAll(/\r\n?/g, '\n'));
      }
    }, origin);
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

/** The change of a Y.Text as Monaco edits, all in positions before the change; touching edits are one. */
function editsOf(monaco: typeof Monaco, model: Monaco.editor.ITextModel, event: Y.YTextEvent): Edit[] {
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
  return edits.map(({ from, to, text: inserted }) => ({
    range: monaco.Range.fromPositions(model.getPositionAt(from), model.getPositionAt(to)),
    text: inserted,
    forceMoveMarkers: false,
  }));
}
