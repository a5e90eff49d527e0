'use client';

import * as monaco from 'monaco-editor';
import { useCallback } from 'react';
import { problemOf } from '@/components/editor/open-models.ts';
import type { RoomFile } from '@/components/editor/room-files.ts';
import { useResource } from '@/components/ui/use-resource.ts';
import { mayAsMember, useSession } from './session-context.tsx';
import { draftStoreOf } from './use-draft.ts';

type Editor = monaco.editor.IStandaloneCodeEditor;
const mostChars = 50_000;

/** The selection in the editor, or the problem under the caret, goes beside the prompt: Ctrl Alt P, and in the menu. */
export default function PromptFromEditor({ editor, file }: { editor: Editor; file: RoomFile }) {
  const { session, workbench } = useSession();
  const canPrompt = mayAsMember(session, 'prompt');
  const { id: sessionId, me } = session;
  const { path } = file;
  const open = useCallback(() => {
    if (!canPrompt) return () => undefined;
    const store = draftStoreOf(sessionId, me.id);
    const show = () => workbench.set({ conversationOpen: true, phone: 'conversation' });
    const selection = editor.addAction({
      id: 'ensemble.addToPrompt',
      label: 'Add the selection to the prompt',
      keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyMod.Alt | monaco.KeyCode.KeyP],
      contextMenuGroupId: '9_ensemble',
      run: () => {
        const range = selected(editor);
        if (!range) return;
        store.attach({ kind: 'range', path, ...range });
        show();
      },
    });
    const problem = editor.addAction({
      id: 'ensemble.addProblemToPrompt',
      label: 'Add the problem here to the prompt',
      contextMenuGroupId: '9_ensemble',
      run: () => {
        const line = editor.getPosition()?.lineNumber ?? 0;
        const resource = editor.getModel()?.uri;
        const markers = resource ? monaco.editor.getModelMarkers({ resource }) : [];
        const found = markers.find(({ startLineNumber }) => startLineNumber === line);
        if (!found) return;
        store.attach({ kind: 'diagnostic', ...problemOf(path, found) });
        show();
      },
    });
    return () => {
      selection.dispose();
      problem.dispose();
    };
  }, [canPrompt, editor, me.id, path, sessionId, workbench]);
  useResource(open, close);
  return null;
}

const close = (stop: () => void) => stop();

/** Whole lines, as they are in the editor; the line of the caret when nothing is selected. */
function selected(editor: Editor): { startLine: number; endLine: number; text: string } | undefined {
  const [model, selection] = [editor.getModel(), editor.getSelection()];
  if (!model || !selection) return undefined;
  const { startLineNumber: startLine, endLineNumber, endColumn } = selection;
  const endLine = endColumn === 1 && endLineNumber > startLine ? endLineNumber - 1 : endLineNumber;
  const text = model.getValueInRange(new monaco.Range(startLine, 1, endLine, model.getLineMaxColumn(endLine)));
  return { startLine, endLine, text: text.slice(0, mostChars) };
}
