import { useCallback, useSyncExternalStore } from 'react';
import { useSession, type SessionContextValue } from './session-context.tsx';
import { agents, people, type Somebody } from './whereabouts.ts';

type Sources = Pick<SessionContextValue, 'room' | 'feed'>;

/** People who are in the room and agents at work, and by the path they are at. */
export type Everybody = { all: readonly Somebody[]; byPath: ReadonlyMap<string, readonly Somebody[]> };

const known = new WeakMap<object, { from: readonly unknown[]; everybody: Everybody }>();

/** The same object as long as nobody came, went or moved: many rows of the screen ask. */
export function everybodyNow({ room, feed }: Sources): Everybody {
  const { participants, files } = room.getSnapshot();
  const transcript = feed.getTranscript();
  const from = [participants, files, transcript];
  const before = known.get(room);
  if (before?.from.every((one, i) => one === from[i])) return before.everybody;
  const all = [...people(participants, files), ...agents(transcript, files)];
  const placed = all.filter((each): each is Somebody & { path: string } => each.path !== undefined);
  const everybody = { all, byPath: Map.groupBy(placed, ({ path }) => path) };
  known.set(room, { from, everybody });
  return everybody;
}

/** One fact of who is where; re-renders when it changes. `pick` must return the same value for the same everybody. */
export function useWhereabouts<T>(pick: (everybody: Everybody) => T): T {
  const { room, feed } = useSession();
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = [room.subscribe(listener), feed.subscribe(listener)];
      return () => stops.forEach((stop) => stop());
    },
    [room, feed],
  );
  const get = () => pick(everybodyNow({ room, feed }));
  return useSyncExternalStore(subscribe, get, get);
}

/** Shows the place where somebody is now, by their key. */
export function useGoTo(): (key: string) => void {
  const { room, feed, workbench, openFile } = useSession();
  return useCallback(
    (key) => {
      const somebody = everybodyNow({ room, feed }).all.find((each) => each.key === key);
      if (somebody?.path === undefined) return;
      const { path, fileId, line = 1 } = somebody;
      if (fileId === undefined) void openFile(path, { line });
      else workbench.show({ kind: 'file', path, fileId }, { fileId, line });
    },
    [room, feed, workbench, openFile],
  );
}
