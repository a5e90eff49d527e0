'use client';

import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Face } from '@/components/people/face.tsx';
import { Row, Rows, RowText, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { moneyText } from '@/server/core/budget.ts';
import { aboutWords, limitWords, type BudgetItem } from './budget-words.ts';

/** Who asked for more and was not answered. Shown when there is somebody. */
export function Raises({ team, budgets }: { team: string; budgets: readonly BudgetItem[] }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const raises = useQuery(trpc.budgets.raises.queryOptions({ team }));
  const decide = useMutation(
    trpc.budgets.decideRaise.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.budgets.pathFilter()),
    }),
  );
  const fault = refusalMessage(decide.error);
  if (raises.data?.length === 0) return null;
  return (
    <Section
      title="Asked for more"
      lead="Granting raises the limit at once; where each person has it, for the asker alone."
    >
      {fault !== undefined && <Fault message={fault} />}
      <Rows
        query={raises}
        empty=""
        render={(raise) => {
          const budget = budgets.find(({ id }) => id === raise.budgetId);
          return (
            <Row key={raise.id}>
              <Face kind="person" id={raise.person.id} name={raise.person.name} tooltip={false} />
              <RowText>
                <Text fw={600}>
                  {raise.person.name} asks for {moneyText(raise.askedMicroUsd)}
                </Text>
                <Text c="dimmed">
                  {budget && `${aboutWords(budget)}, ${limitWords(budget)} now · `}
                  <TimeAgo at={raise.at} />
                  {raise.reason !== '' && ` · ${raise.reason}`}
                </Text>
              </RowText>
              <Group gap="xs" w={{ base: '100%', xs: 'auto' }}>
                <Button
                  variant="default"
                  loading={decide.isPending && decide.variables.raiseId === raise.id}
                  onClick={() => decide.mutate({ raiseId: raise.id, decision: 'grant' })}
                >
                  Grant
                </Button>
                <Button variant="subtle" onClick={() => decide.mutate({ raiseId: raise.id, decision: 'decline' })}>
                  Decline
                </Button>
              </Group>
            </Row>
          );
        }}
      />
    </Section>
  );
}
