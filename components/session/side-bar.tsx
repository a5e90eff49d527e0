'use client';

import { ActionIcon, Indicator, Tooltip } from '@mantine/core';
import {
  IconFiles,
  IconGitCompare,
  IconHistory,
  IconMessages,
  IconMessage2,
  IconSearch,
  IconUsers,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useUnreadComments } from '@/components/comments/comments-context.tsx';
import { CommentsPanel } from '@/components/comments/comments-panel.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { CheckpointsPanel } from './checkpoints-panel.tsx';
import { ChangesPanel } from './changes-panel.tsx';
import { FileTree } from './file-tree.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { SearchPanel } from './search-panel.tsx';
import { useSession, useWorkbench, type SessionFacts } from './session-context.tsx';
import classes from './side-bar.module.css';
import type { SidePanel } from './workbench.ts';

export const sidePanels: { panel: SidePanel; label: string; icon: typeof IconFiles }[] = [
  { panel: 'files', label: 'Files', icon: IconFiles },
  { panel: 'search', label: 'Search', icon: IconSearch },
  { panel: 'changes', label: 'Changes', icon: IconGitCompare },
  { panel: 'comments', label: 'Comments', icon: IconMessage2 },
  { panel: 'people', label: 'People', icon: IconUsers },
  { panel: 'checkpoints', label: 'Checkpoints', icon: IconHistory },
];

/** Panels whose contents guests may see; a new one is for members until it is named here. */
const guestPanels: readonly string[] = ['files', 'search', 'changes', 'comments', 'people'];

export const mayOpenPanel = (session: SessionFacts, panel: string) => !session.isGuest || guestPanels.includes(panel);

export function useChangeCount(): number {
  const { session } = useSession();
  const trpc = useTRPC();
  const { data } = useQuery(trpc.files.changes.queryOptions({ sessionId: session.id }));
  return data?.items.length ?? 0;
}

export function SideBar() {
  const { session, workbench } = useSession();
  const panels = sidePanels.filter(({ panel }) => mayOpenPanel(session, panel));
  const side = useWorkbench((state) => state.side);
  const conversationOpen = useWorkbench((state) => state.conversationOpen);
  const counts: Partial<Record<SidePanel, number>> = { changes: useChangeCount(), comments: useUnreadComments().total };
  const countOf = (panel: SidePanel) => counts[panel] ?? 0;
  return (
    <nav className={classes.bar} aria-label="Session panels">
      {panels.map(({ panel, label, icon: Icon }) => (
        <Tooltip
          key={panel}
          label={countOf(panel) > 0 ? `${label}, ${countOf(panel)}${panel === 'comments' ? ' unread' : ''}` : label}
          position="right"
        >
          <Indicator
            label={countOf(panel) > 99 ? '99+' : countOf(panel)}
            size={14}
            disabled={countOf(panel) === 0}
            offset={6}
            aria-hidden={false}
          >
            <ActionIcon
              size={34}
              variant={side === panel ? 'light' : 'subtle'}
              color={side === panel ? 'violet' : 'gray'}
              aria-label={label}
              aria-pressed={side === panel}
              onClick={() => workbench.toggleSide(panel)}
            >
              <Icon size={18} stroke={1.6} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      ))}
      <span className={classes.spring} />
      <Tooltip label={conversationOpen ? 'Hide the conversation' : 'Show the conversation'} position="right">
        <ActionIcon
          size={34}
          variant={conversationOpen ? 'light' : 'subtle'}
          color={conversationOpen ? 'violet' : 'gray'}
          aria-label="Conversation"
          aria-pressed={conversationOpen}
          onClick={() => workbench.set({ conversationOpen: !conversationOpen })}
        >
          <IconMessages size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </nav>
  );
}

export function SidePanelContent({ panel }: { panel: SidePanel }) {
  switch (panel) {
    case 'files':
      return <FileTree />;
    case 'search':
      return <SearchPanel />;
    case 'changes':
      return <ChangesPanel />;
    case 'comments':
      return <CommentsPanel />;
    case 'people':
      return <PeoplePanel />;
    case 'checkpoints':
      return <CheckpointsPanel />;
  }
}
