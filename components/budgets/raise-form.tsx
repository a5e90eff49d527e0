'use client';

import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { aboutWords, limitWords, readMoney, type BudgetItem } from './budget-words.ts';

/** Asks the team's admins for a higher limit. */
export function RaiseForm({ team, budget, onDone }: { team: string; budget: BudgetItem; onDone: () => void }) {
  const trpc = useTRPC();
  const [amount, setAmount] = useState('');
  const [reason, setReason] = useState('');
  const ask = useMutation(
    trpc.budgets.askForRaise.mutationOptions({
      onSuccess: () => {
        notifications.show({ color: 'green', message: 'The team’s admins see your question on this page.' });
        onDone();
      },
    }),
  );
  const limitMicroUsd = readMoney(amount);
  const isHigher = limitMicroUsd !== undefined && limitMicroUsd > budget.limitMicroUsd;
  const fault = refusalMessage(ask.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isHigher) ask.mutate({ team, budgetId: budget.id, limitMicroUsd, reason });
      }}
      noValidate
    >
      <Stack>
        {fault !== undefined && <Fault message={fault} />}
        <Text c="dimmed">
          {aboutWords(budget)}: {limitWords(budget)} now.
        </Text>
        <TextInput
          label="Limit in US dollars"
          data-autofocus
          inputMode="decimal"
          leftSection="$"
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
          error={amount !== '' && !isHigher ? 'An amount that is higher than the limit now' : undefined}
        />
        <Textarea
          label="What is it for"
          autosize
          minRows={2}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={ask.isPending} disabled={!isHigher}>
            Ask for more
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
