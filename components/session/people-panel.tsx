'use client';

import { ActionIcon, Button, Text, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { Face } from '@/components/people/face.tsx';
import { useSession, useWorkbench } from './session-context.tsx';
import classes from './side-bar.module.css';
import { useAgents } from './use-agents.ts';
import { useGoTo, useWhereabouts } from './use-whereabouts.ts';
import { placeInWords, type Somebody } from './whereabouts.ts';

/** Who is here and where, people and agents at work. A click follows, another one stops; the arrow goes there once. */
export function PeoplePanel() {
  const { session, workbench } = useSession();
  const everybody = useWhereabouts(({ all }) => all);
  return (
    <section className={classes.panel} aria-label="People">
      <div className={classes.heading}>
        <span>People here</span>
        <Text size="xs" c="dimmed" className="ens-tabular">
          {everybody.filter(({ kind }) => kind === 'person').length}
        </Text>
      </div>
      <div className={classes.scroll}>
        {everybody.length === 0 && (
          <Text px="md" c="dimmed">
            Connecting to the room.
          </Text>
        )}
        {everybody.map((each) => (
          <Row key={each.key} somebody={each} />
        ))}
        {!session.isGuest && (
          <Button variant="subtle" size="compact-sm" m="sm" onClick={() => workbench.set({ sharing: true })}>
            Who has access
          </Button>
        )}
      </div>
    </section>
  );
}

function Row({ somebody }: { somebody: Somebody }) {
  const { workbench } = useSession();
  const following = useWorkbench((state) => state.following);
  const goTo = useGoTo();
  const { titleOf } = useAgents();
  const { key, kind, id, isMe, path } = somebody;
  const name = kind === 'agent' ? titleOf(somebody.name) : somebody.name;
  const where = placeInWords(somebody);
  const followed = following === key;
  return (
    <div className={classes.person} data-followed={followed || undefined}>
      <UnstyledButton
        className={classes.personButton}
        disabled={isMe}
        onClick={() => workbench.set(followed || isMe ? { following: null } : { following: key, phone: 'code' })}
        aria-pressed={followed}
      >
        <VisuallyHidden>{isMe ? `${name}, you, ${where}` : `Follow ${name}, ${where}`}</VisuallyHidden>
        <span className={classes.personFace} aria-hidden>
          <Face kind={kind} id={id} name={name} tooltip={false} />
        </span>
        <span aria-hidden>
          <Text truncate fw={isMe ? 600 : 400}>
            {name}
            {isMe && ' (you)'}
          </Text>
          <Text size="xs" c="dimmed" truncate title={path}>
            {followed ? `Following · ${where}` : where}
          </Text>
        </span>
      </UnstyledButton>
      {!isMe && path !== undefined && (
        <Tooltip label={`Go to ${where}`}>
          <ActionIcon aria-label={`Go to ${name}`} onClick={() => goTo(key)}>
            <IconArrowRight size={16} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}
