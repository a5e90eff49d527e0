'use client';

import { ActionIcon, Box, Button, Center, Kbd, Skeleton, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import {
  IconFile,
  IconFileDiff,
  IconFileOff,
  IconHistory,
  IconMessage2Code,
  IconRobot,
  IconSparkles,
  IconX,
} from '@tabler/icons-react';
import dynamic from 'next/dynamic';
import type { editor as MonacoEditor } from 'monaco-editor';
import { useEffect, useState, type KeyboardEvent } from 'react';
import { useRoomState } from '@/components/editor/use-room.ts';
import { SuggestionView } from '@/components/review/suggestion-view.tsx';
import { useUnreviewed } from '@/components/review/use-open-suggestions.ts';
import { useTRPCClient } from '@/components/trpc.tsx';
import { StoredFile } from './archived.tsx';
import { ChangeView } from './change-view.tsx';
import { CheckpointView } from './checkpoint-view.tsx';
import { setEditorPlace } from './editor-place.ts';
import classes from './editor-pane.module.css';
import { FacesInFile } from './faces-in-file.tsx';
import { FollowFrame } from './follow.tsx';
import { LiveView } from './live-view.tsx';
import { may, useSession, useWorkbench } from './session-context.tsx';
import { tabKey, type Tab } from './workbench.ts';

const CodeEditor = dynamic(() => import('@/components/editor/code-editor.tsx'), {
  ssr: false,
  loading: () => <EditorSkeleton />,
});

const ProvenanceGutter = dynamic(() => import('@/components/review/provenance-gutter.tsx'), { ssr: false });
const CommentsInFile = dynamic(() => import('@/components/comments/comments-in-file.tsx'), { ssr: false });
const PromptFromEditor = dynamic(() => import('./prompt-from-editor.tsx'), { ssr: false });
const SuggestionsInFile = dynamic(() => import('@/components/review/suggestions-in-file.tsx'), { ssr: false });

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

const titleOf = (tab: Tab) => ('title' in tab ? tab.title : (tab.path.split('/').at(-1) ?? tab.path));
const iconOf = {
  file: IconFile,
  refused: IconFileOff,
  suggestion: IconSparkles,
  change: IconFileDiff,
  live: IconRobot,
  checkpoint: IconHistory,
};

/** The active tab is never out of sight. */
const showTab = (tab: HTMLElement | null) => tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

function Tabs({ tabs, active }: { tabs: readonly Tab[]; active: number }) {
  const { session, workbench, models } = useSession();
  const { byPath, bySuggestion } = useUnreviewed();
  const toReview = (tab: Tab) => {
    if (tab.kind === 'suggestion') return bySuggestion.get(tab.suggestionId);
    return tab.kind === 'checkpoint' ? undefined : byPath.get(tab.path);
  };
  const close = (index: number) => {
    const tab = tabs[index];
    if (tab?.kind === 'file') models?.close(tab.fileId);
    workbench.close(index);
  };
  const onTabKey = (event: KeyboardEvent, index: number) => {
    if (event.key === 'Delete') return close(index);
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = index + step;
    if (step === 0 || next < 0 || next >= tabs.length) return undefined;
    workbench.set({ active: next, target: undefined });
    const list = event.currentTarget.closest('[role="tablist"]');
    return list?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  };
  return (
    <div className={classes.bar}>
      <div className={classes.tabs} role="tablist" aria-label="Open files">
        {tabs.map((tab, index) => {
          const Icon = iconOf[tab.kind];
          const open = toReview(tab);
          return (
            <div
              key={tabKey(tab)}
              role="presentation"
              className={classes.tab}
              data-active={index === active || undefined}
              ref={index === active ? showTab : undefined}
            >
              <UnstyledButton
                role="tab"
                aria-selected={index === active}
                aria-keyshortcuts="Delete"
                tabIndex={index === active ? 0 : -1}
                className={classes.tabName}
                title={'title' in tab ? tab.title : tab.path}
                onClick={() => workbench.set({ active: index, target: undefined, phone: 'code' })}
                onAuxClick={(event) => event.button === 1 && close(index)}
                onKeyDown={(event) => onTabKey(event, index)}
              >
                <Icon size={14} stroke={1.6} aria-hidden />
                {titleOf(tab)}
                {open !== undefined && (
                  <span className={`${classes.count} ens-tabular`} aria-label={`${open} to review`}>
                    ●{open}
                  </span>
                )}
              </UnstyledButton>
              {tab.kind === 'file' && <FacesInFile path={tab.path} />}
              {/* A tab list holds tabs and nothing else: by keyboard a tab is closed with Delete. */}
              <ActionIcon
                size={18}
                aria-hidden
                tabIndex={-1}
                title={`Close ${titleOf(tab)}`}
                onClick={() => close(index)}
              >
                <IconX size={12} />
              </ActionIcon>
            </div>
          );
        })}
      </div>
      {tabs[active]?.kind === 'file' && !session.isArchived && <InFileToggle />}
    </div>
  );
}

/** Whether suggestions are shown between the lines of a file; each person's own choice, in all sessions. */
function useInFile() {
  const { session } = useSession();
  return useLocalStorage({ key: `ensemble:suggestions-in-file:${session.me.id}`, defaultValue: true });
}

function InFileToggle() {
  const [inFile, setInFile] = useInFile();
  const label = `Suggestions in the file: ${inFile ? 'on' : 'off'}`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant={inFile ? 'light' : 'subtle'}
        color={inFile ? 'violet' : 'gray'}
        aria-label="Suggestions in the file"
        aria-pressed={inFile}
        onClick={() => setInFile(!inFile)}
      >
        <IconMessage2Code size={16} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  );
}

