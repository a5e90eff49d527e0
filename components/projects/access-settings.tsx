'use client';

import { Button, Group, MultiSelect, Skeleton, Stack, Switch, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import type { ProjectData } from './project-page.tsx';

/** Who of the team may see the project. */
export function AccessSettings({ project }: { project: ProjectData }) {
  const trpc = useTRPC();
  const team = useQuery(trpc.members.list.queryOptions({ teamId: project.teamId }));
  const chosen = useQuery(trpc.projects.members.queryOptions({ projectId: project.id }));
  return (
    <Stack gap="sm">
      <Title order={2}>Access</Title>
      {team.data && chosen.data ? (
        <AccessForm
          project={project}
          people={team.data.map(({ personId, name, email }) => ({ value: personId, label: `${name} (${email})` }))}
          chosen={chosen.data.map(({ personId }) => personId)}
        />
      ) : (
        <Skeleton height={80} role="img" aria-label="Loading" />
      )}
    </Stack>
  );
}

type AccessFormProps = { project: ProjectData; people: { value: string; label: string }[]; chosen: string[] };

function AccessForm({ project, people, chosen }: AccessFormProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [isRestricted, setRestricted] = useState(project.isRestricted);
  const [personIds, setPersonIds] = useState(chosen);
  const limit = useMutation(
    trpc.projects.limit.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.projects.pathKey() });
        notifications.show({ color: 'green', message: 'Saved.' });
      },
      onError: (error) => notifications.show({ color: 'red', title: 'Not saved', message: error.message }),
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    limit.mutate({ projectId: project.id, isRestricted, personIds: isRestricted ? personIds : [] });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Switch
          label="Limited to some of the team"
          description="Others do not see the project or its sessions; they lose them within a second. Team admins always see it."
          checked={isRestricted}
          onChange={(event) => setRestricted(event.currentTarget.checked)}
          disabled={!project.may.update}
        />
        {isRestricted && (
          <MultiSelect
            label="People"
            data={people}
            value={personIds}
            onChange={setPersonIds}
            searchable
            disabled={!project.may.update}
          />
        )}
        {project.may.update ? (
          <Group>
            <Button type="submit" loading={limit.isPending}>
              Save
            </Button>
          </Group>
        ) : (
          <Text c="dimmed">A lead or admin of the team can change this.</Text>
        )}
      </Stack>
    </form>
  );
}
