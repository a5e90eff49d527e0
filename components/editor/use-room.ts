'use client';

import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTRPCClient } from '@/components/trpc.tsx';
import { RoomConnection, type RoomSnapshot } from './room-connection.ts';

/** The room of a session for as long as the calling component is on screen. */
export function useRoom(sessionId: string, me: { id: string; name: string }): RoomConnection | undefined {
  const client = useTRPCClient();
  const [room, setRoom] = useState<RoomConnection>();
  const { id, name } = me;
  useEffect(() => {
    const opened = new RoomConnection({ id, name }, (clientId) =>
      client.rooms.ticket.mutate({ sessionId, ...(clientId === undefined ? {} : { clientId }) }),
    );
    setRoom(opened);
    return () => {
      opened.destroy();
      setRoom(undefined);
    };
  }, [client, sessionId, id, name]);
  return room;
}

/** One fact of the room; re-renders when it changes. `pick` must return the same value for the same state. */
export function useRoomState<T>(room: RoomConnection, pick: (snapshot: RoomSnapshot) => T): T {
  return useSyncExternalStore(
    room.subscribe,
    () => pick(room.getSnapshot()),
    () => pick(room.getSnapshot()),
  );
}