function TabContent({ tab }: { tab: Tab }) {
  const { isArchived } = useSession().session;
  switch (tab.kind) {
    case 'file':
      return isArchived ? <StoredFile path={tab.path} /> : <FileTab fileId={tab.fileId} path={tab.path} />;
    case 'refused':
      return <RefusedTab path={tab.path} reason={tab.reason} canNormalise={tab.canNormalise} />;
    case 'suggestion':
      return <SuggestionView suggestionId={tab.suggestionId} hunkId={tab.hunkId} />;
    case 'change':
      return <ChangeView path={tab.path} />;
    case 'live':
      return <LiveView key={tab.path} runId={tab.runId} path={tab.path} agent={tab.agent} />;
    case 'checkpoint':
      return <CheckpointView checkpointId={tab.checkpointId} />;
  }
}

function FileTab({ fileId, path }: { fileId: string; path: string }) {
  const { room, models, session, openFile } = useSession();
  const file = useRoomState(room, (state) => state.files.get(fileId));
  const loaded = useRoomState(room, (state) => state.loaded);
  const rights = useRoomState(room, (state) => state.rights);
  const target = useWorkbench((state) => state.target);
  const [editor, setEditor] = useState<MonacoEditor.IStandaloneCodeEditor>();
  const [inFile] = useInFile();
  const missing = loaded && !file;

  // A tab remembered from an earlier visit: the file may have got another id since.
  useEffect(() => {
    if (missing) void openFile(path);
  }, [missing, openFile, path]);
  useEffect(() => () => setEditorPlace(undefined), []);

  if (!file || !models) return <EditorSkeleton />;
  const readOnly = !may(session, 'edit') || !rights.includes('edit');
  return (
    <>
      <CodeEditor
        room={room}
        models={models}
        file={file}
        readOnly={readOnly}
        readOnlyReason="Your role in this team may look and comment here, not edit. Ask a team admin for the developer role."
        target={target}
        onPlace={setEditorPlace}
        onEditor={setEditor}
      />
      {editor && <ProvenanceGutter editor={editor} file={file} />}
      {editor && inFile && <SuggestionsInFile editor={editor} file={file} />}
      {editor && <CommentsInFile editor={editor} file={file} />}
      {editor && <PromptFromEditor editor={editor} file={file} />}
    </>
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
