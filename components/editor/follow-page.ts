import type { RoomConnection } from './room-connection.ts';

/** Tells a room what happens to its page: the network, the tab, its end. @returns the end of it */
export function followPage(room: RoomConnection): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  // A socket notices a lost network only when half a minute passed without a word; a question to the server tells at
  // once. A server on this machine, or on a network that is still there, answers it.
  const askServer = () => void fetch('/healthz', { cache: 'no-store' }).catch(() => room.renew());
  const looked = () => (document.visibilityState === 'hidden' ? room.edits.keep() : room.hurry());
  window.addEventListener('offline', askServer, { signal });
  window.addEventListener('online', () => room.hurry(), { signal });
  window.addEventListener('focus', () => room.hurry(), { signal });
  window.addEventListener('pagehide', () => room.edits.keep(), { signal });
  document.addEventListener('visibilitychange', looked, { signal });
  window.addEventListener(
    'beforeunload',
    (event) => {
      const { unsaved, keeping } = room.getSnapshot();
      if (unsaved > 0 && keeping === 'tab') event.preventDefault();
    },
    { signal },
  );
  return () => ended.abort();
}
