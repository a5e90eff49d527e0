'use client';

import { Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { Face } from '@/components/people/face.tsx';
import { useRoomState } from '@/components/editor/use-room.ts';
import type { Participant } from '@/components/editor/room-presence.ts';
import { placeOf } from './follow.tsx';
import { useSession, useWorkbench } from './session-context.tsx';
import classes from './side-bar.module.css';

/** Who is here and where; a click on a face follows, another one goes back. */
export function PeoplePanel() {
  const { room } = useSession();
  const participants = useRoomState(room, (state) => state.participants);
  return (
    <section className={classes.panel} aria-label="People">
      <div className={classes.heading}>
        <span>People here</span>
        <Text size="xs" c="dimmed" className="ens-tabular">
          {participants.length}
        </Text>
      </div>
      <div className={classes.scroll}>
        {participants.length === 0 && (
          <Text px="md" c="dimmed">
            Connecting to the room.
          </Text>
        )}
        {participants.map((each) => (
          <Person key={each.clientId} participant={each} />
        ))}
      </div>
    </section>
  );
}

function Person({ participant }: { participant: Participant }) {
  const { room, workbench } = useSession();
  const files = useRoomState(room, (state) => state.files);
  const following = useWorkbench((state) => state.following);
  const place = placeOf(participant, files);
  const where = place ? `${place.path.split('/').at(-1) ?? place.path}, line ${place.line}` : 'no file open';
  const followed = following === participant.clientId;
  const toggle = () => workbench.set({ following: followed || participant.isMe ? null : participant.clientId });
  return (
    <UnstyledButton
      className={classes.person}
      data-followed={followed || undefined}
      disabled={participant.isMe}
      onClick={toggle}
      aria-pressed={followed}
    >
      <VisuallyHidden>
        {participant.isMe ? `${participant.user.name}, you, ${where}` : `Follow ${participant.user.name}, ${where}`}
      </VisuallyHidden>
      <span className={classes.personFace} aria-hidden>
        <Face kind={participant.user.kind} id={participant.user.id} name={participant.user.name} tooltip={false} />
      </span>
      <span aria-hidden>
        <Text truncate fw={participant.isMe ? 600 : 400}>
          {participant.user.name}
          {participant.isMe && ' (you)'}
        </Text>
        <Text size="xs" c="dimmed" truncate title={place?.path}>
          {followed ? `Following · ${where}` : where}
        </Text>
      </span>
    </UnstyledButton>
  );
}
