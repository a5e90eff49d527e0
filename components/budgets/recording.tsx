'use client';

import { Button, Group, NumberInput, Radio, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { recordLevels, type Recording as Level } from '@/server/core/call-record.ts';

const words = {
  none: { label: 'Who, which model, how much', description: 'Nothing of what a request looks like' },
  metadata: { label: 'Its size as well', description: 'How many messages, which tools, how large' },
  full: {
    label: 'What was asked and answered, too',
    description: 'Masked as the provider saw it, sealed, for whoever called and admins, for as many days as you say',
  },
} as const;

/** How much of each call the team records. */
export function RecordingSetting({ team }: { team: string }) {
  const trpc = useTRPC();
  const recording = useQuery(trpc.usage.recording.queryOptions({ team }));
  return (
    <Section title="What is recorded of each call" lead="Who called which model with which outcome is always recorded.">
      {recording.error && (
        <Fault message={refusalMessage(recording.error) ?? ''} onRetry={() => void recording.refetch()} />
      )}
      {recording.isPending && <Skeleton height={160} role="img" aria-label="Loading" />}
      {recording.data && (
        <RecordingForm
          key={`${recording.data.level} ${recording.data.retentionDays}`}
          team={team}
          now={recording.data}
        />
      )}
    </Section>
  );
}

function RecordingForm({ team, now }: { team: string; now: Level }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [level, setLevel] = useState(now.level);
  const [days, setDays] = useState(now.retentionDays);
  const set = useMutation(
    trpc.usage.setRecording.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries(trpc.usage.recording.queryFilter({ team }));
        notifications.show({ color: 'green', message: 'Saved. It holds from the next call on.' });
      },
    }),
  );
  const fault = refusalMessage(set.error);
  return (
    <Stack gap="sm">
      {fault !== undefined && <Fault message={fault} />}
      <Radio.Group
        aria-label="What is recorded of each call"
        value={level}
        onChange={(value) => setLevel(recordLevels.find((one) => one === value) ?? level)}
      >
        <Stack gap="xs">
          {recordLevels.map((one) => (
            <Radio key={one} value={one} {...words[one]} />
          ))}
        </Stack>
      </Radio.Group>
      {level === 'full' && (
        <NumberInput
          label="Days to keep it"
          maw={160}
          min={1}
          max={3650}
          allowDecimal={false}
          value={days}
          onChange={(value) => setDays(Number(value) || 1)}
        />
      )}
      {level !== now.level && now.level === 'full' && (
        <Text c="dimmed">What is recorded already stays until its own time ends.</Text>
      )}
      <Group>
        <Button
          loading={set.isPending}
          disabled={level === now.level && days === now.retentionDays}
          onClick={() => set.mutate({ team, level, retentionDays: days })}
        >
          Save
        </Button>
      </Group>
    </Stack>
  );
}
