'use client';

import { Button, Group, NumberInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { maxRunLimit } from '@/server/core/run-limits.ts';
import { Section } from './section.tsx';

/** A field without a number says that the installation's own counts. */
const shown = (limit: number | null): number | '' => limit ?? '';
const meant = (value: number | string): number | null => (typeof value === 'number' ? value : null);

export function RunLimits({ teamId }: { teamId: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data } = useSuspenseQuery(trpc.runs.limits.queryOptions({ teamId }));
  const form = useForm<{ team: number | string; person: number | string }>({
    initialValues: { team: shown(data.maxRuns), person: shown(data.maxRunsPerPerson) },
  });
  const save = useMutation(
    trpc.runs.setLimits.mutationOptions({
      onSuccess: () => {
        form.resetDirty();
        return queryClient.invalidateQueries({ queryKey: trpc.runs.limits.pathKey() });
      },
    }),
  );
  const fault = refusalMessage(save.error);
  const field = { min: 1, max: maxRunLimit, allowDecimal: false, w: 160 };
  return (
    <Section
      title="Runs at once"
      lead="How many runs of agents work at the same time. The others wait in the order of their prompts."
    >
      {fault !== undefined && <Fault message={fault} />}
      <form
        onSubmit={form.onSubmit(({ team, person }) =>
          save.mutate({ teamId, maxRuns: meant(team), maxRunsPerPerson: meant(person) }),
        )}
        noValidate
      >
        <Group align="flex-end" gap="sm">
          <NumberInput
            {...field}
            label="In the team"
            placeholder={String(data.defaults.team)}
            {...form.getInputProps('team')}
          />
          <NumberInput
            {...field}
            label="Of each person"
            placeholder={String(data.defaults.person)}
            {...form.getInputProps('person')}
          />
          <Button type="submit" h={36} variant="default" disabled={!form.isDirty()} loading={save.isPending}>
            Save limits
          </Button>
        </Group>
      </form>
    </Section>
  );
}
