import type * as Monaco from 'monaco-editor';
import type { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { ParticipantState } from './room-presence.ts';

type Options = {
  monaco: typeof Monaco;
  editor: Monaco.editor.IStandaloneCodeEditor;
  awareness: Awareness;
  fileId: string;
  text: Y.Text;
  readOnly: boolean;
};

/** Shows the others' carets and selections in one editor and tells them ours. Returns its clean-up. */
export function shareCursors(options: Options): () => void {
  const { editor, awareness } = options;
  const sheet = new CSSStyleSheet(); // constructed sheets are not subject to style-src
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const decorations = editor.createDecorationsCollection();
  let frame = 0;
  const render = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => draw(options, decorations, sheet));
  };
  const publish = throttle(() => publishCursor(options), 60);

  awareness.setLocalStateField('file', options.fileId);
  const subscriptions = [
    editor.onDidChangeCursorSelection(publish.call),
    editor.onDidFocusEditorText(publish.call),
    editor.onDidChangeModelContent(render),
  ];
  awareness.on('change', render);
  publish.call();
  render();
  return () => {
    publish.cancel();
    cancelAnimationFrame(frame);
    for (const subscription of subscriptions) subscription.dispose();
    awareness.off('change', render);
    awareness.setLocalStateField('cursor', null);
    decorations.clear();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
  };
}

function publishCursor({ editor, awareness, text }: Options): void {
  const selection = editor.getSelection();
  const model = editor.getModel();
  if (!selection || !model) return;
  const relative = (lineNumber: number, column: number) =>
    Y.relativePositionToJSON(
      Y.createRelativePositionFromTypeIndex(text, Math.min(model.getOffsetAt({ lineNumber, column }), text.length)),
    );
  awareness.setLocalStateField('cursor', {
    anchor: relative(selection.selectionStartLineNumber, selection.selectionStartColumn),
    head: relative(selection.positionLineNumber, selection.positionColumn),
    line: selection.positionLineNumber,
  });
}

/** Where a relative position is now, or undefined when its text is gone or it belongs to another file. */
export function offsetOf(text: Y.Text, position: unknown): number | undefined {
  if (!text.doc || position === null || typeof position !== 'object') return undefined;
  try {
    const absolute = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(position), text.doc);
    return absolute?.type === text ? absolute.index : undefined;
  } catch {
    return undefined; // a peer may send anything
  }
}

function draw(options: Options, decorations: Monaco.editor.IEditorDecorationsCollection, sheet: CSSStyleSheet): void {
  const { monaco, editor, awareness, text } = options;
  const model = editor.getModel();
  if (!model || model.isDisposed()) return;
  const shown: Monaco.editor.IModelDeltaDecoration[] = [];
  let css = '';
  for (const [clientId, state] of awareness.getStates() as Map<number, ParticipantState>) {
    if (clientId === awareness.clientID || !state.user || !state.cursor) continue;
    const anchor = offsetOf(text, state.cursor.anchor);
    const head = offsetOf(text, state.cursor.head);
    if (anchor === undefined || head === undefined) continue;
    const back = head < anchor;
    const caret = `peer-caret peer-caret-${clientId}`;
    const range = monaco.Range.fromPositions(
      model.getPositionAt(Math.min(anchor, head)),
      model.getPositionAt(Math.max(anchor, head)),
    );
    shown.push({
      range,
      options: {
        className: `peer-selection-${clientId}`,
        stickiness: monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
        ...(back ? { beforeContentClassName: caret } : { afterContentClassName: caret }),
      },
    });
    css += cursorStyle(clientId, state.user, (back ? range.startLineNumber : range.endLineNumber) === 1);
  }
  sheet.replaceSync(css);
  decorations.set(shown);
}

function cursorStyle(clientId: number, user: { name: string; color: string }, firstLine: boolean): string {
  const colour = /^#[0-9a-f]{6}$/i.test(user.color) ? user.color : '#666666';
  const label = JSON.stringify(user.name.slice(0, 40)).replaceAll('<', '\\3c ');
  const place = firstLine ? 'top:1.3em' : 'top:-1.25em';
  return `.peer-selection-${clientId}{background:${colour}38}
.peer-caret-${clientId}{border-left:2px solid ${colour};margin-left:-1px;position:relative}
.peer-caret-${clientId}::after{content:${label};position:absolute;left:-2px;${place};background:${colour};color:#fff;font:11px/1.3 system-ui,sans-serif;padding:0 4px;border-radius:3px;white-space:nowrap;z-index:10;pointer-events:none}`;
}

function throttle(run: () => void, everyMs: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;
  return {
    call: () => {
      if (timer) return;
      const wait = Math.max(0, last + everyMs - performance.now());
      timer = setTimeout(() => {
        timer = undefined;
        last = performance.now();
        run();
      }, wait);
    },
    cancel: () => clearTimeout(timer),
  };
}
