'use client';

import { UnstyledButton } from '@mantine/core';
import { IconCode, IconFiles, IconGitCompare, IconMessage2, IconMessages, IconUsers } from '@tabler/icons-react';
import { useUnreadComments } from '@/components/comments/comments-context.tsx';
import { useSession, useWorkbench } from './session-context.tsx';
import classes from './phone-bar.module.css';
import { mayOpenPanel, useChangeCount } from './side-bar.tsx';
import type { PhoneView } from './workbench.ts';

const views: { view: PhoneView; label: string; icon: typeof IconCode }[] = [
  { view: 'conversation', label: 'Conversation', icon: IconMessages },
  { view: 'changes', label: 'Changes', icon: IconGitCompare },
  { view: 'files', label: 'Files', icon: IconFiles },
  { view: 'code', label: 'Code', icon: IconCode },
  { view: 'comments', label: 'Comments', icon: IconMessage2 },
  { view: 'people', label: 'People', icon: IconUsers },
];

const always: readonly PhoneView[] = ['conversation', 'code'];

/** The phone's way round a session. */
export function PhoneBar() {
  const { session, workbench } = useSession();
  const shown = views.filter(({ view }) => always.includes(view) || mayOpenPanel(session, view));
  const phone = useWorkbench((state) => state.phone);
  const counts: Partial<Record<PhoneView, number>> = { changes: useChangeCount(), comments: useUnreadComments().total };
  return (
    <nav className={classes.bar} aria-label="Session views">
      {shown.map(({ view, label, icon: Icon }) => (
        <UnstyledButton
          key={view}
          className={classes.view}
          aria-current={phone === view ? 'page' : undefined}
          onClick={() => workbench.set({ phone: view })}
        >
          <Icon size={18} stroke={1.6} aria-hidden />
          {counts[view] ? `${label} ${counts[view]}` : label}
        </UnstyledButton>
      ))}
    </nav>
  );
}
