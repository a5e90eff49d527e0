'use client';

import { Radio, Stack, Text, Title } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import { isLoosening, sensitivities, type Sensitivity } from '@/server/core/sensitivity.ts';
import type { ProjectData } from './project-page.tsx';

const words: Record<Sensitivity, { label: string; description: string }> = {
  open: { label: 'Open', description: 'Anyone may know what is in it' },
  internal: { label: 'Internal', description: 'For the people who work here; what is usual' },
  restricted: {
    label: 'Restricted',
    description: 'Harmful in the wrong hands. Unless your policies say otherwise, only local models see it',
  },
};

/** How sensitive the project is, which policies for AI go by. */
export function SensitivitySettings({ project }: { project: ProjectData }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const change = useMutation(
    trpc.projects.setSensitivity.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.projects.pathKey() });
        notifications.show({ color: 'green', message: 'Saved.' });
      },
      onError: (error) => notifications.show({ color: 'red', title: 'Not saved', message: error.message }),
    }),
  );
  const choose = (value: string) => {
    const sensitivity = sensitivities.find((each) => each === value);
    if (!sensitivity || sensitivity === project.sensitivity) return;
    const save = () => change.mutate({ projectId: project.id, sensitivity });
    if (!isLoosening(project.sensitivity, sensitivity)) return save();
    modals.openConfirmModal({
      title: `Make ${project.name} ${words[sensitivity].label.toLowerCase()}?`,
      children: (
        <Text>
          Its files may then be sent wherever policies let {words[sensitivity].label.toLowerCase()} projects go.
        </Text>
      ),
      labels: { confirm: 'Lower the sensitivity', cancel: 'Keep' },
      confirmProps: { color: 'red' },
      onConfirm: save,
    });
  };
  return (
    <Stack gap="sm">
      <Title order={2}>Sensitivity</Title>
      <Radio.Group value={project.sensitivity} onChange={choose} aria-label="Sensitivity">
        <Stack gap="xs">
          {sensitivities.map((each) => (
            <Radio
              key={each}
              value={each}
              label={words[each].label}
              description={words[each].description}
              disabled={
                change.isPending ||
                !project.may.update ||
                (isLoosening(project.sensitivity, each) && !project.may.declassify)
              }
            />
          ))}
        </Stack>
      </Radio.Group>
      <Text c="dimmed" size="sm">
        A lead can raise it, a team admin can lower it. Every session of the project goes by it at once.
      </Text>
    </Stack>
  );
}
