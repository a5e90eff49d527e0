'use client';

import {
  Alert,
  Anchor,
  Autocomplete,
  Button,
  Group,
  Modal,
  Select,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState, type FormEvent } from 'react';
import { useTRPC } from '@/components/trpc.tsx';

/** Project, title and branch in one dialog. */
export function NewSessionDialog({
  team,
  projectId: given,
  onClose,
}: {
  team: string;
  projectId?: string;
  onClose: () => void;
}) {
  const trpc = useTRPC();
  const router = useRouter();
  // Asked anew: an import may have ended since the list was seen last.
  const projects = useQuery(
    trpc.projects.list.queryOptions(
      { team, state: 'active' },
      {
        staleTime: 0,
        refetchInterval: (query) =>
          query.state.data?.some((project) => project.status === 'importing') ? 1_000 : false,
      },
    ),
  );
  const importing = projects.data?.some((project) => project.status === 'importing') ?? false;
  const ready = projects.data?.filter((project) => project.status === 'ready') ?? [];
  const [chosen, setChosen] = useState<string | null>(given ?? null);
  const projectId = chosen ?? ready[0]?.id ?? null;
  const [title, setTitle] = useState('');
  const [branch, setBranch] = useState('');
  const branches = useQuery(
    trpc.projects.branches.queryOptions({ projectId: projectId ?? '' }, { enabled: projectId !== null }),
  );
  const names = branches.data?.branches.map((each) => each.name) ?? [];
  const create = useMutation(
    trpc.sessions.create.mutationOptions({
      onSuccess: (session) => router.push(`/${team}/sessions/${session.id}` as never),
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (projectId === null) return;
    create.mutate({ projectId, title: title.trim(), ...(branch.trim() === '' ? {} : { branch: branch.trim() }) });
  };
  const isNew = branch.trim() !== '' && !names.includes(branch.trim());
  return (
    <Modal opened onClose={onClose} title="New session">
      {ready.length === 0 ? (
        <NoProject team={team} isLoading={projects.isFetching || importing} />
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <TextInput
              data-autofocus
              label="Title"
              description="What you want to get done"
              value={title}
              onChange={(event) => setTitle(event.currentTarget.value)}
              maxLength={200}
              required
            />
            <Select
              label="Project"
              data={ready.map((project) => ({ value: project.id, label: project.name }))}
              value={projectId}
              onChange={setChosen}
              searchable={ready.length > 8}
              allowDeselect={false}
            />
            <Autocomplete
              label="Branch"
              description={
                isNew
                  ? `A new branch from ${branches.data?.defaultBranch ?? 'the default branch'}`
                  : 'An existing branch, or the name of a new one. Left empty, a new branch is named after the title.'
              }
              data={names}
              value={branch}
              onChange={setBranch}
              maxDropdownHeight={220}
            />
            {create.error && <Alert color="red">{create.error.message}</Alert>}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button
                type="submit"
                loading={create.isPending || create.isSuccess}
                disabled={title.trim() === '' || projectId === null}
              >
                Open session
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

/** A session needs a project that is ready. */
function NoProject({ team, isLoading }: { team: string; isLoading: boolean }) {
  if (isLoading) return <Skeleton height={180} role="img" aria-label="Waiting for the project" />;
  return (
    <Text>
      A session works on a project.{' '}
      <Anchor component={Link} href={`/${team}/projects/new`}>
        Add a project
      </Anchor>{' '}
      first.
    </Text>
  );
}
