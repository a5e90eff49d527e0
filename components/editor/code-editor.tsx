'use client';

import { useComputedColorScheme } from '@mantine/core';
import * as monaco from 'monaco-editor';
import { useEffect, useRef } from 'react';
import type { UndoManager } from 'yjs';
import type { OpenModels } from './open-models.ts';
import { shareCursors } from './remote-cursors.ts';
import type { RoomConnection } from './room-connection.ts';
import type { RoomFile } from './room-files.ts';

export type EditorPlace = { line: number; column: number; language: string };
/**
 * Where to look: `line` is 1-based. A new object asks again, also for the same line. `onlyLook` leaves the caret and
 * the focus where they are.
 */
export type EditorTarget = { fileId: string; line: number; column?: number; length?: number; onlyLook?: boolean };

export type CodeEditorProps = {
  room: RoomConnection;
  models: OpenModels;
  file: RoomFile;
  readOnly: boolean;
  /** Said when someone types where they may not. */
  readOnlyReason: string;
  target: EditorTarget | undefined;
  onPlace: (place: EditorPlace) => void;
  onEditor?: (editor: monaco.editor.IStandaloneCodeEditor | undefined) => void;
};

/** Monaco on one file of the room. Client-only: load it with `next/dynamic` and `ssr: false`. */
export default function CodeEditor(props: CodeEditorProps) {
  const { room, models, file, readOnly, readOnlyReason, target, onPlace, onEditor } = props;
  const host = useRef<HTMLDivElement>(null);
  const editorRef = useRef<monaco.editor.IStandaloneCodeEditor>(undefined);
  const scheme = useComputedColorScheme('light');
  const dark = scheme === 'dark';

  useEffect(() => {
    if (!host.current) return undefined;
    const editor = monaco.editor.create(host.current, {
      automaticLayout: true,
      fontSize: 13,
      minimap: { enabled: false },
      scrollBeyondLastLine: false,
      fixedOverflowWidgets: true,
      padding: { top: 20 },
      model: null,
      // Where the marks of comments are; off in the editor's standalone form.
      glyphMargin: true,
      unicodeHighlight: { ambiguousCharacters: true },
      // What is typed reaches everyone at once; formatting by surprise would too.
      formatOnPaste: false,
      formatOnType: false,
    });
    editorRef.current = editor;
    onEditor?.(editor);
    return () => {
      onEditor?.(undefined);
      editorRef.current = undefined;
      editor.dispose();
    };
  }, [onEditor]);

  useEffect(() => monaco.editor.setTheme(dark ? 'vs-dark' : 'vs'), [dark]);

  useEffect(() => {
    editorRef.current?.updateOptions({
      readOnly,
      readOnlyMessage: { value: readOnlyReason },
      domReadOnly: readOnly,
      ariaLabel: `${file.path}${readOnly ? ', read only' : ''}`,
    });
  }, [readOnly, readOnlyReason, file.path]);

  useEffect(() => {
    const editor = editorRef.current;
    if (!editor) return undefined;
    const { awareness } = room;
    const opened = models.get(file);
    editor.setModel(opened.model);
    if (opened.viewState) editor.restoreViewState(opened.viewState);
    const stopSharing = shareCursors({ monaco, editor, awareness, fileId: file.fileId, text: file.text, readOnly });
    const stopUndo = followUndo(editor, opened.binding.undoManager);
    const place = editor.onDidChangeCursorPosition((event) =>
      onPlace({
        line: event.position.lineNumber,
        column: event.position.column,
        language: opened.model.getLanguageId(),
      }),
    );
    onPlace({
      line: editor.getPosition()?.lineNumber ?? 1,
      column: editor.getPosition()?.column ?? 1,
      language: opened.model.getLanguageId(),
    });
    return () => {
      opened.viewState = editor.saveViewState();
      place.dispose();
      stopUndo();
      stopSharing();
      if (!opened.model.isDisposed()) editor.setModel(null);
    };
    // A file is its text: a new path of the same text is not another file.
    // eslint-disable-next-line react/exhaustive-deps
  }, [room, models, file.fileId, file.text, onPlace]);

  useEffect(() => {
    const editor = editorRef.current;
    if (!editor || !target || target.fileId !== file.fileId) return;
    if (target.onlyLook) return editor.revealLineInCenterIfOutsideViewport(target.line);
    const column = target.column ?? 1;
    const range = new monaco.Range(target.line, column, target.line, column + (target.length ?? 0));
    editor.setSelection(range);
    editor.revealRangeInCenterIfOutsideViewport(range);
    editor.focus();
  }, [target, file.fileId]);

  return (
    <div ref={host} data-testid="code-editor" data-file-id={file.fileId} style={{ height: '100%', width: '100%' }} />
  );
}

/** After undo and redo the caret goes where the text changed, as in an editor of one's own. */
function followUndo(editor: monaco.editor.IStandaloneCodeEditor, undoManager: UndoManager): () => void {
  const popped = () => {
    const model = editor.getModel();
    const changed = lastChange;
    if (!model || changed === undefined) return;
    const position = model.getPositionAt(changed);
    editor.setPosition(position);
    editor.revealPositionInCenterIfOutsideViewport(position);
  };
  let lastChange: number | undefined;
  const subscription = editor.onDidChangeModelContent((event) => {
    const change = event.changes[0];
    lastChange = change ? change.rangeOffset + change.text.length : undefined;
  });
  undoManager.on('stack-item-popped', popped);
  return () => {
    subscription.dispose();
    undoManager.off('stack-item-popped', popped);
  };
}
