import * as monaco from 'monaco-editor';
import type { RoomFile } from '@/components/editor/room-files.ts';
import { excerptOf, visibleText } from '@/server/core/visible-text.ts';
import type { TextRange } from '@/server/core/comment-anchor.ts';
import type { CommentDesk, PlacedThread } from './comment-desk.ts';
import classes from './comments-in-file.module.css';

type Editor = monaco.editor.IStandaloneCodeEditor;
type Decoration = monaco.editor.IModelDeltaDecoration;

/** A thread's mark is where one clicks and hovers; more threads of one line share it. */
const { MouseTargetType, TrackedRangeStickiness } = monaco.editor;
const inMargin: ReadonlySet<monaco.editor.MouseTargetType> = new Set([
  MouseTargetType.GUTTER_GLYPH_MARGIN,
  MouseTargetType.GUTTER_LINE_NUMBERS,
]);

/**
 * What the editor shows of one file's comments besides the open one: marks in the margin, the ranges, a sign for a new
 * comment on the line under the pointer; and the keys that start a comment and go from one to the next.
 */
export class ThreadMarks {
  private readonly editor: Editor;
  private readonly desk: CommentDesk;
  private readonly file: RoomFile;
  private readonly mayComment: boolean;
  private readonly marks: monaco.editor.IEditorDecorationsCollection;
  private readonly sign: monaco.editor.IEditorDecorationsCollection;
  private readonly stops: (() => void)[] = [];

  constructor(editor: Editor, desk: CommentDesk, { file, mayComment }: { file: RoomFile; mayComment: boolean }) {
    this.editor = editor;
    this.desk = desk;
    this.file = file;
    this.mayComment = mayComment;
    this.marks = editor.createDecorationsCollection();
    this.sign = editor.createDecorationsCollection();
    this.own(editor.onMouseMove((event) => this.pointAt(event.target)));
    this.own(editor.onMouseLeave(() => this.sign.clear()));
    this.own(editor.onMouseDown((event) => this.press(event.target)));
    for (const action of this.actions()) this.own(editor.addAction(action));
    this.stops.push(desk.subscribe(() => this.paint()));
    this.paint();
  }

  close(): void {
    for (const stop of this.stops) stop();
    this.marks.clear();
    this.sign.clear();
  }

  private own(disposable: monaco.IDisposable): void {
    this.stops.push(() => disposable.dispose());
  }

  /** The file's threads to be marked, from the top. */
  private threads(): PlacedThread[] {
    const { threads, shown } = this.desk.getSnapshot();
    return threads
      .filter((thread) => thread.file?.fileId === this.file.fileId)
      .filter((thread) => thread.state === 'open' || shown?.id === thread.id)
      .sort((a, b) => a.line - b.line);
  }

  private paint(): void {
    const model = this.editor.getModel();
    if (!model) return;
    this.marks.set(this.threads().flatMap((thread) => this.decorationsOf(model, thread)));
  }

  private decorationsOf(model: monaco.editor.ITextModel, thread: PlacedThread): Decoration[] {
    const line = Math.min(thread.line, model.getLineCount());
    const isShown = this.desk.getSnapshot().shown?.id === thread.id;
    const state = thread.unreadCount > 0 ? classes.unreadMark : classes.mark;
    const decorations: Decoration[] = [
      {
        range: new monaco.Range(line, 1, line, 1),
        options: { glyphMarginClassName: `${state ?? ''} ens-comment-mark`, glyphMarginHoverMessage: hoverOf(thread) },
      },
    ];
    const { place } = thread;
    if (place && place.state !== 'gone')
      decorations.push({
        range: monaco.Range.fromPositions(model.getPositionAt(place.start), model.getPositionAt(place.end)),
        options: {
          className: (isShown ? classes.shownRange : classes.range) ?? '',
          stickiness: TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
        },
      });
    return decorations;
  }

  private pointAt({ type, position }: monaco.editor.IMouseTarget): void {
    const line = position?.lineNumber;
    const isFree = line !== undefined && !this.threads().some((thread) => thread.line === line);
    if (!this.mayComment || !isFree || !inMargin.has(type)) return this.sign.clear();
    this.sign.set([
      {
        range: new monaco.Range(line, 1, line, 1),
        options: {
          glyphMarginClassName: `${classes.sign ?? ''} ens-comment-sign`,
          glyphMarginHoverMessage: { value: 'Comment on this line' },
        },
      },
    ]);
  }

