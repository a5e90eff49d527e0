'use client';

import { Avatar, Text } from '@mantine/core';
import { IconGitBranch } from '@tabler/icons-react';
import Link from 'next/link';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Face } from '@/components/people/face.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import classes from './home.module.css';

export type SessionRowData = RouterOutputs['sessions']['home']['needsYou'][number];

const needWords = {
  knock: 'asks to be let in ·',
  permission: 'asks for leave ·',
  failed_run: 'a run failed ·',
  mention: 'mentions you ·',
  suggestion: 'to review ·',
};

/** Title, project and branch, faces, what happened last, age. */
export function SessionRow({ team, session }: { team: string; session: SessionRowData }) {
  return (
    <li>
      <Link href={`/${team}/sessions/${session.id}`} className={classes.row}>
        <span className={classes.what}>
          <span className={classes.title}>{session.title}</span>
          <Text size="xs" c="dimmed" component="span" className={classes.where}>
            {session.project.name} <IconGitBranch size={12} aria-hidden /> {session.branch}
          </Text>
        </span>
        <Text className={classes.last} title={session.lastStep?.text}>
          {session.needs.length > 0 && (
            <span className={classes.need}>{session.needs.map((need) => needWords[need]).join(', ')} </span>
          )}
          {session.lastStep ? `${session.lastStep.by}: ${session.lastStep.text}` : 'No one has asked an agent yet'}
        </Text>
        <Avatar.Group spacing={6}>
          {session.faces.slice(0, 4).map((each) => (
            <Face
              key={each.id}
              kind={each.kind === 'run' ? 'agent' : 'person'}
              id={each.kind === 'run' ? each.name : each.id}
              name={each.name}
              size={22}
            />
          ))}
        </Avatar.Group>
        <Text size="xs" c="dimmed" className={classes.age}>
          <TimeAgo at={session.lastActivityAt} />
        </Text>
      </Link>
    </li>
  );
}
