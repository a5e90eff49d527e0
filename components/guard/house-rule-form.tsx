'use client';

import { Button, Group, Select, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import type { GuardTeam } from './guard-page.tsx';
import {
  effectChoices,
  isEffect,
  isPatternKind,
  patternChoices,
  patternKinds,
  patternOf,
  type PatternKind,
} from './guard-words.ts';

/** One more thing that people say of actions. */
export function HouseRuleForm(given: { team: GuardTeam; teamId: string | null; onAdded: () => void }) {
  const { team, teamId, onAdded } = given;
  const trpc = useTRPC();
  const projects = useQuery(trpc.projects.list.queryOptions({ team: team.slug }, { enabled: teamId !== null }));
  const [effect, setEffect] = useState<'allow' | 'ask' | 'deny'>('allow');
  const [kind, setKind] = useState<PatternKind>('command');
  const [text, setText] = useState('');
  const [note, setNote] = useState('');
  const [projectId, setProjectId] = useState<string | null>(null);
  const add = useMutation(trpc.guard.addRules.mutationOptions({ onSuccess: onAdded }));
  const pattern = patternOf(kind, text);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (pattern) add.mutate({ teamId, ...(projectId !== null && { projectId }), rules: [{ effect, pattern, note }] });
  };
  const words = patternKinds[kind];
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <SegmentedControl
          aria-label="What is said"
          value={effect}
          onChange={(value) => isEffect(value) && setEffect(value)}
          data={effectChoices}
        />
        <Select
          label="Of what"
          value={kind}
          allowDeselect={false}
          data={patternChoices}
          onChange={(value) => isPatternKind(value) && setKind(value)}
        />
        <TextInput
          label={words.label}
          description={words.hint}
          placeholder={words.example}
          value={text}
          maxLength={500}
          data-autofocus
          spellCheck={false}
          error={refusalMessage(add.error)}
          classNames={{ input: 'ens-mono' }}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {teamId !== null && (
          <Select
            label="Where"
            placeholder="In every project of the team"
            clearable
            data={(projects.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={projectId}
            onChange={setProjectId}
          />
        )}
        <TextInput
          label="Note"
          description="Why, and what to do instead: people and agents read it."
          value={note}
          maxLength={500}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending} disabled={!pattern}>
            Add the rule
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
