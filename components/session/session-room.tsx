'use client';

import { Box, Center, Loader, Stack, Text } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { CommentsProvider } from '@/components/comments/comments-context.tsx';
import type { OpenModels } from '@/components/editor/open-models.ts';
import type { RoomConnection } from '@/components/editor/room-connection.ts';
import { useRoom, useRoomState } from '@/components/editor/use-room.ts';
import { FaceColours } from '@/components/people/face.tsx';
import { useTRPC, useTRPCClient } from '@/components/trpc.tsx';
import { ArchivedBanner, useArchiveNews } from './archived.tsx';
import { BottomPanel } from './bottom-panel.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { Conversation } from './conversation.tsx';
import { EditorPane } from './editor-pane.tsx';
import { KnockCards } from './knock-cards.tsx';
import { KeptEdits } from './kept-edits.tsx';
import { SaveCheckpoint } from './name-checkpoint.tsx';
import { PhoneBar } from './phone-bar.tsx';
import { QuickOpen } from './quick-open.tsx';
import {
  may,
  SessionProvider,
  useSession,
  useWorkbench,
  type SessionContextValue,
  type SessionFacts,
} from './session-context.tsx';
import type { SessionFeed } from './session-feed.ts';
import { SessionHeader } from './session-header.tsx';
import classes from './session-room.module.css';
import { SideBar, SidePanelContent } from './side-bar.tsx';
import { StatusBar } from './status-bar.tsx';
import { useSessionFeed } from './use-feed.ts';
import { usePeopleCommands } from './use-people-commands.ts';
import { useSessionCommands } from './use-session-commands.ts';
import { useWaitingTitle } from './use-waiting-title.ts';
import { people } from './whereabouts.ts';
import { Workbench, type EditorOpen } from './workbench.ts';

/** A session: code in the centre, conversation beside it, people and files around. */
export function SessionRoom({ session }: { session: SessionFacts }) {
  // Put away or brought back it is entered anew: an archived session has no room.
  return <EnterSession key={`${session.id} ${session.isArchived}`} session={readOnlyIfArchived(session)} />;
}

const readOnlyIfArchived = (session: SessionFacts): SessionFacts =>
  session.isArchived ? { ...session, rights: ['view'] } : session;

function EnterSession({ session }: { session: SessionFacts }) {
  const room = useRoom(session, session.me);
  const feed = useSessionFeed(session.id);
  if (!room || !feed) return <Opening />;
  // A room that began anew has another document: nothing that is bound to the old one may stay.
  return <OpenSession key={room.doc.guid} session={session} room={room} feed={feed} />;
}

function sayTooLarge(): void {
  notifications.show({
    color: 'yellow',
    title: 'The edit was taken back',
    message:
      'The file would be larger than 5 MB, which is more than can be edited together. Put less in, or add the file by a command in the Run panel.',
    autoClose: 12_000,
  });
}

function Opening() {
  return (
    <Center h="100%">
      <Stack align="center" gap="sm">
        <Loader size="sm" />
        <Text c="dimmed">Opening the session</Text>
      </Stack>
    </Center>
  );
}

function OpenSession({ session, room, feed }: { session: SessionFacts; room: RoomConnection; feed: SessionFeed }) {
  const [workbench] = useState(() => new Workbench(session.id));
  const models = useModels();
  const openFile = useOpenFile(session, workbench);
  const rights = useRoomState(room, (state) => state.rights);
  const value = useMemo<SessionContextValue>(
    () => ({ session: session.isArchived ? session : { ...session, rights }, room, feed, workbench, models, openFile }),
    [session, rights, room, feed, workbench, models, openFile],
  );
  return (
    <SessionProvider value={value}>
      <FaceColours value={useFaceColours(room)}>
        <CommentsProvider>
          <Layout />
        </CommentsProvider>
      </FaceColours>
    </SessionProvider>
  );
}

/** As the room says, so that the same face looks the same in all of the session. */
function useFaceColours(room: RoomConnection): ReadonlyMap<string, string> {
  const colours = useRoomState(room, (state) =>
    JSON.stringify(people(state.participants, state.files).map(({ id, colour }) => [id, colour])),
  );
  return useMemo(() => new Map(JSON.parse(colours) as [string, string][]), [colours]);
}

/** The editor's code is large: it arrives after the page, and is kept for the whole session. */
function useModels(): OpenModels | undefined {
  const [models, setModels] = useState<OpenModels>();
  useEffect(() => {
    let opened: OpenModels | undefined;
    let gone = false;
    void import('@/components/editor/open-models.ts').then(({ OpenModels: Models }) => {
      if (gone) return;
      opened = new Models(sayTooLarge);
      setModels(opened);
    });
    return () => {
      gone = true;
      opened?.closeAll();
    };
  }, []);
  return models;
}

function useOpenFile({ id: sessionId, isArchived }: SessionFacts, workbench: Workbench): EditorOpen {
  const client = useTRPCClient();
  return useCallback(
    async (path, target) => {
      if (isArchived) return workbench.show({ kind: 'file', path, fileId: path });
      try {
        const { fileId } = await client.files.open.mutate({ sessionId, path });
        workbench.show({ kind: 'file', path, fileId }, target && { ...target, fileId });
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'The file could not be opened.';
        const details = (error as { data?: { details?: { reason?: string } } }).data?.details;
        workbench.show({ kind: 'refused', path, reason, canNormalise: details?.reason === 'mixed_eol' });
      }
    },
    [client, sessionId, isArchived, workbench],
  );
}

