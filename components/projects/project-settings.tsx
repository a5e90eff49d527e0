'use client';

import { Button, Checkbox, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState, type FormEvent } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { AccessSettings } from './access-settings.tsx';
import { PushSettings } from './push-settings.tsx';
import { SensitivitySettings } from './sensitivity-settings.tsx';
import { useUpdateProject } from './use-update-project.ts';
import type { ProjectData } from './project-page.tsx';

export function ProjectSettings({ team, project }: { team: string; project: ProjectData }) {
  return (
    <Stack gap="xl" maw={560}>
      <CommandSettings project={project} />
      <PushSettings project={project} />
      <AccessSettings project={project} />
      <SensitivitySettings project={project} />
      <Endings team={team} project={project} />
    </Stack>
  );
}

const commandNames = [
  { name: 'setup', label: 'Set up', description: 'Installs what the project needs' },
  { name: 'test', label: 'Test', description: 'Exit code 0 means that all is well' },
  { name: 'lint', label: 'Lint', description: 'Checks the code without running it' },
] as const;

function CommandSettings({ project }: { project: ProjectData }) {
  const update = useUpdateProject();
  const [name, setName] = useState(project.name);
  const [commands, setCommands] = useState(project.commands);
  const [downloads, setDownloads] = useState(project.allowPackageDownloads);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const kept = Object.fromEntries(
      Object.entries(commands).filter(([, command]) => command !== undefined && command.trim() !== ''),
    );
    update.mutate({ projectId: project.id, name, commands: kept, allowPackageDownloads: downloads });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Title order={2}>Name and commands</Title>
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          disabled={!project.may.update}
        />
        {commandNames.map((each) => (
          <TextInput
            key={each.name}
            label={each.label}
            description={each.description}
            value={commands[each.name] ?? ''}
            onChange={(event) => {
              const { value } = event.currentTarget;
              setCommands((current) => ({ ...current, [each.name]: value }));
            }}
            disabled={!project.may.update}
            classNames={{ input: 'ens-mono' }}
            spellCheck={false}
          />
        ))}
        <Checkbox
          label="Commands may download packages"
          description="Only from the public package registries, through an allow-list; nothing else of the network can be reached"
          checked={downloads}
          onChange={(event) => setDownloads(event.currentTarget.checked)}
          disabled={!project.may.update}
        />
        {project.may.update && (
          <Group>
            <Button type="submit" loading={update.isPending}>
              Save
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

/** Archive, delete, and back again. */
function Endings({ team, project }: { team: string; project: ProjectData }) {
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const onError = (error: { message: string }) =>
    notifications.show({ color: 'red', title: 'The project stays as it is', message: error.message });
  const refresh = () => queryClient.invalidateQueries({ queryKey: trpc.projects.pathKey() });
  const archive = useMutation(trpc.projects.archive.mutationOptions({ onSuccess: refresh, onError }));
  const remove = useMutation(
    trpc.projects.delete.mutationOptions({ onSuccess: () => router.push(`/${team}/projects` as never), onError }),
  );
  const isArchived = project.archivedAt !== null;
  if (!project.may.archive) return null;
  const confirmDelete = () =>
    modals.openConfirmModal({
      title: `Delete ${project.name}?`,
      children: (
        <Text>
          Its sessions end for everyone now. It can be brought back for 14 days under Projects › Deleted; after that the
          repository is removed from this server for good.
        </Text>
      ),
      labels: { confirm: 'Delete', cancel: 'Keep' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ projectId: project.id }),
    });
  return (
    <Stack gap="sm">
      <Title order={2}>Put away</Title>
      <Group>
        <Button
          variant="default"
          loading={archive.isPending}
          onClick={() => archive.mutate({ projectId: project.id, archived: !isArchived })}
        >
          {isArchived ? 'Bring back from the archive' : 'Archive'}
        </Button>
        {project.may.delete && (
          <Button variant="outline" color="red" onClick={confirmDelete}>
            Delete
          </Button>
        )}
      </Group>
    </Stack>
  );
}
