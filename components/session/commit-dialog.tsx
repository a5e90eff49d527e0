'use client';

import { Alert, Button, Group, Modal, Skeleton, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { useSession } from './session-context.tsx';
import { sayNotPushed, useUpstream } from './use-upstream.tsx';

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
  const { fetchAndMerge } = useUpstream();
  const commit = useMutation(
    trpc.commits.create.mutationOptions({
      onSuccess: (made) => {
        const pushed = made.pushState === 'pushed' ? ' and pushed' : '';
        notifications.show({
          color: 'green',
          title: `Committed ${made.commit.slice(0, 8)}${pushed}`,
          message: made.message.split('\n', 1)[0],
        });
        if (made.pushState === 'refused')
          sayNotPushed(
            'Committed here, not pushed',
            made.pushError ?? 'The other server refused the push.',
            fetchAndMerge,
          );
        onClose();
      },
    }),
  );
  const names = [...proposal.people.map((person) => person.name), ...proposal.runs.map((run) => run.agent)];
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
          {proposal.files.length} {proposal.files.length === 1 ? 'file' : 'files'}
        </Text>
        <Text size="xs" c="dimmed" lineClamp={3} className="ens-mono">
          {proposal.files.map((file) => file.path).join('  ')}
        </Text>
      </div>
      {names.length > 0 && (
        <Text>Took part: {[...new Set(names)].join(', ')}. They are named at the end of the message.</Text>
      )}
      {proposal.willPush && <Text>It is pushed to the upstream as well.</Text>}
      {proposal.branchMoved && (
        <Text>Others committed to {session.branch} meanwhile; their changes are merged in.</Text>
      )}
      {commit.error && (
        <Refused
          message={commit.error.message}
          isConflict={commit.error.data?.appCode === 'conflict'}
          onClose={onClose}
        />
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          loading={commit.isPending}
          disabled={message.trim() === ''}
          onClick={() => commit.mutate({ sessionId: session.id, message })}
        >
          Commit
        </Button>
      </Group>
    </Stack>
  );
}

/** Not committed: the reason, and where others changed the same lines the way on. */
function Refused({ message, isConflict, onClose }: { message: string; isConflict: boolean; onClose: () => void }) {
  const { session, workbench } = useSession();
  const trpc = useTRPC();
  const merge = useMutation(
    trpc.commits.merge.mutationOptions({
      onSuccess: ({ conflicts }) => {
        workbench.set({ side: 'changes', phone: 'changes' });
        const left =
          conflicts.length === 0
            ? 'Look at the changes and commit.'
            : `Choose between both versions in ${conflicts.join(', ')}, then commit.`;
        notifications.show({ title: 'Merged into this session', message: left, autoClose: 12_000 });
        onClose();
      },
    }),
  );
  return (
    <Alert color="red" title="Not committed">
      <Stack gap="sm">
        {message}
        {isConflict && (
          <Button
            variant="default"
            w="fit-content"
            loading={merge.isPending}
            onClick={() => merge.mutate({ sessionId: session.id })}
          >
            Merge what others committed
          </Button>
        )}
        {merge.error?.message}
      </Stack>
    </Alert>
  );
}