  private press({ type, position }: monaco.editor.IMouseTarget): void {
    if (type !== MouseTargetType.GUTTER_GLYPH_MARGIN || !position) return;
    const thread = this.threads().find(({ line }) => line === position.lineNumber);
    if (thread) this.desk.show(thread.id);
    else if (this.mayComment) this.begin(lineRange(this.editor, position.lineNumber));
  }

  private begin(range: TextRange | undefined): void {
    if (range) this.desk.begin(this.file, range);
  }

  private actions(): monaco.editor.IActionDescriptor[] {
    const { KeyCode, KeyMod } = monaco;
    const next: monaco.editor.IActionDescriptor[] = [
      {
        id: 'ensemble.nextComment',
        label: 'Go to the next comment in this file',
        keybindings: [KeyMod.Alt | KeyCode.F9],
        run: () => this.go(1),
      },
      {
        id: 'ensemble.previousComment',
        label: 'Go to the previous comment in this file',
        keybindings: [KeyMod.Shift | KeyMod.Alt | KeyCode.F9],
        run: () => this.go(-1),
      },
    ];
    const comment: monaco.editor.IActionDescriptor = {
      id: 'ensemble.comment',
      label: 'Comment on the selection',
      keybindings: [KeyMod.CtrlCmd | KeyMod.Alt | KeyCode.KeyM],
      contextMenuGroupId: '1_comment',
      run: () => this.begin(selectedRange(this.editor)),
    };
    return this.mayComment ? [comment, ...next] : next;
  }

  /** From the open thread or the caret to the one after or before it; round at the ends. */
  go(step: 1 | -1): void {
    const threads = this.threads();
    const { shown } = this.desk.getSnapshot();
    const at = threads.findIndex(({ id }) => id === shown?.id);
    const caret = this.editor.getPosition()?.lineNumber ?? 1;
    const fromCaret =
      step === 1
        ? (threads.find(({ line }) => line >= caret) ?? threads[0])
        : (threads.findLast(({ line }) => line <= caret) ?? threads.at(-1));
    const thread = at === -1 ? fromCaret : threads.at((at + step) % threads.length);
    if (!thread) return;
    this.desk.show(thread.id);
    this.editor.setPosition({
      lineNumber: Math.min(thread.line, this.editor.getModel()?.getLineCount() ?? 1),
      column: 1,
    });
    this.editor.revealLineInCenterIfOutsideViewport(thread.line, monaco.editor.ScrollType.Immediate);
    focusCard(this.editor);
  }
}

/** Gives the keyboard to the card between the lines, once it is there. */
function focusCard(editor: Editor): void {
  requestAnimationFrame(() =>
    requestAnimationFrame(() =>
      editor.getDomNode()?.querySelector<HTMLElement>('[data-thread]')?.focus({ preventScroll: true }),
    ),
  );
}

function hoverOf({ opening, commentCount, unreadCount }: PlacedThread): monaco.IMarkdownString {
  const count = `${commentCount} ${commentCount === 1 ? 'comment' : 'comments'}`;
  const unread = unreadCount > 0 ? `, ${unreadCount} unread` : '';
  const text = `${count}${unread}. ${opening.author.name}: ${excerptOf(visibleText(opening.excerpt), 120)}`;
  // Names and comments are what people typed: nothing in them is a link or an image here.
  return { value: text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&]/g, (sign) => `\\${sign}`) };
}

/** What is selected; without a selection the words of the caret's line. */
function selectedRange(editor: Editor): TextRange | undefined {
  const selection = editor.getSelection();
  const model = editor.getModel();
  if (!selection || !model) return undefined;
  if (selection.isEmpty()) return lineRange(editor, selection.positionLineNumber);
  return {
    start: model.getOffsetAt(selection.getStartPosition()),
    end: model.getOffsetAt(selection.getEndPosition()),
  };
}

/** A line without its indentation; an empty one with its line feed. Undefined for an empty text. */
function lineRange(editor: Editor, lineNumber: number): TextRange | undefined {
  const model = editor.getModel();
  if (!model || model.getValueLength() === 0) return undefined;
  const column = model.getLineFirstNonWhitespaceColumn(lineNumber);
  const lineStart = model.getOffsetAt({ lineNumber, column: 1 });
  const lineEnd = model.getOffsetAt({ lineNumber, column: model.getLineMaxColumn(lineNumber) });
  if (column > 0) return { start: lineStart + column - 1, end: lineEnd };
  const isLast = lineEnd === model.getValueLength();
  return isLast ? { start: Math.max(0, lineStart - 1), end: lineEnd } : { start: lineStart, end: lineEnd + 1 };
}
