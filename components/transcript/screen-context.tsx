'use client';

import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ScreenState, TranscriptScreen } from './transcript-screen.ts';

const Context = createContext<TranscriptScreen | undefined>(undefined);
export const ScreenProvider = Context.Provider;

export function useScreen(): TranscriptScreen {
  const screen = useContext(Context);
  if (!screen) throw new Error('outside a transcript');
  return screen;
}

/** One fact of what is on the screen; `pick` returns the same value for the same state. */
export function useScreenState<T>(pick: (state: ScreenState) => T): T {
  const screen = useScreen();
  const get = () => pick(screen.getSnapshot());
  return useSyncExternalStore(screen.subscribe, get, get);
}

/** Whether something is unfolded: kept while it scrolls out of sight and back. */
export function useOpened(key: string): [boolean, (isOpen: boolean) => void] {
  const screen = useScreen();
  return [useScreenState(({ opened }) => opened.has(key)), (isOpen) => screen.setOpened(key, isOpen)];
}
