'use client';

import { Avatar, Button, Group, Menu, Text, Title, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconGitBranch, IconGitCommit, IconUserPlus, IconUsersGroup } from '@tabler/icons-react';
import Link from 'next/link';
import { useState } from 'react';
import { Face } from '@/components/people/face.tsx';
import { CommitDialog } from './commit-dialog.tsx';
import { RunState } from './run-state.tsx';
import { mayAsMember, useSession, useWorkbench } from './session-context.tsx';
import classes from './session-header.module.css';
import { SessionMenu } from './session-menu.tsx';
import { ShareDialog } from './share-dialog.tsx';
import { useChangeCount } from './side-bar.tsx';
import { useAgents } from './use-agents.ts';
import { useWhereabouts } from './use-whereabouts.ts';

export function SessionHeader() {
  const { session, workbench } = useSession();
  const sharing = useWorkbench((state) => state.sharing);
  const changes = useChangeCount();
  const [committing, setCommitting] = useState(false);
  return (
    <header className={classes.header}>
      <Title order={1} className={classes.title} title={session.title}>
        {session.title}
      </Title>
      <Text c="dimmed" className={classes.branch} title={`${session.projectName}, branch ${session.branch}`}>
        <IconGitBranch size={14} aria-hidden /> {session.branch}
      </Text>
      <OthersOnBranch />
      <RunState />
      <span className={classes.spring} />
      <Faces />
      {!session.isGuest && (
        <Button
          variant="default"
          leftSection={<IconUserPlus size={14} />}
          onClick={() => workbench.set({ sharing: true })}
          aria-label="Share"
          className={classes.share ?? ''}
        >
          <span className={classes.wide}>Share</span>
        </Button>
      )}
      {mayAsMember(session, 'edit') && (
        <Button
          variant={changes > 0 ? 'filled' : 'default'}
          leftSection={<IconGitCommit size={14} />}
          disabled={changes === 0}
          onClick={() => setCommitting(true)}
        >
          Commit{changes > 0 ? ` ${changes}` : ''}
        </Button>
      )}
      {!session.isGuest && <SessionMenu />}
      {sharing && <ShareDialog onClose={() => workbench.set({ sharing: false })} />}
      {committing && <CommitDialog onClose={() => setCommitting(false)} />}
    </header>
  );
}

/** Two sessions on one branch meet when they commit, so each says that the other is there. */
function OthersOnBranch() {
  const { session } = useSession();
  const others = session.othersOnBranch;
  if (others.length === 0) return null;
  const label = others.length === 1 ? '1 more session' : `${others.length} more sessions`;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          className={classes.others ?? ''}
          leftSection={<IconUsersGroup size={14} />}
          aria-label={`${label} on this branch`}
        >
          <span className={classes.wide}>{label} on this branch</span>
          <span className={classes.narrow}>+{others.length}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Their commits are merged in when you commit</Menu.Label>
        {others.map(({ id, title }) => (
          <Menu.Item key={id} component={Link} href={`/${session.teamSlug}/sessions/${id}` as never}>
            {title}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const mostFaces = 5;

/** Who is here, people and agents at work; a click follows. */
function Faces() {
  const { workbench } = useSession();
  const { titleOf } = useAgents();
  const everybody = useWhereabouts(({ all }) => all);
  const people = everybody.filter(({ kind }) => kind === 'person');
  const shown = [...people.slice(0, mostFaces), ...everybody.filter(({ kind }) => kind === 'agent')].map((each) => ({
    ...each,
    name: each.kind === 'agent' ? titleOf(each.name) : each.name,
  }));
  return (
    <Avatar.Group className={classes.faces}>
      {shown.map((each) => (
        <Tooltip key={each.key} label={each.isMe ? `${each.name} (you)` : `Follow ${each.name}`}>
          <button
            type="button"
            className={classes.face}
            disabled={each.isMe}
            onClick={() => workbench.set({ following: each.key, phone: 'code' })}
          >
            <span aria-hidden>
              <Face kind={each.kind} id={each.id} name={each.name} tooltip={false} />
            </span>
            <VisuallyHidden>{each.isMe ? `${each.name}, you` : `Follow ${each.name}`}</VisuallyHidden>
          </button>
        </Tooltip>
      ))}
      {people.length > mostFaces && (
        <Group gap={0} pl={4} className="ens-tabular">
          +{people.length - mostFaces}
        </Group>
      )}
    </Avatar.Group>
  );
}
