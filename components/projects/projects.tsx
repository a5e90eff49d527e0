'use client';

import { Badge, Button, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState, type ReactNode } from 'react';
import homeClasses from '@/components/home/home.module.css';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { Page } from '@/components/ui/page.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import classes from './projects.module.css';

type State = 'active' | 'archived' | 'deleted';
type Project = RouterOutputs['projects']['list'][number];

const empty: Record<State, string> = {
  active: 'No project yet. Add the first one: a git address, an archive, an empty one or the sample.',
  archived: 'Nothing is archived.',
  deleted: 'Nothing was deleted in the last 14 days.',
};

export function Projects({ team, canCreate }: { team: string; canCreate: boolean }) {
  const trpc = useTRPC();
  const [state, setState] = useState<State>('active');
  const projects = useQuery(
    trpc.projects.list.queryOptions(
      { team, state },
      {
        refetchInterval: (query) =>
          query.state.data?.some((project) => project.status === 'importing') ? 1_000 : false,
      },
    ),
  );
  return (
    <Page
      title="Projects"
      lead="The git repositories that this team and its agents work on."
      actions={
        canCreate && (
          <Button component={Link} href={`/${team}/projects/new`} leftSection={<IconPlus size={14} />}>
            Add a project
          </Button>
        )
      }
    >
      <Stack>
        <SegmentedControl
          w="fit-content"
          size="xs"
          value={state}
          onChange={(value) => setState(value as State)}
          aria-label="Which projects"
          data={[
            { value: 'active', label: 'Active' },
            { value: 'archived', label: 'Archived' },
            { value: 'deleted', label: 'Deleted' },
          ]}
        />
        {projects.isPending && <Skeleton height={120} />}
        {projects.error && <Fault message={projects.error.message} onRetry={() => void projects.refetch()} />}
        {projects.data?.length === 0 && <Text c="dimmed">{empty[state]}</Text>}
        {projects.data && projects.data.length > 0 && (
          <ul className={homeClasses.list}>
            {projects.data.map((project) => (
              <Row key={project.id} team={team} project={project} />
            ))}
          </ul>
        )}
      </Stack>
    </Page>
  );
}

function Row({ team, project }: { team: string; project: Project }) {
  const facts = (
    <>
      <span className={classes.name} title={project.name}>
        {project.name}
      </span>
      {project.isRestricted && (
        <Badge variant="light" color="gray">
          limited
        </Badge>
      )}
      <ProjectStatus project={project} />
    </>
  );
  if (project.deletedAt !== null) return <DeletedRow project={project}>{facts}</DeletedRow>;
  return (
    <li>
      <Link href={`/${team}/projects/${project.id}`} className={classes.row}>
        {facts}
        <Text size="xs" c="dimmed" visibleFrom="sm" className="ens-tabular">
          {project.sessionCount} {project.sessionCount === 1 ? 'session' : 'sessions'}
        </Text>
        <Text size="xs" c="dimmed" className={homeClasses.age}>
          <TimeAgo at={project.lastActivityAt ?? project.createdAt} />
        </Text>
      </Link>
    </li>
  );
}

function DeletedRow({ project, children }: { project: Project; children: ReactNode }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const restore = useMutation(
    trpc.projects.restore.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.projects.pathKey() }),
      onError: (error) => notifications.show({ color: 'red', title: 'Not brought back', message: error.message }),
    }),
  );
  return (
    <li className={classes.row}>
      {children}
      {project.removedAt && (
        <Text size="xs" c="dimmed">
          removed for good <TimeAgo at={project.removedAt} />
        </Text>
      )}
      {project.may.delete && (
        <Button
          size="compact-xs"
          variant="default"
          loading={restore.isPending}
          onClick={() => restore.mutate({ projectId: project.id })}
        >
          Bring back
        </Button>
      )}
    </li>
  );
}

export function ProjectStatus({ project }: { project: Pick<Project, 'status' | 'progress'> }) {
  switch (project.status) {
    case 'ready':
      return null;
    case 'importing': {
      const percent = project.progress?.percent;
      return (
        <Badge variant="light" color="violet">
          importing{percent === null || percent === undefined ? '' : ` ${Math.round(percent)} %`}
        </Badge>
      );
    }
    case 'failed':
      return (
        <Badge variant="light" color="red">
          import failed
        </Badge>
      );
    case 'cancelled':
      return (
        <Badge variant="light" color="gray">
          cancelled
        </Badge>
      );
  }
}
