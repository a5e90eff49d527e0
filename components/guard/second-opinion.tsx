'use client';

import { Button, Group, Select, Skeleton, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { opinionModeOf, opinionModes } from '@/server/core/guard/second-opinion.ts';
import type { GuardTeam } from './guard-page.tsx';
import { isOpinionMode, opinionChoices } from './opinion-words.ts';

type Settings = RouterOutputs['guard']['settings'];
type Given = { team: GuardTeam; teamId: string | null; mayManage: boolean };

/** Whether a model looks at what the guard said, and how far it has a say. */
export function SecondOpinionSetting({ team, teamId, mayManage }: Given) {
  const trpc = useTRPC();
  const settings = useQuery(trpc.guard.settings.queryOptions({ teamId }));
  const fault = refusalMessage(settings.error);
  return (
    <Section
      title="Second opinion"
      lead={
        teamId === null
          ? 'How far the teams of this installation may let a model judge what agents do, beside the guard.'
          : 'A model reads what people asked for and the bare command or change, not what the agent says about it. It calls with the rights and the budget of whoever asked. What cannot be read as an answer within 8 seconds changes nothing.'
      }
    >
      {settings.data === undefined && fault !== undefined && (
        <Fault message={fault} onRetry={() => void settings.refetch()} />
      )}
      {settings.data === undefined && fault === undefined && <Skeleton height={132} role="img" aria-label="Loading" />}
      {settings.data !== undefined && (
        <SettingForm team={team} teamId={teamId} mayManage={mayManage} settings={settings.data} />
      )}
    </Section>
  );
}

function SettingForm({ team, teamId, mayManage, settings }: Given & { settings: Settings }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const known = teamId === null ? settings.most : settings.opinion;
  const [opinion, setOpinion] = useState(known);
  const [model, setModel] = useState(settings.model);
  const models = useQuery(trpc.providers.teamModels.queryOptions({ teamId: team.id }, { enabled: teamId !== null }));
  const save = useMutation(
    trpc.guard.setSettings.mutationOptions({
      onSuccess: () => {
        notifications.show({ color: 'green', message: 'Saved. It holds from the next action on.' });
        return queryClient.invalidateQueries(trpc.guard.settings.pathFilter());
      },
    }),
  );
  const asks = teamId !== null && opinion !== 'off';
  const isSame = opinion === known && (!asks || model === settings.model);
  const aliases = (models.data ?? []).map(({ alias }) => alias);
  const limit = opinionModes.indexOf(teamId === null ? 'both' : settings.most);
  return (
    <Stack gap="sm" maw={560}>
      <Select
        label={teamId === null ? 'At most' : 'A model'}
        value={opinion}
        allowDeselect={false}
        disabled={!mayManage}
        data={opinionChoices.map((choice, at) => ({ ...choice, disabled: at > limit }))}
        error={refusalMessage(save.error)}
        onChange={(value) => isOpinionMode(value) && setOpinion(value)}
      />
      {asks && (
        <Select
          label="Which one"
          description="Small and fast ones will do."
          placeholder={models.isPending ? 'Loading' : 'Choose a model'}
          nothingFoundMessage="No model is set up."
          searchable
          disabled={!mayManage}
          data={model !== null && !aliases.includes(model) ? [model, ...aliases] : aliases}
          value={model}
          onChange={setModel}
        />
      )}
      <Text size="sm" c="dimmed">
        {noteOf(settings, teamId)}
      </Text>
      {mayManage && (
        <Group>
          <Button
            variant="default"
            loading={save.isPending}
            disabled={isSame || (asks && model === null)}
            onClick={() => save.mutate({ teamId, opinion, ...(asks && model !== null && { model }) })}
          >
            Save
          </Button>
        </Group>
      )}
    </Stack>
  );
}

const always =
  'It never lets through what is denied, what a rule of the house asks about, what touches secrets or the guard itself, or what needs somebody in particular.';

function noteOf({ opinion, most }: Settings, teamId: string | null): string {
  if (teamId === null || opinionModeOf(opinion, most) === opinion) return always;
  const words =
    most === 'off' ? 'The installation lets no model be asked.' : 'The installation lets it be stricter only.';
  return `${words} ${always}`;
}
