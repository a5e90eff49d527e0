'use client';

import { SimpleGrid, Text, Title, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconFileZip, IconFlask, IconGitBranch } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTRPC } from '@/components/trpc.tsx';
import { Page } from '@/components/ui/page.tsx';
import classes from './projects.module.css';

/** Three real choices, nothing else. */
export function FirstVisit({ team, canCreate }: { team: string; canCreate: boolean }) {
  const trpc = useTRPC();
  const router = useRouter();
  const open = (path: string) => router.push(`/${team}/projects/${path}` as never);
  const sample = useMutation(
    trpc.projects.create.mutationOptions({
      onSuccess: ({ id }) => open(id),
      onError: (error) =>
        notifications.show({ color: 'red', title: 'The sample was not made', message: error.message }),
    }),
  );
  if (!canCreate) {
    return (
      <Page title="Home">
        <Text>There is no project in this team yet. A developer, lead or admin of the team can add one.</Text>
      </Page>
    );
  }
  const choices = [
    {
      title: 'Open a git repository',
      text: 'From an https or ssh address, with its history and branches.',
      icon: IconGitBranch,
      run: () => open('new?from=git'),
    },
    {
      title: 'Upload one',
      text: 'A .zip or .tar.gz of a folder becomes a repository.',
      icon: IconFileZip,
      run: () => open('new?from=archive'),
    },
    {
      title: 'Open the sample',
      text: 'A small TypeScript project with a failing test, to try everything at once.',
      icon: IconFlask,
      run: () => sample.mutate({ team, name: 'ledger', source: { type: 'sample' } }),
    },
  ];
  return (
    <Page
      title="Begin with a repository"
      lead="A project is a git repository that your team and its agents work on together."
    >
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        {choices.map(({ title, text, icon: Icon, run }) => (
          <UnstyledButton key={title} className={classes.choice} onClick={run} disabled={sample.isPending}>
            <Icon size={24} stroke={1.5} aria-hidden />
            <Title order={2}>{title}</Title>
            <Text c="dimmed">{text}</Text>
          </UnstyledButton>
        ))}
      </SimpleGrid>
    </Page>
  );
}
