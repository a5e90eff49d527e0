'use client';

import { Button, Checkbox, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, skipToken, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { moneyText, type BudgetPeriod, type BudgetScope } from '@/server/core/budget.ts';
import { readMoney, writeMoney, type BudgetItem } from './budget-words.ts';

export type Choice = { value: string; label: string };
type About = { scope: BudgetScope; subject?: string };

/** Whom a new budget can be about: the value is a scope, or a scope and an id. */
export function aboutChoices(given: { people: Choice[]; projects: Choice[]; isInstallation: boolean }) {
  const one = (scope: BudgetScope) => (choice: Choice) => ({ ...choice, value: `${scope}:${choice.value}` });
  if (given.isInstallation)
    return [
      { value: 'installation', label: 'The whole installation' },
      { value: 'team', label: 'Each team' },
      { value: 'person', label: 'Each person, in all teams' },
    ];
  return [
    {
      group: 'All',
      items: [
        { value: 'team', label: 'The whole team' },
        { value: 'person', label: 'Each person' },
        { value: 'project', label: 'Each project' },
        { value: 'run', label: 'Each run' },
      ],
    },
    { group: 'One person', items: given.people.map(one('person')) },
    { group: 'One project', items: given.projects.map(one('project')) },
  ];
}

const scopes: Record<string, BudgetScope> = {
  installation: 'installation',
  team: 'team',
  person: 'person',
  project: 'project',
  run: 'run',
};

function readAbout(value: string): About {
  const [word = '', subject] = value.split(':');
  return { scope: scopes[word] ?? 'team', ...(subject !== undefined && { subject }) };
}

type FormProps = {
  /** Slug; null: for the installation. */
  team: string | null;
  choices: ReturnType<typeof aboutChoices>;
  /** The one to be changed; without it, a new one. */
  budget?: BudgetItem;
  onDone: () => void;
};

/** Sets or changes a limit, and says before what it would mean. */
export function BudgetForm({ team, choices, budget, onDone }: FormProps) {
  const trpc = useTRPC();
  const [about, setAbout] = useState(team === null ? 'installation' : 'team');
  const [period, setPeriod] = useState<BudgetPeriod>(budget?.period ?? 'month');
  const [amount, setAmount] = useState(budget ? writeMoney(budget.limitMicroUsd) : '');
  const [isHard, setIsHard] = useState(budget?.isHard ?? true);
  const [refusesUnpriced, setRefusesUnpriced] = useState(budget?.refusesUnpriced ?? false);
  const create = useMutation(trpc.budgets.create.mutationOptions({ onSuccess: onDone }));
  const change = useMutation(trpc.budgets.change.mutationOptions({ onSuccess: onDone }));
  const limitMicroUsd = readMoney(amount);
  const wanted = budget
    ? { scope: budget.scope, ...(budget.subjectId !== null && { subject: budget.subjectId }) }
    : readAbout(about);
  const isRun = wanted.scope === 'run';
  const effective: BudgetPeriod = isRun ? 'total' : period;
  const fault = refusalMessage(create.error ?? change.error);

  const save = () => {
    if (limitMicroUsd === undefined) return;
    if (budget) change.mutate({ budgetId: budget.id, limitMicroUsd, isHard, refusesUnpriced });
    else create.mutate({ team, ...wanted, period: effective, limitMicroUsd, isHard, refusesUnpriced });
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      noValidate
    >
      <Stack>
        {fault !== undefined && <Fault message={fault} />}
        {!budget && (
          <Select
            label="Whom it is about"
            data={choices}
            value={about}
            onChange={(value) => value !== null && setAbout(value)}
            allowDeselect={false}
            searchable={team !== null}
            maxDropdownHeight={280}
          />
        )}
        {!budget && !isRun && (
          <SegmentedControl
            aria-label="In which time"
            value={period}
            onChange={(value) => setPeriod(value === 'total' ? 'total' : 'month')}
            data={[
              { value: 'month', label: 'A month' },
              { value: 'total', label: 'In total' },
            ]}
          />
        )}
        <TextInput
          label="Limit in US dollars"
          data-autofocus
          inputMode="decimal"
          placeholder="50"
          leftSection="$"
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
          error={amount !== '' && limitMicroUsd === undefined ? 'An amount like 50 or 12.50' : undefined}
        />
        <Checkbox
          label="Refuse calls that would exceed it"
          description="Without this, people and admins are told, and calls go on"
          checked={isHard}
          onChange={(event) => setIsHard(event.currentTarget.checked)}
        />
        <Checkbox
          label="Refuse models without a price"
          description="What they cost is not known, so no limit can hold for them"
          checked={refusesUnpriced}
          onChange={(event) => setRefusesUnpriced(event.currentTarget.checked)}
        />
        {limitMicroUsd !== undefined && (
          <Consequence
            asked={{ team, ...wanted, period: effective, limitMicroUsd }}
            isHard={isHard}
            isOfEach={wanted.scope !== 'installation' && wanted.scope !== 'team' && !('subject' in wanted)}
          />
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending || change.isPending} disabled={limitMicroUsd === undefined}>
            {budget ? 'Change budget' : 'Add budget'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Asked = { team: string | null; scope: BudgetScope; subject?: string; period: BudgetPeriod; limitMicroUsd: number };

/** What the limit would mean today, in numbers. */
function Consequence({ asked, isHard, isOfEach }: { asked: Asked; isHard: boolean; isOfEach: boolean }) {
  const trpc = useTRPC();
  const [settled] = useDebouncedValue(asked, 250);
  const preview = useQuery(
    trpc.budgets.preview.queryOptions(settled.limitMicroUsd >= 0 ? settled : skipToken, {
      placeholderData: keepPreviousData,
      staleTime: 10_000,
    }),
  );
  if (!preview.data) return <Text c="dimmed">Counting what was spent…</Text>;
  const { subjects, over, spentMicroUsd, highestMicroUsd } = preview.data;
  const since = asked.period === 'month' ? 'this month' : 'so far';
  const spent = isOfEach
    ? `${subjects} spent something ${since}, the most ${moneyText(highestMicroUsd)}.`
    : `${moneyText(spentMicroUsd)} is spent ${since}.`;
  const now = over === 0 ? 'Nobody is over this limit now.' : overWords({ over, isHard, isOfEach });
  return (
    <Text role="status" c={over > 0 && isHard ? 'var(--mantine-color-error)' : 'dimmed'}>
      {spent} {now}
    </Text>
  );
}

function overWords({ over, isHard, isOfEach }: { over: number; isHard: boolean; isOfEach: boolean }): string {
  const then = isHard ? 'the next call is refused' : 'people are told, and calls go on';
  if (!isOfEach) return `That is at or over this limit: ${then}.`;
  return `${over} of them ${over === 1 ? 'is' : 'are'} at or over this limit now: ${then}.`;
}
