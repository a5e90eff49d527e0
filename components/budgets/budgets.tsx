'use client';

import { ActionIcon, Button, Group, Menu, Modal, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Rows, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { aboutChoices, BudgetForm, type Choice } from './budget-form.tsx';
import { BudgetMeter } from './budget-meter.tsx';
import { aboutWords, consequenceWords, limitWords, type BudgetItem } from './budget-words.ts';
import classes from './budgets.module.css';
import { RaiseForm } from './raise-form.tsx';
import { Raises } from './raises.tsx';

type TeamProps = { team: string; teamId: string; isAdmin: boolean; mayAsk: boolean };

/** The team's budgets: what is spent of each, and for admins the means to change them. */
export function TeamBudgets({ team, teamId, isAdmin, mayAsk }: TeamProps) {
  const trpc = useTRPC();
  const budgets = useQuery(trpc.budgets.list.queryOptions({ team }, { refetchInterval: 15_000 }));
  const projects = useQuery(trpc.projects.list.queryOptions({ team }, { enabled: isAdmin }));
  const members = useQuery(trpc.members.list.queryOptions({ teamId }, { enabled: isAdmin }));
  return (
    <>
      <BudgetList
        title="Budgets of the team"
        empty={isAdmin ? 'There is no budget yet: calls cost what they cost.' : 'No budget holds for you.'}
        team={team}
        query={budgets}
        mayChange={(budget) => isAdmin && budget.teamId !== null}
        mayAdd={isAdmin}
        mayAsk={mayAsk && !isAdmin}
        choices={aboutChoices({
          people: toChoices(members.data, ({ personId, name }) => [personId, name]),
          projects: toChoices(projects.data, ({ id, name }) => [id, name]),
          isInstallation: false,
        })}
      />
      <Raises team={team} budgets={budgets.data ?? []} />
    </>
  );
}

function toChoices<T>(rows: readonly T[] | undefined, read: (row: T) => [string, string]): Choice[] {
  return (rows ?? []).map((row) => {
    const [value, label] = read(row);
    return { value, label };
  });
}

/** What installation admins set for all teams. */
export function InstallationBudgets() {
  const trpc = useTRPC();
  const budgets = useQuery(trpc.budgets.installation.queryOptions());
  return (
    <BudgetList
      title="Budgets of the installation"
      lead="They hold for all teams, beside the teams’ own."
      empty="There is no budget for all teams."
      team={null}
      query={budgets}
      mayChange={() => true}
      mayAdd
      mayAsk={false}
      choices={aboutChoices({ people: [], projects: [], isInstallation: true })}
    />
  );
}

type ListProps = {
  title: string;
  lead?: string;
  empty: string;
  team: string | null;
  query: Parameters<typeof Rows<BudgetItem>>[0]['query'];
  mayChange: (budget: BudgetItem) => boolean;
  mayAdd: boolean;
  mayAsk: boolean;
  choices: ReturnType<typeof aboutChoices>;
};

type Doing = { what: 'add' } | { what: 'change' | 'ask'; budget: BudgetItem };

function BudgetList({ title, lead, empty, team, query, mayChange, mayAdd, mayAsk, choices }: ListProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [doing, setDoing] = useState<Doing | undefined>(undefined);
  const refresh = () => queryClient.invalidateQueries(trpc.budgets.pathFilter());
  const remove = useMutation(trpc.budgets.remove.mutationOptions({ onSettled: refresh }));
  const fault = refusalMessage(remove.error);
  const done = () => {
    setDoing(undefined);
    void refresh();
  };
  const confirmRemoval = (budget: BudgetItem) =>
    modals.openConfirmModal({
      title: `Remove the budget of ${limitWords(budget)}`,
      children: (
        <Text>
          {aboutWords(budget)}: calls are limited by it no longer, from the next one on. What was spent stays in the
          record.
        </Text>
      ),
      labels: { confirm: 'Remove budget', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ budgetId: budget.id }),
    });
  return (
    <Section title={title} {...(lead !== undefined && { lead })}>
      {fault !== undefined && <Fault message={fault} />}
      {mayAdd && (
        <Group>
          <Button onClick={() => setDoing({ what: 'add' })}>Add a budget</Button>
        </Group>
      )}
      <Rows
        query={query}
        empty={empty}
        render={(budget) => (
          <li key={budget.id} className={classes.card}>
            <div className={classes.head}>
              <Text fw={600} className={classes.about}>
                {aboutWords(budget)}
              </Text>
              <Text className="ens-tabular">{limitWords(budget)}</Text>
              {mayAsk && budget.teamId !== null && (
                <Button variant="default" size="compact-sm" onClick={() => setDoing({ what: 'ask', budget })}>
                  Ask for more
                </Button>
              )}
              {mayChange(budget) && (
                <BudgetMenu
                  name={aboutWords(budget)}
                  onChange={() => setDoing({ what: 'change', budget })}
                  onRemove={() => confirmRemoval(budget)}
                />
              )}
            </div>
            <Text c="dimmed">
              {consequenceWords(budget)}
              {budget.isInstallations && team !== null && ' · set for all teams'}
            </Text>
            {budget.meters.length > 0 ? (
              <ul className={classes.meters}>
                {budget.meters.map((meter) => (
                  <BudgetMeter key={meter.subjectId} meter={meter} limitMicroUsd={budget.limitMicroUsd} />
                ))}
              </ul>
            ) : (
              <Text c="dimmed">Nothing is spent of it{budget.period === 'month' && ' this month'}.</Text>
            )}
          </li>
        )}
      />
      <Modal opened={doing?.what === 'add'} onClose={() => setDoing(undefined)} title="Add a budget">
        {doing?.what === 'add' && <BudgetForm team={team} choices={choices} onDone={done} />}
      </Modal>
      <Modal opened={doing?.what === 'change'} onClose={() => setDoing(undefined)} title="Change the budget">
        {doing?.what === 'change' && <BudgetForm team={team} choices={choices} budget={doing.budget} onDone={done} />}
      </Modal>
      <Modal opened={doing?.what === 'ask'} onClose={() => setDoing(undefined)} title="Ask for more">
        {doing?.what === 'ask' && team !== null && <RaiseForm team={team} budget={doing.budget} onDone={done} />}
      </Modal>
    </Section>
  );
}

function BudgetMenu({ name, onChange, onRemove }: { name: string; onChange: () => void; onRemove: () => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More for the budget of ${name}`}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onChange}>Change</Menu.Item>
        <Menu.Item color="red" onClick={onRemove}>
          Remove
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
