'use client';

import { ActionIcon, Tooltip } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { useRoomState } from '@/components/editor/use-room.ts';
import { useResource } from '@/components/ui/use-resource.ts';
import classes from './composer.module.css';
import { useSession } from './session-context.tsx';
import { useDraft } from './use-draft.ts';

/** Others see a draft only up to here; presence is no place for long texts. */
const mostShown = 2_000;

/** Private until its writer shares it: then the others see it grow. Sharing ends with the page. */
export function ShareDraft() {
  const [isShared, setShared] = useState(false);
  return (
    <>
      <Tooltip label={isShared ? 'Others see this draft as you write' : 'Only you see this draft'}>
        <ActionIcon
          variant={isShared ? 'light' : 'subtle'}
          color={isShared ? 'violet' : 'gray'}
          aria-label="Share the draft"
          aria-pressed={isShared}
          onClick={() => setShared(!isShared)}
        >
          {isShared ? <IconEye size={16} stroke={1.6} /> : <IconEyeOff size={16} stroke={1.6} />}
        </ActionIcon>
      </Tooltip>
      {isShared && <Sharing />}
    </>
  );
}

function Sharing() {
  const { room } = useSession();
  const { store } = useDraft();
  const open = useCallback(() => {
    const show = () => room.awareness.setLocalStateField('draft', store.get().text.slice(0, mostShown));
    show();
    const stop = store.subscribe(show);
    return () => {
      stop();
      room.awareness.setLocalStateField('draft', null);
    };
  }, [room, store]);
  useResource(open, close);
  return null;
}

const close = (stop: () => void) => stop();

/** What others write and let everyone see. */
export function OthersDrafts() {
  const { room } = useSession();
  const participants = useRoomState(room, (state) => state.participants);
  const drafts = participants.filter(({ isMe, draft }) => !isMe && draft !== undefined && draft.trim() !== '');
  if (drafts.length === 0) return null;
  return (
    <div className={classes.going} role="group" aria-label="Drafts of others">
      {drafts.map(({ clientId, user, draft }) => (
        <div key={clientId} className={classes.othersDraft}>
          {user.name} writes: {draft}
        </div>
      ))}
    </div>
  );
}
