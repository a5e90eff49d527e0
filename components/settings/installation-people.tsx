'use client';

import { ActionIcon, Badge, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { CopyField } from '@/components/ui/copy-field.tsx';
import { Face } from '@/components/people/face.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { Row, Rows, RowText, Section } from './section.tsx';

type Person = RouterOutputs['members']['everyone'][number];

/** For installation admins: everyone, whichever team they are in. */
export function InstallationPeople({ myId }: { myId: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const people = useQuery(trpc.members.everyone.queryOptions());
  const refresh = () => queryClient.invalidateQueries(trpc.members.pathFilter());
  const setDisabled = useMutation(trpc.members.setDisabled.mutationOptions({ onSettled: refresh }));
  const setAdmin = useMutation(trpc.members.setInstallationAdmin.mutationOptions({ onSettled: refresh }));
  const resetLink = useMutation(trpc.members.resetLink.mutationOptions());
  const fault = refusalMessage(setDisabled.error ?? setAdmin.error ?? resetLink.error);

  function confirm(title: string, consequence: string, act: () => void): void {
    modals.openConfirmModal({
      title,
      children: <Text>{consequence}</Text>,
      labels: { confirm: title, cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: act,
    });
  }

  const actions = (person: Person): PersonActions => ({
    resetPassword: () => resetLink.mutate({ personId: person.personId }),
    toggleAdmin: () =>
      person.isInstallationAdmin
        ? confirm(
            'Take the installation’s admin right',
            `${person.name} can no longer manage people, teams and sign-in of this installation. Their teams stay as they are.`,
            () => setAdmin.mutate({ personId: person.personId, isInstallationAdmin: false }),
          )
        : confirm(
            'Make an installation admin',
            `${person.name} can then manage every person and team of this installation, its agents and its sign-in.`,
            () => setAdmin.mutate({ personId: person.personId, isInstallationAdmin: true }),
          ),
    toggleDisabled: () =>
      person.isDisabled
        ? setDisabled.mutate({ personId: person.personId, disabled: false })
        : confirm(
            `Disable ${person.name}`,
            'They are signed out everywhere at once, their tokens stop working, and links they made end. What they wrote and their places in teams stay.',
            () => setDisabled.mutate({ personId: person.personId, disabled: true }),
          ),
  });

  return (
    <Section
      title="Everyone on this installation"
      lead="Only installation admins see this. It affects people in all teams."
    >
      {fault !== undefined && <Fault message={fault} />}
      <Rows
        query={people}
        empty="Nobody is here."
        render={(person) => (
          <PersonRow key={person.personId} person={person} isMe={person.personId === myId} actions={actions(person)} />
        )}
      />
      <Modal opened={resetLink.data !== undefined} onClose={resetLink.reset} title="Link to set a new password">
        {resetLink.data && (
          <Stack>
            <CopyField
              label="Reset link"
              value={resetLink.data.url}
              description="Shown this once. Give it to the person; it works once, for a day, and signs them out everywhere."
            />
            <Group justify="flex-end">
              <Button onClick={resetLink.reset}>Done</Button>
            </Group>
          </Stack>
        )}
      </Modal>
    </Section>
  );
}

type PersonActions = { resetPassword: () => void; toggleAdmin: () => void; toggleDisabled: () => void };

function PersonRow({ person, isMe, actions }: { person: Person; isMe: boolean; actions: PersonActions }) {
  return (
    <Row>
      <Face kind="person" id={person.personId} name={person.name} tooltip={false} />
      <RowText>
        <Text fw={600} span>
          {person.name}{' '}
          {isMe && (
            <Text span c="dimmed" fw={400}>
              (you)
            </Text>
          )}
        </Text>
        <Text c="dimmed">
          {person.email} ·{' '}
          {person.lastSeenAt ? (
            <>
              seen <TimeAgo at={person.lastSeenAt} />
            </>
          ) : (
            'never signed in'
          )}
        </Text>
      </RowText>
      {person.isInstallationAdmin && <Badge variant="light">Installation admin</Badge>}
      {person.isDisabled && (
        <Badge color="gray" variant="light">
          Disabled
        </Badge>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`More for ${person.name}`}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!person.isDisabled && <Menu.Item onClick={actions.resetPassword}>Make a reset link</Menu.Item>}
          {!person.isDisabled && (
            <Menu.Item onClick={actions.toggleAdmin}>
              {person.isInstallationAdmin ? 'Take the admin right' : 'Make an installation admin'}
            </Menu.Item>
          )}
          <Menu.Item {...(person.isDisabled ? {} : { color: 'red' })} onClick={actions.toggleDisabled}>
            {person.isDisabled ? 'Enable' : 'Disable'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Row>
  );
}
