'use client';

import { ActionIcon, Box, Button, Center, Kbd, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFile, IconFileDiff, IconFileOff, IconSparkles, IconX } from '@tabler/icons-react';
import dynamic from 'next/dynamic';
import { useEffect } from 'react';
import { useRoomState } from '@/components/editor/use-room.ts';
import { SuggestionView } from '@/components/review/suggestion-view.tsx';
import { useTRPCClient } from '@/components/trpc.tsx';
import { ChangeView } from './change-view.tsx';
import { setEditorPlace } from './editor-place.ts';
import classes from './editor-pane.module.css';
import { FollowFrame } from './follow.tsx';
import { may, useSession, useWorkbench } from './session-context.tsx';
import { tabKey, type Tab } from './workbench.ts';

const CodeEditor = dynamic(() => import('@/components/editor/code-editor.tsx'), {
  ssr: false,
  loading: () => <EditorSkeleton />,
});

export function EditorPane() {
  const tabs = useWorkbench((state) => state.tabs);
  const active = useWorkbench((state) => state.active);
  const tab = tabs[active];
  return (
    <section className={classes.pane} aria-label="Editor">
      {tabs.length > 0 && <Tabs tabs={tabs} active={active} />}
      <FollowFrame>{tab ? <TabContent key={tabKey(tab)} tab={tab} /> : <NothingOpen />}</FollowFrame>
    </section>
  );
}

const titleOf = (tab: Tab) => (tab.kind === 'suggestion' ? tab.title : (tab.path.split('/').at(-1) ?? tab.path));
const iconOf = { file: IconFile, refused: IconFileOff, suggestion: IconSparkles, change: IconFileDiff };

function Tabs({ tabs, active }: { tabs: readonly Tab[]; active: number }) {
  const { workbench, models } = useSession();
  const close = (index: number) => {
    const tab = tabs[index];
    if (tab?.kind === 'file') models?.close(tab.fileId);
    workbench.close(index);
  };
  return (
    <div className={classes.tabs} role="tablist" aria-label="Open files">
      {tabs.map((tab, index) => {
        const Icon = iconOf[tab.kind];
        return (
          <div key={tabKey(tab)} className={classes.tab} data-active={index === active || undefined}>
            <UnstyledButton
              role="tab"
              aria-selected={index === active}
              className={classes.tabName}
              title={tab.kind === 'suggestion' ? tab.title : tab.path}
              onClick={() => workbench.set({ active: index, target: undefined, phone: 'code' })}
              onAuxClick={(event) => event.button === 1 && close(index)}
            >
              <Icon size={14} stroke={1.6} aria-hidden />
              {titleOf(tab)}
            </UnstyledButton>
            <ActionIcon size={18} aria-label={`Close ${titleOf(tab)}`} onClick={() => close(index)}>
              <IconX size={12} />
            </ActionIcon>
          </div>
        );
      })}
    </div>
  );
}

function TabContent({ tab }: { tab: Tab }) {
  switch (tab.kind) {
    case 'file':
      return <FileTab fileId={tab.fileId} path={tab.path} />;
    case 'refused':
      return <RefusedTab path={tab.path} reason={tab.reason} canNormalise={tab.canNormalise} />;
    case 'suggestion':
      return <SuggestionView suggestionId={tab.suggestionId} />;
    case 'change':
      return <ChangeView path={tab.path} />;
  }
}

function FileTab({ fileId, path }: { fileId: string; path: string }) {
  const { room, models, session, openFile } = useSession();
  const file = useRoomState(room, (state) => state.files.get(fileId));
  const loaded = useRoomState(room, (state) => state.loaded);
  const rights = useRoomState(room, (state) => state.rights);
  const target = useWorkbench((state) => state.target);
  const missing = loaded && !file;

  // A tab remembered from an earlier visit: the file may have got another id since.
  useEffect(() => {
    if (missing) void openFile(path);
  }, [missing, openFile, path]);
  useEffect(() => () => setEditorPlace(undefined), []);

  if (!file || !models) return <EditorSkeleton />;
  const readOnly = !may(session, 'edit') || !rights.includes('edit');
  return (
    <CodeEditor
      room={room}
      models={models}
      file={file}
      readOnly={readOnly}
      readOnlyReason="Your role in this team may look and comment here, not edit. Ask a team admin for the developer role."
      target={target}
      onPlace={setEditorPlace}
    />
  );
}

function RefusedTab({ path, reason, canNormalise }: { path: string; reason: string; canNormalise: boolean }) {
  const { session, workbench } = useSession();
  const client = useTRPCClient();
  const normalise = async () => {
    try {
      const { fileId } = await client.files.open.mutate({ sessionId: session.id, path, normaliseEol: true });
      workbench.show({ kind: 'file', path, fileId });
    } catch (error) {
      notifications.show({
        color: 'red',
        title: 'Could not open the file',
        message: error instanceof Error ? error.message : '',
      });
    }
  };
  return (
    <Center h="100%" p="lg">
      <Stack gap="sm" maw={460}>
        <Text fw={600} className="ens-mono">
          {path}
        </Text>
        <Text>{reason}</Text>
        {canNormalise && may(session, 'edit') && (
          <Button w="fit-content" onClick={() => void normalise()}>
            Make all line ends alike and open
          </Button>
        )}
      </Stack>
    </Center>
  );
}

function NothingOpen() {
  const { workbench } = useSession();
  return (
    <Center h="100%" p="lg">
      <Stack gap="sm" align="center">
        <Text c="dimmed">No file is open.</Text>
        <Button
          variant="default"
          onClick={() => workbench.set({ quickOpen: true })}
          rightSection={<Kbd size="xs">Ctrl P</Kbd>}
        >
          Open a file by name
        </Button>
      </Stack>
    </Center>
  );
}

function EditorSkeleton() {
  return (
    <Box p="md" aria-busy="true" aria-label="Loading the file">
      {[60, 42, 75, 30, 66, 51].map((width) => (
        <Skeleton key={width} height={12} width={`${width}%`} mb="sm" />
      ))}
    </Box>
  );
}
