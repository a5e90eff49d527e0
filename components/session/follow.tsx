'use client';

import { useEffect, type CSSProperties, type ReactNode } from 'react';
import { offsetOf } from '@/components/editor/remote-cursors.ts';
import type { RoomConnection } from '@/components/editor/room-connection.ts';
import type { Participant } from '@/components/editor/room-presence.ts';
import { useRoomState } from '@/components/editor/use-room.ts';
import classes from './editor-pane.module.css';
import { useSession, useWorkbench } from './session-context.tsx';
import type { Workbench } from './workbench.ts';

/** While someone is followed their colour frames the editor; any key or click of one's own ends it. */
export function FollowFrame({ children }: { children: ReactNode }) {
  const { room, workbench } = useSession();
  const following = useWorkbench((state) => state.following);
  const followed = useRoomState(room, (state) => state.participants.find((each) => each.clientId === following));

  useEffect(() => {
    if (following === null) return undefined;
    const stop = () => workbench.set({ following: null });
    const goThere = () => lookWhere(room, workbench, following);
    goThere();
    const unsubscribe = room.subscribe(goThere);
    // Before the editor: it keeps the keys it knows to itself.
    window.addEventListener('keydown', stop, { capture: true });
    return () => {
      unsubscribe();
      window.removeEventListener('keydown', stop, { capture: true });
    };
  }, [following, room, workbench]);

  const style = followed ? ({ '--follow-colour': followed.user.color } as CSSProperties) : undefined;
  return (
    <div
      className={classes.content}
      data-following={followed ? true : undefined}
      style={style}
      onPointerDown={() => following !== null && workbench.set({ following: null })}
    >
      {followed && (
        <div className={classes.followLabel} role="status">
          Following {followed.user.name}
        </div>
      )}
      {children}
    </div>
  );
}

function lookWhere(room: RoomConnection, workbench: Workbench, clientId: number): void {
  const { participants, files } = room.getSnapshot();
  const followed = participants.find((each) => each.clientId === clientId);
  if (!followed) return workbench.set({ following: null });
  const place = placeOf(followed, files);
  if (!place) return;
  const { target } = workbench.getSnapshot();
  if (target?.fileId === place.fileId && target.line === place.line) return;
  workbench.show({ kind: 'file', path: place.path, fileId: place.fileId }, { fileId: place.fileId, line: place.line });
}

/** The file and 1-based line of a participant's caret. */
export function placeOf(
  participant: Participant,
  files: ReturnType<RoomConnection['getSnapshot']>['files'],
): { fileId: string; path: string; line: number } | undefined {
  const file = participant.file === undefined ? undefined : files.get(participant.file);
  if (!file) return undefined;
  const offset = participant.cursor ? offsetOf(file.text, participant.cursor.head) : undefined;
  const line = offset === undefined ? 1 : file.text.toString().slice(0, offset).split('\n').length;
  return { fileId: file.fileId, path: file.path, line };
}
