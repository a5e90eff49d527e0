'use client';

import { useEffect } from 'react';
import { beginComment } from '@/components/comments/commenting.ts';
import { offerCommands } from '@/components/frame/commands.tsx';
import { useSession } from './session-context.tsx';

/** What the palette can do while a session is on screen. */
export function useSessionCommands(): void {
  const { workbench } = useSession();
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
        {
          id: 'session-share',
          label: 'Share the session, see who has access',
          keywords: ['invite', 'guest', 'link'],
          run: () => workbench.set({ sharing: true }),
        },
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
      ]),
    [workbench],
  );
}
