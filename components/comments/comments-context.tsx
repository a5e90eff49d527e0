'use client';

import { useMediaQuery } from '@mantine/hooks';
import { QueryObserver, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { may, useSession, type SessionContextValue } from '@/components/session/session-context.tsx';
import { useTRPC, useTRPCClient } from '@/components/trpc.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import { CommentDesk, type DeskState, type PlacedThread } from './comment-desk.ts';
import { CommentDrafts, type Drafts } from './comment-drafts.ts';

const Context = createContext<CommentDesk | undefined>(undefined);

type Opened = { desk: CommentDesk; stop: () => void };
type Server = {
  trpc: ReturnType<typeof useTRPC>;
  client: ReturnType<typeof useTRPCClient>;
  queryClient: QueryClient;
};
type Place = Pick<SessionContextValue, 'session' | 'room' | 'feed' | 'workbench' | 'openFile'>;

const newsMs = 50;
const news = ['comment_added', 'comment_edited', 'comment_deleted', 'comment_resolved', 'comment_moved'] as const;

function openDesk(place: Place, { trpc, client, queryClient }: Server): Opened {
  const { session, room, feed } = place;
  // The log is told from its beginning when the page is opened: what it says at once is asked for once.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void queryClient.invalidateQueries({ queryKey: trpc.comments.pathKey() }), newsMs);
  };
  const drafts = new CommentDrafts({ sessionId: session.id, personId: session.me.id }, window.localStorage);
  const observer = new QueryObserver(queryClient, trpc.comments.list.queryOptions({ sessionId: session.id }));
  const desk = new CommentDesk({
    room,
    drafts,
    mayComment: may(session, 'comment'),
    watchThreads: (listener) => {
      listener(observer.getCurrentResult());
      return observer.subscribe(listener);
    },
    // Whoever is first is taken, and all hear of it; a refusal changes nothing that anyone wrote.
    moveAnchor: (move) => void client.comments.moveAnchor.mutate(move).catch(() => undefined),
    markRead: (threadId, position) =>
      void client.comments.markRead.mutate({ threadId, position }).then(again, () => undefined),
    isLookedAt: () => document.visibilityState === 'visible',
  });
  const stops = [...news.map((type) => feed.on(type, again)), showLinked(desk, place)];
  document.addEventListener('visibilitychange', desk.noticeReading);
  window.addEventListener('storage', drafts.takeStored);
  return {
    desk,
    stop: () => {
      clearTimeout(timer);
      window.removeEventListener('storage', drafts.takeStored);
      document.removeEventListener('visibilitychange', desk.noticeReading);
      for (const stop of stops) stop();
      desk.close();
    },
  };
}

/** Opens the thread that the page's address names, once it is known where it is. */
function showLinked(desk: CommentDesk, { room, workbench, openFile }: Place): () => void {
  const wanted = new URLSearchParams(window.location.search).get('thread');
  if (wanted === null) return () => undefined;
  const look = () => {
    if (desk.getSnapshot().status !== 'ready' || !room.getSnapshot().loaded) return;
    for (const end of ends) end();
    const thread = desk.find(wanted);
    workbench.set({ side: 'comments', phone: 'comments' });
    if (!thread) return;
    desk.show(wanted);
    if (thread.file && !isPhoneNow()) void openFile(thread.path, { line: thread.line });
  };
  const ends = [desk.subscribe(look), room.subscribe(look)];
  return () => ends.forEach((end) => end());
}

const stop = (opened: Opened) => opened.stop();

/** The comments of the session on screen, for everything inside. */
export function CommentsProvider({ children }: { children: ReactNode }) {
  const { session, room, feed, workbench, openFile } = useSession();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queryClient = useQueryClient();
  const open = useCallback(
    () => openDesk({ session, room, feed, workbench, openFile }, { trpc, client, queryClient }),
    [session, room, feed, workbench, openFile, trpc, client, queryClient],
  );
  const desk = useResource(open, stop)?.desk;
  return <Context.Provider value={desk}>{children}</Context.Provider>;
}

/** Undefined until the page has begun to look for comments. */
export function useCommentDesk(): CommentDesk | undefined {
  return useContext(Context);
}

const never = () => () => undefined;
const empty: DeskState = { status: 'loading', error: undefined, threads: [], shown: undefined };

export function useComments(): DeskState {
  const desk = useCommentDesk();
  return useSyncExternalStore(
    desk?.subscribe ?? never,
    () => desk?.getSnapshot() ?? empty,
    () => empty,
  );
}

const noDrafts: Drafts = { threads: [], texts: {} };

export function useDrafts(): Drafts {
  const desk = useCommentDesk();
  return useSyncExternalStore(
    desk?.drafts.subscribe ?? never,
    () => desk?.drafts.getSnapshot() ?? noDrafts,
    () => noDrafts,
  );
}

export type UnreadComments = { total: number; byPath: ReadonlyMap<string, number> };

/** How many comments of others this person has not read, by file. */
export function useUnreadComments(): UnreadComments {
  const { threads } = useComments();
  return useMemo(() => {
    const byPath = new Map<string, number>();
    let total = 0;
    for (const { path, unreadCount } of threads) {
      if (unreadCount === 0) continue;
      byPath.set(path, (byPath.get(path) ?? 0) + unreadCount);
      total += unreadCount;
    }
    return { total, byPath };
  }, [threads]);
}

const phone = '(max-width: 48em)';
const isPhoneNow = () => window.matchMedia(phone).matches;
export const useIsPhone = () => useMediaQuery(phone, false, { getInitialValueInEffect: false });

/**
 * Opens a thread for reading: between the lines of its file where there is one and room for that, else in the panel.
 * `files`: the paths of the session, when they are known.
 */
export function useOpenThread(): (thread: PlacedThread, files?: ReadonlySet<string>) => void {
  const desk = useCommentDesk();
  const isPhone = useIsPhone();
  const { workbench, openFile, session } = useSession();
  return useCallback(
    (thread, files) => {
      desk?.show(thread.id);
      if (isPhone || session.isArchived) return workbench.set({ side: 'comments', phone: 'comments' });
      const isThere = thread.file !== undefined || files?.has(thread.path) === true;
      return isThere ? void openFile(thread.path, { line: thread.line }) : workbench.set({ side: 'comments' });
    },
    [desk, isPhone, openFile, session.isArchived, workbench],
  );
}
