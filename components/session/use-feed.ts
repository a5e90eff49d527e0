'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTRPCClient } from '@/components/trpc.tsx';
import type { SessionEventType } from '@/server/core/session-event.ts';
import { useSession } from './session-context.tsx';
import { SessionFeed } from './session-feed.ts';

/** Opens the session's feed for as long as the calling component is on screen. */
export function useSessionFeed(sessionId: string): SessionFeed | undefined {
  const client = useTRPCClient();
  const [feed, setFeed] = useState<SessionFeed>();
  useEffect(() => {
    const opened = new SessionFeed((cursor, sink) =>
      client.events.watch.subscribe(
        { sessionId, lastEventId: String(cursor) },
        {
          onData: (message) => sink.onEvents([message.data]),
          onStarted: sink.onOpen,
          onError: sink.onError,
          onConnectionStateChange: (state) => state.state === 'connecting' && state.error && sink.onError(undefined),
        },
      ),
    );
    setFeed(opened);
    return () => {
      opened.close();
      setFeed(undefined);
    };
  }, [client, sessionId]);
  return feed;
}

export function useTranscript() {
  const { feed } = useSession();
  return useSyncExternalStore(feed.subscribe, feed.getTranscript, feed.getTranscript);
}

/** Runs `listener` for each event of the given types while the component is on screen. */
export function useFeedEvents(types: readonly SessionEventType[], listener: () => void): void {
  const { feed } = useSession();
  const key = types.join(',');
  useEffect(() => {
    const stops = key.split(',').map((type) => feed.on(type as SessionEventType, listener));
    return () => {
      for (const stop of stops) stop();
    };
  }, [feed, key, listener]);
}
