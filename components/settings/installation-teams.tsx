'use client';

import { Badge, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { refusalMessage, refusedField } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { emailField, fieldProblem, teamNameField } from '@/server/core/identity-fields.ts';
import { Row, Rows, RowText, Section } from './section.tsx';

type Team = RouterOutputs['members']['teams'][number];
type Dialog = { kind: 'new' } | { kind: 'appoint'; team: Team };

/** For installation admins: which teams there are, nothing of what is in them. */
export function InstallationTeams() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [dialog, setDialog] = useState<Dialog>();
  const teams = useQuery(trpc.members.teams.queryOptions());
  const close = () => setDialog(undefined);
  const refresh = () => void queryClient.invalidateQueries(trpc.members.teams.queryFilter());
  return (
    <Section
      title="Teams"
      lead="You make teams; what is in a team is for its members only, you too see it only as one of them."
    >
      <Group>
        <Button onClick={() => setDialog({ kind: 'new' })}>Make a team</Button>
      </Group>
      <Rows
        query={teams}
        empty="There is no team."
        render={(team) => (
          <Row key={team.id}>
            <RowText>
              <Text fw={600}>{team.name}</Text>
              <Text c="dimmed">
                /{team.slug} · {team.members} {team.members === 1 ? 'person' : 'people'}
              </Text>
            </RowText>
            {team.admins === 0 && (
              <>
                <Badge color="yellow" variant="light">
                  Nobody can administer it
                </Badge>
                <Button variant="default" onClick={() => setDialog({ kind: 'appoint', team })}>
                  Appoint an admin
                </Button>
              </>
            )}
          </Row>
        )}
      />
      <Modal
        opened={dialog !== undefined}
        onClose={close}
        title={dialog?.kind === 'appoint' ? `Appoint an admin of ${dialog.team.name}` : 'Make a team'}
      >
        {dialog?.kind === 'new' && <NewTeam onMade={refresh} onClose={close} />}
        {dialog?.kind === 'appoint' && <Appoint team={dialog.team} onDone={refresh} onClose={close} />}
      </Modal>
    </Section>
  );
}

function NewTeam({ onMade, onClose }: { onMade: () => void; onClose: () => void }) {
  const trpc = useTRPC();
  const router = useRouter();
  const form = useForm({
    initialValues: { name: '' },
    validate: { name: (value) => fieldProblem(teamNameField, value) },
  });
  const create = useMutation(
    trpc.members.createTeam.mutationOptions({
      onSuccess: () => {
        onMade();
        onClose();
        router.refresh();
      },
    }),
  );
  const fault = refusalMessage(create.error);
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack>
        {fault !== undefined && <Fault message={fault} />}
        <TextInput label="Name" description="You become its admin" data-autofocus {...form.getInputProps('name')} />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            Make team
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Appoint({ team, onDone, onClose }: { team: Team; onDone: () => void; onClose: () => void }) {
  const trpc = useTRPC();
  const form = useForm({
    initialValues: { email: '' },
    validate: { email: (value) => fieldProblem(emailField, value) },
  });
  const appoint = useMutation(
    trpc.members.appointAdmin.mutationOptions({
      onSuccess: () => {
        onDone();
        onClose();
      },
      onError: (error) => form.setFieldError(refusedField(error) ?? '', refusalMessage(error)),
    }),
  );
  const fault = appoint.error && !refusedField(appoint.error) ? refusalMessage(appoint.error) : undefined;
  return (
    <form onSubmit={form.onSubmit(({ email }) => appoint.mutate({ teamId: team.id, email }))} noValidate>
      <Stack>
        {fault !== undefined && <Fault message={fault} />}
        <TextInput
          label="Email of the new admin"
          description="Someone with an account; they join the team if they are not in it"
          type="email"
          data-autofocus
          {...form.getInputProps('email')}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={appoint.isPending}>
            Appoint
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
