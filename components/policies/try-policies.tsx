'use client';

import { Button, Group, NumberInput, Select, Stack, TagsInput, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { refusalMessage, type Refusal } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Row, RowText } from '@/components/settings/section.tsx';
import sectionClasses from '@/components/settings/section.module.css';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { policyActions } from '@/server/core/policy-question.ts';
import { ActFields, type TriedAct } from './act-fields.tsx';
import type { PolicyTeam } from './policies-page.tsx';
import classes from './policies.module.css';
import { Effect } from './rule-list.tsx';
import { tryLabels } from './rule-words.ts';
import type { PolicyChoices } from './use-choices.ts';

type TryPoliciesProps = {
  team: PolicyTeam;
  choices: PolicyChoices;
  myId: string;
  /** Others may be asked for, too. */
  isForEveryone?: boolean;
  /** Decide by this text in place of the one in force. */
  draft?: { isInstallation: boolean; text: string } | undefined;
};

type Tried = RouterOutputs['policies']['try'];

/** A question nobody asked yet, and what the rules say to it. */
export function TryPolicies({ team, choices, myId, isForEveryone = false, draft }: TryPoliciesProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [personId, setPersonId] = useState(myId);
  const [projectId, setProjectId] = useState<string | null>(null);
  const [action, setAction] = useState<(typeof policyActions)[number]>('useModel');
  const [alias, setAlias] = useState<string | null>(null);
  const [path, setPath] = useState('');
  const [agent, setAgent] = useState<string | null>(null);
  const [found, setFound] = useState<string[]>([]);
  const [act, setAct] = useState<TriedAct>({ kind: 'command', mode: 'auto', families: [] });
  const [hour, setHour] = useState<number | string>('');
  const isPath = action === 'usePath' || action === 'applyWithoutReview';
  const isAct = action === 'act' || action === 'actUnasked';
  const isModel = !isPath && !isAct && action !== 'runUnattended';
  const isSend = isModel && action !== 'useModel';
  const model = alias ?? choices.aliases[0] ?? null;
  const question = {
    teamId: team.id,
    personId,
    action,
    dataClasses: found,
    ...(projectId !== null && { projectId }),
    ...(isModel && model !== null && { alias: model }),
    ...(isPath && { path }),
    ...(isAct && { act }),
    ...(isSend && { dataClass: found[0] ?? 'secret' }),
    ...(agent !== null && { agent }),
    ...(typeof hour === 'number' && { hour }),
    ...(draft && { draft }),
  };
  const ask = useMutation<Tried, Refusal>({
    mutationFn: () => queryClient.fetchQuery(trpc.policies.try.queryOptions(question, { staleTime: 0 })),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Stack gap={0}>
          <Title order={2}>{isForEveryone ? 'What would these rules say?' : 'What may I do?'}</Title>
          <Text c="dimmed">
            Nothing is done or recorded.
            {draft ? ' The text you are writing decides, beside the other rules in force.' : ''}
          </Text>
        </Stack>
        <Group align="flex-end" gap="sm">
          {isForEveryone && (
            <Select
              label="Who"
              className={classes.conditionField}
              searchable
              allowDeselect={false}
              value={personId}
              data={choices.people}
              onChange={(value) => setPersonId(value ?? personId)}
            />
          )}
          <Select
            label="May"
            className={classes.conditionField}
            allowDeselect={false}
            value={action}
            data={policyActions.map((value) => ({ value, label: tryLabels[value] }))}
            onChange={(value) => setAction(policyActions.find((each) => each === value) ?? action)}
          />
          {isModel && (
            <Select
              label="Model"
              className={classes.conditionField}
              searchable
              allowDeselect={false}
              nothingFoundMessage="No model is set up yet"
              value={model}
              data={choices.aliases}
              onChange={setAlias}
            />
          )}
          {isPath && (
            <TextInput
              label="Path"
              className={classes.conditionField}
              classNames={{ input: 'ens-mono' }}
              placeholder="src/auth/login.ts"
              value={path}
              onChange={(event) => setPath(event.currentTarget.value)}
            />
          )}
          {isAct && <ActFields act={act} onChange={setAct} />}
        </Group>
        <Group align="flex-end" gap="sm">
          <Select
            label="On"
            className={classes.conditionField}
            searchable
            clearable
            placeholder="No project"
            value={projectId}
            data={choices.projects}
            onChange={setProjectId}
          />
          <Select
            label="By"
            className={classes.conditionField}
            clearable
            placeholder="Themselves"
            value={agent}
            data={choices.agents}
            onChange={setAgent}
          />
          {isModel && (
            <TagsInput
              label="With these found"
              className={classes.conditionField}
              value={found}
              data={choices.dataClasses}
              onChange={setFound}
            />
          )}
          <NumberInput
            label="At"
            w={90}
            suffix=":00"
            placeholder="now"
            min={0}
            max={23}
            allowDecimal={false}
            value={hour}
            onChange={setHour}
          />
          <Button
            type="submit"
            loading={ask.isPending}
            disabled={(isPath && path === '') || (isModel && model === null)}
          >
            Ask
          </Button>
        </Group>
        {ask.error && <Fault message={refusalMessage(ask.error) ?? ''} />}
        {ask.data && <Answers answers={ask.data} />}
      </Stack>
    </form>
  );
}

function Answers({ answers }: { answers: Tried }) {
  return (
    <ul className={sectionClasses.rows} aria-label="Answer" aria-live="polite">
      {answers.map((answer, index) => (
        <Row key={answer.provider ?? index}>
          <Effect effect={answer.effect} />
          <RowText>
            {answer.provider !== undefined && (
              <Text c="dimmed" size="sm">
                At {answer.provider} ({answer.place})
              </Text>
            )}
            {answer.rules.length === 0 && <Text>No rule speaks against it.</Text>}
            {answer.rules.map((rule) => (
              <div key={rule.id}>
                <Text fw={600}>{rule.title}</Text>
                {rule.advice !== undefined && <Text>{rule.advice}</Text>}
                <code className={classes.id}>{rule.id}</code>
              </div>
            ))}
          </RowText>
        </Row>
      ))}
    </ul>
  );
}
