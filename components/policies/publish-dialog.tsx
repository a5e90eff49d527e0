'use client';

import { Button, Group, Modal, Skeleton, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { FileDiff } from '@/components/review/diff-view.tsx';
import { Consequence } from './consequence.tsx';
import type { PoliciesData } from './policies-page.tsx';
import classes from './policies.module.css';

type DialogProps = { teamId: string | null; text: string; inForce: PoliciesData; onClose: () => void };

type PublishProps = DialogProps & { onPublished: () => void };

/** What changes, in words and in numbers, before it is so for everyone. */
export function PublishDialog({ teamId, text, inForce, onPublished, onClose }: PublishProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const consequence = useQuery(trpc.policies.consequence.queryOptions({ teamId, text }, { staleTime: 60_000 }));
  const publish = useMutation(
    trpc.policies.publish.mutationOptions({
      onSuccess: async ({ number }) => {
        notifications.show({ color: 'green', message: `Version ${number} is in force.` });
        onPublished();
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.policies.pathKey() });
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    publish.mutate({ teamId, text, reason, basedOn: inForce.number });
  };
  return (
    <Modal opened onClose={onClose} title="Publish these rules" size="xl">
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text>
            They decide for {teamId === null ? 'everyone in every team' : 'everyone in this team'} from the moment you
            publish. The version in force now can be taken up again.
          </Text>
          {consequence.error && <Fault message={refusalMessage(consequence.error) ?? ''} />}
          {consequence.isPending && <Skeleton height={64} role="img" aria-label="Looking at recent calls" />}
          {consequence.data && <Consequence replay={consequence.data} days={7} />}
          <div className={classes.diff}>
            <FileDiff path="policies.cedar" oldText={inForce.text} newText={text} split={false} />
          </div>
          <Textarea
            label="Why"
            description="In a sentence, for those who read the versions later"
            required
            autosize
            minRows={2}
            maxLength={2_000}
            data-autofocus
            value={reason}
            error={refusalMessage(publish.error)}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={publish.isPending} disabled={reason.trim() === ''}>
              Publish
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Keeps the text as it is, for later or for another admin. */
export function SaveDraftDialog({ teamId, text, inForce, onClose }: DialogProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const save = useMutation(
    trpc.policies.saveDraft.mutationOptions({
      onSuccess: async ({ number }) => {
        notifications.show({ color: 'green', message: `Saved as draft ${number}, under Versions.` });
        onClose();
        await queryClient.invalidateQueries({ queryKey: trpc.policies.versions.queryKey({ teamId }) });
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ teamId, text, reason, basedOn: inForce.number });
  };
  return (
    <Modal opened onClose={onClose} title="Save as draft">
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text>Nothing changes for anyone until you or another admin publish it.</Text>
          <Textarea
            label="What it is for"
            required
            autosize
            minRows={2}
            maxLength={2_000}
            data-autofocus
            value={reason}
            error={refusalMessage(save.error)}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={reason.trim() === ''}>
              Save draft
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
