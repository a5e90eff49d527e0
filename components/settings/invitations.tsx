'use client';

import { Badge, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { CopyField } from '@/components/ui/copy-field.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { emailField, fieldProblem } from '@/server/core/identity-fields.ts';
import { dayOf } from './day.ts';
import { isRole, roleLabel, roleOptions } from './roles.ts';
import { Row, Rows, RowText, Section } from './section.tsx';

export function Invitations({ teamId, teamName }: { teamId: string; teamName: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const invitations = useQuery(trpc.members.invitations.queryOptions({ teamId }));
  const refresh = () => queryClient.invalidateQueries(trpc.members.invitations.queryFilter({ teamId }));
  const revoke = useMutation(trpc.members.revokeInvitation.mutationOptions({ onSettled: refresh }));
  const fault = refusalMessage(revoke.error);
  return (
    <Section title="Invitations" lead="A link lets one person join. Send it yourself; Ensemble sends no mail.">
      {fault !== undefined && <Fault message={fault} />}
      <Group>
        <Button onClick={() => setInviting(true)}>Invite someone</Button>
      </Group>
      <Rows
        query={invitations}
        empty="No invitation is open."
        render={(invitation) => (
          <Row key={invitation.id}>
            <RowText>
              <Text fw={600}>{invitation.email ?? 'Anyone with the link'}</Text>
              <Text c="dimmed">
                {roleLabel(invitation.role)} · by {invitation.invitedBy} <TimeAgo at={invitation.createdAt} />
              </Text>
            </RowText>
            {invitation.isExpired ? (
              <Badge color="gray" variant="light">
                Has run out
              </Badge>
            ) : (
              <Text c="dimmed">until {dayOf(invitation.expiresAt)}</Text>
            )}
            <Button
              variant="default"
              aria-label={`Withdraw the invitation for ${invitation.email ?? 'anyone with the link'}`}
              loading={revoke.isPending && revoke.variables.invitationId === invitation.id}
              onClick={() => revoke.mutate({ teamId, invitationId: invitation.id })}
            >
              Withdraw
            </Button>
          </Row>
        )}
      />
      <Modal opened={inviting} onClose={() => setInviting(false)} title={`Invite someone to ${teamName}`}>
        {inviting && <InviteForm teamId={teamId} onMade={refresh} onClose={() => setInviting(false)} />}
      </Modal>
    </Section>
  );
}

const days = [
  { value: '1', label: 'A day' },
  { value: '7', label: 'A week' },
  { value: '30', label: '30 days' },
];

function InviteForm({ teamId, onMade, onClose }: { teamId: string; onMade: () => unknown; onClose: () => void }) {
  const trpc = useTRPC();
  const form = useForm({
    initialValues: { role: 'developer', email: '', days: '7' },
    validate: { email: (value) => (value === '' ? undefined : fieldProblem(emailField, value)) },
  });
  const invite = useMutation(trpc.members.invite.mutationOptions({ onSuccess: () => void onMade() }));
  const fault = refusalMessage(invite.error);
  if (invite.data)
    return (
      <Stack>
        <CopyField
          label="Invitation link"
          value={invite.data.url}
          description={`Shown this once. It works for one person, until ${dayOf(invite.data.expiresAt)}.`}
        />
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    );
  const may = roleOptions.find(({ value }) => value === form.values.role)?.may;
  return (
    <form
      onSubmit={form.onSubmit(({ role, email, days: lasts }) => {
        if (!isRole(role)) return;
        invite.mutate({ teamId, role, expiresInDays: Number(lasts), ...(email === '' ? {} : { email }) });
      })}
      noValidate
    >
      <Stack>
        {fault !== undefined && <Fault message={fault} />}
        <Select
          label="Role"
          data-autofocus
          data={roleOptions}
          description={may}
          allowDeselect={false}
          {...form.getInputProps('role')}
        />
        <TextInput
          label="Email (optional)"
          description="With it, only an account with this address can use the link"
          type="email"
          autoComplete="off"
          {...form.getInputProps('email')}
        />
        <Select label="Works for" data={days} allowDeselect={false} {...form.getInputProps('days')} />
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending}>
            Make link
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
