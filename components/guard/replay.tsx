'use client';

import { Badge, Button, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import sections from '@/components/settings/section.module.css';
import { Row, RowText, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { ActionText } from './action-text.tsx';
import type { GuardTeam } from './guard-page.tsx';
import {
  effectChoices,
  effectWords,
  isEffect,
  isPatternKind,
  patternChoices,
  patternKinds,
  patternOf,
  type PatternKind,
} from './guard-words.ts';
import classes from './guard.module.css';

/** A rule that does not hold yet, put to what agents did in the last days. */
export function Replay({ team }: { team: GuardTeam }) {
  const trpc = useTRPC();
  const [effect, setEffect] = useState<'allow' | 'ask' | 'deny'>('allow');
  const [kind, setKind] = useState<PatternKind>('command');
  const [text, setText] = useState('');
  const [days, setDays] = useState(14);
  const replay = useMutation(trpc.guard.replay.mutationOptions());
  const pattern = patternOf(kind, text);
  const { label, example } = patternKinds[kind];
  return (
    <Section title="Replay" lead="What a rule would have changed in what agents did, before you add it.">
      <Stack gap="sm">
        <div className={classes.filters}>
          <Select
            label="Say"
            w={110}
            value={effect}
            allowDeselect={false}
            data={effectChoices}
            onChange={(value) => isEffect(value) && setEffect(value)}
          />
          <Select
            label="Of what"
            w={240}
            value={kind}
            allowDeselect={false}
            data={patternChoices}
            onChange={(value) => isPatternKind(value) && setKind(value)}
          />
          <TextInput
            label={label}
            placeholder={example}
            value={text}
            spellCheck={false}
            classNames={{ input: 'ens-mono' }}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <NumberInput
            label="Over the last"
            suffix=" days"
            w={140}
            min={1}
            max={90}
            value={days}
            onChange={(value) => setDays(Number(value) || 14)}
          />
          <Button
            disabled={!pattern}
            loading={replay.isPending}
            onClick={() => pattern && replay.mutate({ teamId: team.id, days, add: [{ effect, pattern }] })}
          >
            Replay
          </Button>
        </div>
        {replay.error && <Text c="var(--mantine-color-error)">{refusalMessage(replay.error)}</Text>}
        {replay.data && <Changes outcome={replay.data} />}
      </Stack>
    </Section>
  );
}

function Changes({ outcome: { looked, changed } }: { outcome: RouterOutputs['guard']['replay'] }) {
  return (
    <Stack gap="xs" aria-live="polite">
      <Text>
        {changed.length === 0
          ? 'Nothing would have been said otherwise'
          : `${changed.length} would have been said otherwise`}{' '}
        of {looked === 1 ? '1 action' : `${looked} actions`}.
      </Text>
      <ul className={sections.rows} aria-label="What would change">
        {changed.slice(0, 200).map(({ decisionId, action, before, after, agent }) => (
          <Row key={decisionId}>
            <RowText>
              <Group gap="xs">
                <Badge variant="light" color={effectWords[before].color}>
                  {effectWords[before].done}
                </Badge>
                <Text size="sm">now</Text>
                <Badge variant="light" color={effectWords[after].color}>
                  {effectWords[after].done}
                </Badge>
                <Text size="sm" c="dimmed">
                  then, {agent}
                </Text>
              </Group>
              <ActionText action={action} />
            </RowText>
          </Row>
        ))}
      </ul>
    </Stack>
  );
}
