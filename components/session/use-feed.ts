'use client';

import { useCallback, useSyncExternalStore } from 'react';
import { useTRPCClient } from '@/components/trpc.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
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
            onData: (message) => sink.onEvents([message.data]),
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

export function useTranscript() {
  const { feed } = useSession();
  return useSyncExternalStore(feed.subscribe, feed.getTranscript, feed.getTranscript);
}
