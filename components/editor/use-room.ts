'use client';

import { useCallback, useSyncExternalStore } from 'react';
import { useTRPCClient } from '@/components/trpc.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import { RoomConnection, type RoomSnapshot } from './room-connection.ts';

const leave = (room: RoomConnection) => room.destroy();

/** The room of a session for as long as the calling component is on screen. */
export function useRoom(sessionId: string, me: { id: string; name: string }): RoomConnection | undefined {
  const client = useTRPCClient();
  const { id, name } = me;
  const enter = useCallback(
    () =>
      new RoomConnection({ id, name }, (clientId) =>
        client.rooms.ticket.mutate({ sessionId, ...(clientId === undefined ? {} : { clientId }) }),
      ),
    [client, sessionId, id, name],
  );
  return useResource(enter, leave);
}

/** One fact of the room; re-renders when it changes. `pick` must return the same value for the same state. */
export function useRoomState<T>(room: RoomConnection, pick: (snapshot: RoomSnapshot) => T): T {
  return useSyncExternalStore(
    room.subscribe,
    () => pick(room.getSnapshot()),
    () => pick(room.getSnapshot()),
  );
}
