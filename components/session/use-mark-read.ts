'use client';

import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { useSession } from './session-context.tsx';

/** Tells the server how far this person has read, while the page is really being looked at. */
export function useMarkRead(lastSeq: number): void {
  const { session } = useSession();
  const trpc = useTRPC();
  const { mutate } = useMutation(trpc.sessions.markRead.mutationOptions());
  useEffect(() => {
    if (lastSeq === 0) return undefined;
    const tell = () => {
      if (document.visibilityState === 'visible') mutate({ sessionId: session.id, seq: lastSeq });
    };
    const timer = setTimeout(tell, 1_000);
    document.addEventListener('visibilitychange', tell);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', tell);
    };
  }, [lastSeq, mutate, session.id]);
}
