'use client';

import { Alert, Button, Checkbox, Code, Group, Modal, Skeleton, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { useSession } from './session-context.tsx';

type Proposal = RouterOutputs['commits']['propose'];

/** The session's changes as one commit: message proposed, contributors named, pushed when a credential is set. */
export function CommitDialog({ onClose }: { onClose: () => void }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const proposal = useQuery(trpc.commits.propose.queryOptions({ sessionId: session.id }, { staleTime: 0, gcTime: 0 }));
  return (
    <Modal opened onClose={onClose} title={`Commit to ${session.branch}`} size="lg">
      {proposal.isPending && <Skeleton height={160} />}
      {proposal.error && <Text>{proposal.error.message}</Text>}
      {proposal.data && <CommitForm proposal={proposal.data} onClose={onClose} />}
    </Modal>
  );
}

function CommitForm({ proposal, onClose }: { proposal: Proposal; onClose: () => void }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const [message, setMessage] = useState(proposal.message);
  const [push, setPush] = useState(proposal.canPush);
  const merge = useMutation(trpc.commits.merge.mutationOptions({ onSuccess: onClose }));
  const commit = useMutation(
    trpc.commits.create.mutationOptions({
      onSuccess: (made) => {
        const pushed = made.push.state === 'pushed' ? ' and pushed' : '';
        notifications.show({
          color: 'green',
          title: `Committed ${made.commit.slice(0, 8)}${pushed}`,
          message: message.split('\n', 1)[0],
        });
        if (made.push.state === 'refused')
          notifications.show({
            color: 'yellow',
            title: 'Committed here, not pushed',
            message: made.push.reason,
            autoClose: false,
          });
        onClose();
      },
    }),
  );
  const branchMoved = commit.error?.data?.appCode === 'conflict';
  return (
    <Stack>
      <Textarea
        data-autofocus
        label="Message"
        autosize
        minRows={4}
        maxRows={12}
        value={message}
        onChange={(event) => setMessage(event.currentTarget.value)}
        classNames={{ input: 'ens-mono' }}
      />
      <div>
        <Text size="sm" fw={500}>
          {proposal.paths.length} {proposal.paths.length === 1 ? 'file' : 'files'}
        </Text>
        <Text size="xs" c="dimmed" lineClamp={3} className="ens-mono">
          {proposal.paths.join('  ')}
        </Text>
      </div>
      {proposal.trailers.length > 0 && (
        <div>
          <Text size="sm" fw={500}>
            Added at the end, so that everyone who took part is named
          </Text>
          <Code block>{proposal.trailers.join('\n')}</Code>
        </div>
      )}
      {proposal.canPush && (
        <Checkbox
          label="Push to the upstream"
          checked={push}
          onChange={(event) => setPush(event.currentTarget.checked)}
        />
      )}
      {commit.error && (
        <Alert color="red" title="Not committed">
          <Stack gap="sm">
            {commit.error.message}
            {branchMoved && (
              <Button
                variant="default"
                w="fit-content"
                loading={merge.isPending}
                onClick={() => merge.mutate({ sessionId: session.id })}
              >
                Fetch and merge into this session
              </Button>
            )}
            {merge.error?.message}
          </Stack>
        </Alert>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          loading={commit.isPending}
          disabled={message.trim() === ''}
          onClick={() => commit.mutate({ sessionId: session.id, message, push })}
        >
          Commit
        </Button>
      </Group>
    </Stack>
  );
}
