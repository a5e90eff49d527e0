'use client';

import { useEffect } from 'react';
import { beginComment } from '@/components/comments/commenting.ts';
import { offerCommands, type Command } from '@/components/frame/commands.tsx';
import { may, useSession, type SessionFacts } from './session-context.tsx';
import type { Workbench } from './workbench.ts';

/** What the palette can do while a session is on screen. */
export function useSessionCommands(): void {
  const { session, workbench } = useSession();
  useEffect(
    () =>
      offerCommands([
        {
          id: 'session-open-file',
          label: 'Open a file by name',
          description: 'Ctrl P',
          run: () => workbench.set({ quickOpen: true }),
        },
        {
          id: 'session-search',
          label: 'Search in files',
          description: 'Ctrl Shift F',
          run: () => workbench.set({ side: 'search', phone: 'search' }),
        },
        {
          id: 'session-changes',
          label: 'Show uncommitted changes',
          run: () => workbench.set({ side: 'changes', phone: 'changes' }),
        },
        {
          id: 'session-comments',
          label: 'Show the comments',
          run: () => workbench.set({ side: 'comments', phone: 'comments' }),
        },
        {
          id: 'session-comment',
          label: 'Comment on the selection',
          description: 'Ctrl Alt M',
          run: () => {
            if (!beginComment()) workbench.set({ side: 'comments', phone: 'comments' });
          },
        },
        {
          id: 'session-people',
          label: 'Show who is here',
          run: () => workbench.set({ side: 'people', phone: 'people' }),
        },
        ...checkpointCommands(session, workbench),
        {
          id: 'session-share',
          label: 'Share the session, see who has access',
          keywords: ['invite', 'guest', 'link'],
          run: () => workbench.set({ sharing: true }),
        },
        ...showCommands(workbench),
      ]),
    [session, workbench],
  );
}

function checkpointCommands(session: SessionFacts, workbench: Workbench): Command[] {
  if (session.isGuest) return [];
  const show = {
    id: 'session-checkpoints',
    label: 'Show checkpoints',
    keywords: ['history', 'restore', 'undo', 'timeline'],
    run: () => workbench.set({ side: 'checkpoints', phone: 'checkpoints' }),
  };
  const save = {
    id: 'session-save-checkpoint',
    label: 'Save a checkpoint',
    description: 'Ctrl Alt S',
    run: () => workbench.set({ savingCheckpoint: true }),
  };
  return may(session, 'edit') ? [show, save] : [show];
}

function showCommands(workbench: Workbench): Command[] {
  return [
    {
      id: 'session-run',
      label: 'Show the run panel',
      keywords: ['test', 'lint', 'setup', 'terminal'],
      run: () => workbench.set({ bottomOpen: true }),
    },
    {
      id: 'session-conversation',
      label: 'Show the conversation',
      run: () => workbench.set({ conversationOpen: true, phone: 'conversation' }),
    },
  ];
}
