'use client';

import { ActionIcon, Badge, Menu, Select, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Face } from '@/components/people/face.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { isRole, roleLabel, roleOptions } from './roles.ts';
import { Row, Rows, RowText, Section } from './section.tsx';

type Member = RouterOutputs['members']['list'][number];
type Props = { teamId: string; teamName: string; myId: string; isAdmin: boolean };

export function Members({ teamId, teamName, myId, isAdmin }: Props) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const members = useQuery(trpc.members.list.queryOptions({ teamId }));
  const refresh = () => queryClient.invalidateQueries(trpc.members.list.queryFilter({ teamId }));
  const changeRole = useMutation(trpc.members.changeRole.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(
    trpc.members.remove.mutationOptions({
      onSuccess: (_answer, { personId }) => (personId === myId ? window.location.assign('/') : undefined),
      onSettled: refresh,
    }),
  );
  const fault = refusalMessage(changeRole.error ?? remove.error);

  function confirmRemoval(member: Member): void {
    const leaves = member.personId === myId;
    modals.openConfirmModal({
      title: leaves ? `Leave ${teamName}` : `Remove ${member.name}`,
      children: (
        <Text>
          {leaves
            ? `You lose access to every project and session of ${teamName} at once. An admin can invite you again.`
            : `${member.name} loses access to every project and session of ${teamName} at once. What they wrote stays.`}
        </Text>
      ),
      labels: { confirm: leaves ? 'Leave team' : 'Remove from team', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ teamId, personId: member.personId }),
    });
  }

  return (
    <Section title="Members">
      {fault !== undefined && <Fault message={fault} />}
      <Rows
        query={members}
        empty="Nobody is in this team."
        render={(member) => (
          <Row key={member.personId}>
            <Face kind="person" id={member.personId} name={member.name} tooltip={false} />
            <RowText>
              <Text fw={600} span>
                {member.name}{' '}
                {member.personId === myId && (
                  <Text span c="dimmed" fw={400}>
                    (you)
                  </Text>
                )}
              </Text>
              <Text c="dimmed">{member.email}</Text>
            </RowText>
            {member.isDisabled && (
              <Badge color="gray" variant="light">
                Disabled
              </Badge>
            )}
            {isAdmin ? (
              <Select
                aria-label={`Role of ${member.name}`}
                w={120}
                data={roleOptions}
                allowDeselect={false}
                value={member.role}
                disabled={changeRole.isPending && changeRole.variables.personId === member.personId}
                onChange={(role) => isRole(role) && changeRole.mutate({ teamId, personId: member.personId, role })}
              />
            ) : (
              <Text>{roleLabel(member.role)}</Text>
            )}
            {(isAdmin || member.personId === myId) && (
              <MemberMenu name={member.name} isMe={member.personId === myId} onRemove={() => confirmRemoval(member)} />
            )}
          </Row>
        )}
      />
      {isAdmin && (
        <Text c="dimmed" size="xs">
          {roleOptions.map(({ label, may }) => `${label} ${may}`).join('; ')}.
        </Text>
      )}
    </Section>
  );
}

function MemberMenu({ name, isMe, onRemove }: { name: string; isMe: boolean; onRemove: () => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={`More for ${name}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" onClick={onRemove}>
          {isMe ? 'Leave team' : 'Remove from team'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
