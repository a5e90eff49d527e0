'use client';

import { Button, Group, Skeleton, Stack, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { Section } from './section.tsx';

/** The hosts with private addresses that git may reach, a line each. */
export function GitHosts() {
  const trpc = useTRPC();
  const hosts = useQuery(trpc.system.gitHosts.queryOptions());
  return (
    <Section
      title="Hosts with private addresses"
      lead="A name or an address a line, with a port where it is not the usual one."
    >
      {hosts.error && <Fault message={refusalMessage(hosts.error) ?? ''} onRetry={() => void hosts.refetch()} />}
      {hosts.isPending && <Skeleton height={120} role="img" aria-label="Loading" />}
      {hosts.data && <HostsForm key={hosts.data.join(' ')} hosts={hosts.data} />}
    </Section>
  );
}

function HostsForm({ hosts }: { hosts: readonly string[] }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [text, setText] = useState(hosts.join('\n'));
  const allow = useMutation(
    trpc.system.allowGitHosts.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.system.gitHosts.queryKey() });
        notifications.show({ color: 'green', message: 'Saved.' });
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    allow.mutate({ hosts: text.split(/[\s,]+/).filter((host) => host !== '') });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={480}>
        <Textarea
          label="Hosts"
          autosize
          minRows={4}
          maxRows={14}
          placeholder="git.example.lan&#10;10.0.0.5:8443"
          value={text}
          error={refusalMessage(allow.error)}
          onChange={(event) => setText(event.currentTarget.value)}
          classNames={{ input: 'ens-mono' }}
          spellCheck={false}
        />
        <Group>
          <Button type="submit" loading={allow.isPending} disabled={text === hosts.join('\n')}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
