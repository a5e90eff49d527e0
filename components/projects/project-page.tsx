'use client';

import { Alert, Button, Group, Progress, SegmentedControl, Skeleton, Stack, Tabs, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import homeClasses from '@/components/home/home.module.css';
import { NewSessionDialog } from '@/components/home/new-session-dialog.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { Page } from '@/components/ui/page.tsx';
import { ProjectSettings } from './project-settings.tsx';
import { SessionItem } from './session-item.tsx';

export type ProjectData = RouterOutputs['projects']['get'];

export function ProjectPage({ team, projectId }: { team: string; projectId: string }) {
  const trpc = useTRPC();
  const project = useQuery(
    trpc.projects.get.queryOptions(
      { projectId },
      { refetchInterval: (query) => (query.state.data?.status === 'importing' ? 700 : false) },
    ),
  );
  const [creating, setCreating] = useState(false);
  if (project.error) {
    return (
      <Page title="Project">
        <Fault message={project.error.message} onRetry={() => void project.refetch()} />
      </Page>
    );
  }
  if (!project.data) {
    return (
      <Page title="Project">
        <Skeleton height={120} />
      </Page>
    );
  }
  const { data } = project;
  const usable = data.status === 'ready' && data.archivedAt === null;
  return (
    <Page
      title={data.name}
      lead={sourceText(data)}
      actions={
        usable &&
        data.may.createSession && (
          <Button leftSection={<IconPlus size={14} />} onClick={() => setCreating(true)}>
            New session
          </Button>
        )
      }
    >
      {data.status === 'importing' && <Importing project={data} />}
      {(data.status === 'failed' || data.status === 'cancelled') && (
        <Alert
          color={data.status === 'failed' ? 'red' : 'gray'}
          title={data.status === 'failed' ? 'The import failed' : 'The import was cancelled'}
        >
          {data.error ?? 'Nothing was kept.'} Add the project again when the cause is gone; this one can be deleted
          below.
        </Alert>
      )}
      {data.archivedAt !== null && (
        <Alert color="gray" title="Archived">
          This project is archived: its sessions can be read, and no new ones opened, until it is brought back.
        </Alert>
      )}
      {data.status !== 'importing' && (
        <Tabs defaultValue={data.status === 'ready' ? 'sessions' : 'settings'} mt="lg" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="sessions">Sessions</Tabs.Tab>
            <Tabs.Tab value="settings">Settings</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="sessions">
            <Sessions team={team} projectId={projectId} />
          </Tabs.Panel>
          <Tabs.Panel value="settings">
            <ProjectSettings team={team} project={data} />
          </Tabs.Panel>
        </Tabs>
      )}
      {creating && <NewSessionDialog team={team} projectId={projectId} onClose={() => setCreating(false)} />}
    </Page>
  );
}

function sourceText({ source, defaultBranch }: ProjectData): string {
  const branch = defaultBranch ? `, default branch ${defaultBranch}` : '';
  switch (source.type) {
    case 'git':
      return `From ${source.url}${branch}`;
    case 'path':
      return `From the folder ${source.path}${branch}`;
    case 'archive':
      return `From an uploaded archive${branch}`;
    case 'empty':
      return `Began empty${branch}`;
    case 'sample':
      return `The sample project${branch}`;
  }
}

function Importing({ project }: { project: ProjectData }) {
  const trpc = useTRPC();
  const cancel = useMutation(trpc.projects.cancelImport.mutationOptions());
  const percent = project.progress?.percent ?? null;
  return (
    <Stack gap="xs" maw={480} role="status">
      <Group justify="space-between">
        <Text>
          {project.progress?.detail ?? 'Importing'}
          {percent !== null && ` (${Math.round(percent)} %)`}
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate({ projectId: project.id })}
        >
          Cancel
        </Button>
      </Group>
      <Progress value={percent ?? 100} animated={percent === null} aria-label="Import" />
    </Stack>
  );
}

type SessionState = 'active' | 'archived' | 'deleted';
const noSession: Record<SessionState, string> = {
  active: 'No session yet. A session is a place where people and agents work on one branch together.',
  archived: 'No session is archived.',
  deleted: 'No session was deleted in the last 14 days.',
};

function Sessions({ team, projectId }: { team: string; projectId: string }) {
  const trpc = useTRPC();
  const [state, setState] = useState<SessionState>('active');
  const sessions = useQuery(trpc.sessions.list.queryOptions({ projectId, state }));
  return (
    <Stack>
      <SegmentedControl
        w="fit-content"
        size="xs"
        value={state}
        onChange={(value) => setState(value as SessionState)}
        aria-label="Which sessions"
        data={[
          { value: 'active', label: 'Open' },
          { value: 'archived', label: 'Archived' },
          { value: 'deleted', label: 'Deleted' },
        ]}
      />
      {sessions.isPending && <Skeleton height={80} />}
      {sessions.error && <Fault message={sessions.error.message} onRetry={() => void sessions.refetch()} />}
      {sessions.data?.length === 0 && <Text c="dimmed">{noSession[state]}</Text>}
      {sessions.data && sessions.data.length > 0 && (
        <ul className={homeClasses.list}>
          {sessions.data.map((session) => (
            <SessionItem key={session.id} team={team} session={session} />
          ))}
        </ul>
      )}
    </Stack>
  );
}
