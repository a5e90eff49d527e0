'use client';

import { Button, Checkbox, Divider, Group, Modal, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { CopyField } from '@/components/ui/copy-field.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import type { GuestLevel } from '@/server/core/permissions.ts';
import { isLevel, levelOptions, mayWords } from './guest-words.ts';
import { useSession } from './session-context.tsx';
import classes from './share-dialog.module.css';
import { WhoHasAccess } from './who-has-access.tsx';

/** Lets people in by a link, and says who has access. */
export function ShareDialog({ onClose }: { onClose: () => void }) {
  const { session } = useSession();
  const isOpen = session.canShare && !session.isArchived;
  return (
    <Modal opened onClose={onClose} title={`Share “${session.title}”`} size="lg">
      <Stack gap="lg">
        {isOpen && <MakeLink />}
        {isOpen && <Divider />}
        <WhoHasAccess />
      </Stack>
    </Modal>
  );
}

const times = [
  { value: '1', label: 'An hour' },
  { value: '8', label: '8 hours' },
  { value: '24', label: 'A day' },
  { value: '168', label: 'A week' },
  { value: '720', label: '30 days' },
];

const untilFormat = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

function MakeLink() {
  const { session } = useSession();
  const trpc = useTRPC();
  const [level, setLevel] = useState<GuestLevel>('view');
  const [hours, setHours] = useState('24');
  const [asksFirst, setAsksFirst] = useState(true);
  const [people, setPeople] = useState<string | number>('');
  const make = useMutation(trpc.sharing.createLink.mutationOptions());
  const fault = refusalMessage(make.error);
  if (make.data)
    return (
      <Stack gap="sm">
        <CopyField
          label="Link for guests"
          value={make.data.url}
          description={`Shown this once. It works until ${untilFormat.format(make.data.expiresAt)}.`}
        />
        <Group>
          <Button variant="default" onClick={() => make.reset()}>
            Make another link
          </Button>
        </Group>
      </Stack>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const maxUses = Number(people);
        make.mutate({
          sessionId: session.id,
          level,
          expiresInHours: Number(hours),
          asksFirst,
          ...(maxUses > 0 && { maxUses }),
        });
      }}
    >
      <Stack gap="sm">
        <Text>A guest needs no account. They see this session and nothing else of the team.</Text>
        {fault !== undefined && <Fault message={fault} />}
        <div className={classes.fields}>
          <Select
            label="Guests may"
            data={levelOptions}
            value={level}
            allowDeselect={false}
            onChange={(value) => isLevel(value) && setLevel(value)}
          />
          <Select
            label="Works for"
            data={times}
            value={hours}
            allowDeselect={false}
            onChange={(value) => value !== null && setHours(value)}
          />
          <NumberInput
            label="People (optional)"
            placeholder="Any number"
            min={1}
            max={1_000}
            allowDecimal={false}
            value={people}
            onChange={setPeople}
          />
        </div>
        <Checkbox
          label="Ask before someone joins"
          description={
            asksFirst
              ? 'Someone in the session lets each person in.'
              : 'Whoever has the link comes in at once, also when it is passed on.'
          }
          checked={asksFirst}
          onChange={(event) => setAsksFirst(event.currentTarget.checked)}
        />
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            {mayWords[level]}. No guest prompts agents, decides suggestions, commits or runs commands.
          </Text>
          <Button type="submit" loading={make.isPending}>
            Make link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
