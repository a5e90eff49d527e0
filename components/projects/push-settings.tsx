'use client';

import { Button, Group, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import type { ProjectData } from './project-page.tsx';
import { useUpdateProject } from './use-update-project.ts';

/** Where commits are pushed to, and with what. */
export function PushSettings({ project }: { project: ProjectData }) {
  const update = useUpdateProject();
  const [address, setAddress] = useState(project.upstreamUrl ?? '');
  const [token, setToken] = useState('');
  if (!project.may.update) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    update.mutate(
      {
        projectId: project.id,
        upstreamUrl: address.trim() === '' ? null : address.trim(),
        ...(token === '' ? {} : { credential: { token } }),
      },
      { onSuccess: () => setToken('') },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Title order={2}>Upstream</Title>
        <TextInput
          label="Address"
          description="Commits can be pushed here when a credential is set. Another server needs its token anew"
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
          spellCheck={false}
        />
        <PasswordInput
          label="Access token"
          description={
            project.hasCredential
              ? 'A credential is set. Enter another to replace it.'
              : 'None is set: commits stay on this server.'
          }
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          autoComplete="off"
        />
        <Group>
          <Button type="submit" loading={update.isPending}>
            Save
          </Button>
          {project.hasCredential && (
            <Button variant="default" onClick={() => update.mutate({ projectId: project.id, credential: null })}>
              Remove the credential
            </Button>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          Kept encrypted; never shown again, never given to agents or commands.
        </Text>
      </Stack>
    </form>
  );
}
