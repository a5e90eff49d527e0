'use client';

import { useSyncExternalStore } from 'react';
import { DraftStore, type PromptDraft } from './draft-store.ts';
import { useSession } from './session-context.tsx';

const stores = new Map<string, DraftStore>();
const empty: PromptDraft = { text: '', attachments: [], outgoing: [] };

/** What somebody writes in a session: one for the page, whoever looks at it. */
export function draftStoreOf(sessionId: string, personId: string): DraftStore {
  const key = `ensemble:prompt:${sessionId}:${personId}`;
  const known = stores.get(key);
  if (known) return known;
  const store = new DraftStore(key, typeof window === 'undefined' ? undefined : window.localStorage);
  // Pages that are rendered on the server share this module with each other.
  if (typeof window !== 'undefined') stores.set(key, store);
  return store;
}

export function useDraft(): { store: DraftStore; draft: PromptDraft } {
  const { session } = useSession();
  const store = draftStoreOf(session.id, session.me.id);
  const draft = useSyncExternalStore(store.subscribe, store.get, () => empty);
  return { store, draft };
}
