'use client';

import { useCallback, useSyncExternalStore } from 'react';
import { useTRPCClient } from '@/components/trpc.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import { useNow } from '@/components/ui/time-ago.tsx';
import { openKnocks, type Knock } from '@/server/core/knocks.ts';
import { useSession } from './session-context.tsx';
import { SessionFeed } from './session-feed.ts';

const close = (feed: SessionFeed) => feed.close();

/** The session's feed for as long as the calling component is on screen. */
export function useSessionFeed(sessionId: string): SessionFeed | undefined {
  const client = useTRPCClient();
  const open = useCallback(
    () =>
      new SessionFeed((cursor, sink) =>
        client.events.watch.subscribe(
          { sessionId, lastEventId: String(cursor) },
          {
            onData: (message) => sink.onEvents(message.data),
            onStarted: sink.onOpen,
            onError: sink.onError,
            onConnectionStateChange: (state) => {
              if (state.state === 'connecting' && state.error) sink.onError(undefined);
            },
          },
        ),
      ),
    [client, sessionId],
  );
  return useResource(open, close);
}

/** Who waits to be let in; for those who may answer. */
export function useKnocks(): Knock[] {
  const { session, feed } = useSession();
  const knocks = useSyncExternalStore(feed.subscribe, feed.getKnocks, feed.getKnocks);
  const now = useNow();
  return session.canShare && !session.isArchived ? openKnocks(knocks, now) : [];
}

export function useTranscript() {
  const { feed } = useSession();
  return useSyncExternalStore(feed.subscribe, feed.getTranscript, feed.getTranscript);
}
