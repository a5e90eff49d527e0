'use client';

import { notifications } from '@mantine/notifications';
import { useCallback, type CSSProperties, type ReactNode } from 'react';
import { useTRPCClient } from '@/components/trpc.tsx';
import { useResource } from '@/components/ui/use-resource.ts';
import classes from './editor-pane.module.css';
import { useSession, useWorkbench, type SessionContextValue } from './session-context.tsx';
import { useAgents } from './use-agents.ts';
import { everybodyNow, useWhereabouts } from './use-whereabouts.ts';
import { mustStopFollowing, personKey } from './whereabouts.ts';

/** Somebody whose line broke is back within moments; only who stays away has left. */
const leftAfterMs = 4_000;

const end = (stop: () => void) => stop();

/** While someone is followed their colour frames the editor; any key or click of one's own ends it. */
export function FollowFrame({ children }: { children: ReactNode }) {
  const session = useSession();
  const client = useTRPCClient();
  const { titleOf } = useAgents();
  const { workbench } = session;
  const following = useWorkbench((state) => state.following);
  const name = useWhereabouts(({ all }) => all.find(({ key }) => key === following)?.name);
  const colour = useWhereabouts(({ all }) => all.find(({ key }) => key === following)?.colour);

  const begin = useCallback(() => {
    if (following === null) return () => {};
    const open = (path: string) => client.files.open.mutate({ sessionId: session.session.id, path });
    return follow(session, following, open);
  }, [following, session, client]);
  useResource(begin, end);

  const style = colour === undefined ? undefined : ({ '--follow-colour': colour } as CSSProperties);
  return (
    <div
      className={classes.content}
      data-following={name === undefined ? undefined : true}
      style={style}
      onPointerDown={() => following !== null && workbench.set({ following: null })}
    >
      {name !== undefined && (
        <div className={classes.followLabel} role="status">
          Following {titleOf(name)}
        </div>
      )}
      {children}
    </div>
  );
}

type Open = (path: string) => Promise<{ fileId: string }>;

/** Looks where somebody is, until a key is pressed or they are gone. @returns the end of it */
function follow({ room, feed, workbench }: SessionContextValue, key: string, open: Open): () => void {
  let name = '';
  let left: ReturnType<typeof setTimeout> | undefined;
  let opening: string | undefined;
  const { awareness } = room;
  const stop = () => workbench.set({ following: null });
  const stopSaying = (why: string) => {
    stop();
    notifications.show({ message: `${why} You are not following any more.` });
  };
  const openFor = (path: string, line: number) => {
    // An agent's new file is not in the session yet: then the last place stays on the screen.
    if (opening === path) return;
    opening = path;
    open(path).then(
      ({ fileId }) => workbench.getSnapshot().following === key && look(workbench, { path, fileId, line }),
      () => {},
    );
  };
  const goThere = () => {
    const { participants, status } = room.getSnapshot();
    const somebody = everybodyNow({ room, feed }).all.find((each) => each.key === key);
    if (!somebody) {
      const isAgent = key.startsWith('agent:');
      const why = () => stopSaying(isAgent ? `${name} has finished.` : `${name} has left.`);
      if (status.kind === 'connected') left ??= setTimeout(why, isAgent ? 0 : leftAfterMs);
      return;
    }
    clearTimeout(left);
    left = undefined;
    ({ name } = somebody);
    const { path, fileId, line = 1, changesIn } = somebody;
    const person = participants.find(({ clientId }) => personKey(clientId) === key);
    if (person && mustStopFollowing(participants, awareness.clientID, person.clientId))
      return stopSaying(`${name} follows you, too.`);
    if (path !== undefined && changesIn !== undefined) lookLive(workbench, { path, runId: changesIn, agent: name });
    else if (path !== undefined && fileId !== undefined) look(workbench, { path, fileId, line });
    else if (path !== undefined) openFor(path, line);
  };
  awareness.setLocalStateField('following', Number(key.split(':')[1]) || null);
  goThere();
  const unsubscribe = [room.subscribe(goThere), feed.subscribe(goThere)];
  // Before the editor: it keeps the keys it knows to itself.
  window.addEventListener('keydown', stop, { capture: true });
  return () => {
    clearTimeout(left);
    for (const end of unsubscribe) end();
    window.removeEventListener('keydown', stop, { capture: true });
    awareness.setLocalStateField('following', null);
  };
}

/** The file as the agent has it, in its own worktree: the session's text does not show its edits yet. */
function lookLive(
  workbench: SessionContextValue['workbench'],
  { path, runId, agent }: { path: string; runId: string; agent: string },
): void {
  const { tabs, active } = workbench.getSnapshot();
  const now = tabs[active];
  if (now?.kind === 'live' && now.runId === runId && now.path === path) return;
  workbench.show({ kind: 'live', runId, path, agent });
}

function look(
  workbench: SessionContextValue['workbench'],
  { path, fileId, line }: { path: string; fileId: string; line: number },
): void {
  const { target } = workbench.getSnapshot();
  if (target?.fileId === fileId && target.line === line) return;
  workbench.show({ kind: 'file', path, fileId }, { fileId, line, onlyLook: true });
}
