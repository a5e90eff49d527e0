import { useSyncExternalStore } from 'react';
import type { EditorPlace } from '@/components/editor/code-editor.tsx';

let place: EditorPlace | undefined;
const listeners = new Set<() => void>();

/** The caret's place in the editor on screen; the editor says it, the status bar shows it. */
export function setEditorPlace(next: EditorPlace | undefined): void {
  place = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export function useEditorPlace(): EditorPlace | undefined {
  return useSyncExternalStore(
    subscribe,
    () => place,
    () => undefined,
  );
}
