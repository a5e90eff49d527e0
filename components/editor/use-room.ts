'use client';

import { useCallback, useState, useSyncExternalStore } from 'react';
import { useTRPCClient } from '@/components/trpc.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import { followPage } from './follow-page.ts';
import { LocalCopy } from './local-copy.ts';
import { RoomConnection, type RoomSnapshot } from './room-connection.ts';

type Entered = { room: RoomConnection; leave: () => void };

const leave = (entered: Entered) => entered.leave();

/** The room of a session for as long as the calling component is on screen. Another one when it had to begin anew. */
export function useRoom(
  session: { id: string; rights: readonly string[] },
  me: { id: string; name: string },
): RoomConnection | undefined {
  const client = useTRPCClient();
  // The copy outlives beginning anew: what was laid aside is in it, also where the browser stores nothing.
  const [stale, setStale] = useState<{ copy: LocalCopy }>();
  const { id, name } = me;
  const { id: sessionId } = session;
  const rights = session.rights.join(' ');
  const enter = useCallback((): Entered => {
    const copy = stale?.copy.isOf(id, sessionId) ? stale.copy : new LocalCopy(id, sessionId);
    const room = new RoomConnection({
      me: { id, name },
      rights: rights.split(' '),
      copy,
      url: location.origin.replace(/^http/, 'ws'),
      getTicket: (clientId) =>
        client.rooms.ticket.mutate({ sessionId, ...(clientId === undefined ? {} : { clientId }) }),
      onStale: () => setStale({ copy }),
    });
    const stop = followPage(room);
    return {
      room,
      leave: () => {
        stop();
        room.destroy();
      },
    };
  }, [client, sessionId, id, name, rights, stale]);
  return useResource(enter, leave)?.room;
}

/** One fact of the room; re-renders when it changes. `pick` must return the same value for the same state. */
export function useRoomState<T>(room: RoomConnection, pick: (snapshot: RoomSnapshot) => T): T {
  return useSyncExternalStore(
    room.subscribe,
    () => pick(room.getSnapshot()),
    () => pick(room.getSnapshot()),
  );
}