function Layout() {
  const { session, workbench, room } = useSession();
  const maySave = may(session, 'edit') && !session.isGuest;
  const isPhone = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  useSessionCommands();
  usePeopleCommands();
  useWaitingTitle();
  useArchiveNews();
  useFreshQueries();
  useHotkeys(
    [
      ['mod+P', () => workbench.set({ quickOpen: true })],
      ['mod+shift+F', () => workbench.set({ side: 'search' })],
      ['mod+J', () => focusComposer(workbench)],
      ['alt+F7', () => focusQuestion(workbench)],
      ['mod+alt+S', () => maySave && workbench.set({ savingCheckpoint: true })],
    ],
    [],
    true,
  );

  useEffect(
    () =>
      room.subscribe(() => {
        const { files, loaded } = room.getSnapshot();
        if (loaded) workbench.reconcile((fileId) => files.get(fileId)?.path);
      }),
    [room, workbench],
  );

  return (
    <Box className={classes.room}>
      <SessionHeader />
      {session.isArchived ? <ArchivedBanner /> : <ConnectionBanner />}
      <KeptEdits />
      {isPhone ? <PhoneLayout /> : <DeskLayout />}
      <StatusBar />
      <QuickOpen />
      <KnockCards />
      <SaveCheckpoint />
    </Box>
  );
}

function focusComposer(workbench: Workbench): void {
  workbench.set({ conversationOpen: true, phone: 'conversation' });
  requestAnimationFrame(() => document.querySelector<HTMLTextAreaElement>('[data-composer]')?.focus());
}

/** The oldest question that waits: its card takes the keys. */
function focusQuestion(workbench: Workbench): void {
  workbench.set({ conversationOpen: true, phone: 'conversation' });
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-question]')?.focus());
}

/** Entries after which others have access. */
const guestEvents = [
  'guest_link_created',
  'guest_link_ended',
  'guest_knocked',
  'guest_admitted',
  'guest_denied',
  'guest_changed',
  'guest_revoked',
  'guest_left',
] as const;

/** After these there may be another checkpoint, or another difference from one. */
const pointEvents = [
  'checkpoint_named',
  'checkpoint_restored',
  'run_started',
  'hunk_decided',
  'files_changed',
  'committed',
  'task_finished',
] as const;

/** What the log says has changed is asked for again. */
function useFreshQueries(): void {
  const { feed, room, session } = useSession();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  useEffect(() => {
    const again = (key: readonly unknown[]) => () => void queryClient.invalidateQueries({ queryKey: key });
    const files = again(trpc.files.list.pathKey());
    const changes = again(trpc.files.changes.pathKey());
    const suggestions = again(trpc.suggestions.pathKey());
    const access = again(trpc.sharing.pathKey());
    const history = again(trpc.commits.pathKey());
    const points = again(trpc.checkpoints.pathKey());
    const threads = again(trpc.threads.pathKey());
    const stops = [
      feed.on('prompt', threads),
      feed.on('agent_thread_started', threads),
      feed.on('agent_thread_handed_over', threads),
      feed.on('files_changed', files),
      feed.on('files_changed', changes),
      feed.on('hunk_decided', suggestions),
      feed.on('hunk_decided', changes),
      feed.on('suggestion_created', suggestions),
      feed.on('run_files_changed', again(trpc.runs.file.pathKey())),
      feed.on('suggestion_continued', suggestions),
      feed.on('committed', changes),
      feed.on('committed', history),
      feed.on('committed', files),
      ...guestEvents.map((type) => feed.on(type, access)),
      feed.on('checkpoint_restored', files),
      feed.on('checkpoint_restored', changes),
      ...pointEvents.map((type) => feed.on(type, points)),
    ];
    // What people type is a change too, once they pause.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const typed = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        changes();
        points();
      }, 1_500);
    };
    room.doc.on('update', typed);
    return () => {
      clearTimeout(timer);
      room.doc.off('update', typed);
      for (const stop of stops) stop();
    };
  }, [feed, queryClient, room, session.id, trpc]);
}

function DeskLayout() {
  const side = useWorkbench((state) => state.side);
  const { session } = useSession();
  const bottomOpen = useWorkbench((state) => state.bottomOpen) && !session.isGuest;
  const conversationOpen = useWorkbench((state) => state.conversationOpen);
  return (
    <div className={classes.desk}>
      <SideBar />
      <Group orientation="horizontal" className={classes.panels}>
        {side && (
          <>
            <Panel id="side" defaultSize="240px" minSize="180px" maxSize="40%" className={classes.panel}>
              <SidePanelContent panel={side} />
            </Panel>
            <Separator className={classes.separator} aria-label="Resize the side panel" />
          </>
        )}
        <Panel id="centre" minSize="30%" className={classes.panel}>
          <Group orientation="vertical">
            <Panel id="editor" minSize="20%" className={classes.panel}>
              <EditorPane />
            </Panel>
            {bottomOpen && (
              <>
                <Separator className={classes.separator} aria-label="Resize the run panel" />
                <Panel id="bottom" defaultSize="35%" minSize="15%" className={classes.panel}>
                  <BottomPanel />
                </Panel>
              </>
            )}
          </Group>
        </Panel>
        {conversationOpen && (
          <>
            <Separator className={classes.separator} aria-label="Resize the conversation" />
            <Panel id="conversation" defaultSize="380px" minSize="280px" maxSize="60%" className={classes.panel}>
              <Conversation />
            </Panel>
          </>
        )}
      </Group>
    </div>
  );
}

function PhoneLayout() {
  const view = useWorkbench((state) => state.phone);
  return (
    <>
      <div className={classes.phone}>
        {view === 'conversation' ? (
          <Conversation />
        ) : view === 'code' ? (
          <EditorPane />
        ) : (
          <SidePanelContent panel={view} />
        )}
      </div>
      <PhoneBar />
    </>
  );
}
