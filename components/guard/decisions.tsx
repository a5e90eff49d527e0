'use client';

import { Anchor, Badge, Button, Group, Menu, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Row } from '@/components/settings/section.tsx';
import sections from '@/components/settings/section.module.css';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { FilterBar } from '@/components/ui/filter-bar.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { mayInTeam } from '@/server/core/permissions.ts';
import { guardedKinds, type GuardedAction } from '@/server/core/guard/guarded-action.ts';
import { houseEffects, type HouseEffect } from '@/server/core/guard/house-rule.ts';
import { ActionText } from './action-text.tsx';
import type { GuardTeam } from './guard-page.tsx';
import { deciders, effectChoices, effectWords, isEffect, kindWords, type Decision } from './guard-words.ts';
import { opinionText } from './opinion-words.ts';
import classes from './guard.module.css';

type Kind = GuardedAction['kind'];
const outcomes = houseEffects.map((value) => ({ value, label: effectWords[value].done }));

type Filters = { text: string; rule: string; agent: string; verdict: HouseEffect | null; kind: Kind | null };
const kindChoices = guardedKinds.map((value) => ({ value, label: kindWords[value] }));
const noFilters: Filters = { text: '', rule: '', agent: '', verdict: null, kind: null };

/** What was said of agents' actions, newest first. What was wrong becomes a case to measure by. */
export function Decisions({ team }: { team: GuardTeam }) {
  const trpc = useTRPC();
  const [filters, setFilters] = useState(noFilters);
  const [asked, setAsked] = useState(noFilters);
  const ask = useDebouncedCallback(setAsked, 250);
  const look = (wanted: Filters) => {
    setFilters(wanted);
    ask(wanted);
  };
  const { verdict, kind, ...words } = asked;
  const decisions = useInfiniteQuery(
    trpc.guard.decisions.infiniteQueryOptions(
      { teamId: team.id, ...words, ...(verdict && { verdict }), ...(kind && { kind }) },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: keepPreviousData, staleTime: 0 },
    ),
  );
  const rows = decisions.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = verdict !== null || kind !== null || Object.values(words).some((word) => word.trim() !== '');
  return (
    <Stack>
      <Filtering filters={filters} onLook={look} />
      {decisions.isPending && <Skeleton height={240} role="img" aria-label="Loading the decisions" />}
      {decisions.error && (
        <Fault message={refusalMessage(decisions.error) ?? ''} onRetry={() => void decisions.refetch()} />
      )}
      {decisions.data && rows.length === 0 && (
        <Text c="dimmed">
          {isFiltered
            ? 'No decision fits these filters.'
            : 'No agent wanted to do anything yet. What is said of it will stand here.'}
        </Text>
      )}
      {rows.length > 0 && (
        <ul className={sections.rows} aria-label="Decisions">
          {rows.map((decision) => (
            <DecisionRow key={decision.id} decision={decision} team={team} />
          ))}
        </ul>
      )}
      {decisions.hasNextPage && (
        <Group>
          <Button
            variant="default"
            loading={decisions.isFetchingNextPage}
            onClick={() => void decisions.fetchNextPage()}
          >
            Show older decisions
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Filtering({ filters, onLook }: { filters: Filters; onLook: (wanted: Filters) => void }) {
  const given = Object.values(filters).filter((value) => value !== null && value.trim() !== '').length;
  return (
    <FilterBar label="Filter the decisions" className={classes.filters} given={given} onClear={() => onLook(noFilters)}>
      <TextInput
        size="xs"
        label="Text"
        placeholder="git push"
        value={filters.text}
        onChange={({ currentTarget: { value } }) => onLook({ ...filters, text: value })}
      />
      <TextInput
        size="xs"
        label="Rule"
        placeholder="git."
        value={filters.rule}
        onChange={({ currentTarget: { value } }) => onLook({ ...filters, rule: value })}
      />
      <TextInput
        size="xs"
        label="Agent"
        placeholder="claude-code"
        value={filters.agent}
        onChange={({ currentTarget: { value } }) => onLook({ ...filters, agent: value })}
      />
      <Select
        size="xs"
        label="What"
        placeholder="All but reads"
        clearable
        data={kindChoices}
        value={filters.kind}
        onChange={(value) =>
          onLook({ ...filters, kind: kindChoices.find((kind) => kind.value === value)?.value ?? null })
        }
      />
      <Select
        size="xs"
        label="Outcome"
        placeholder="Any"
        clearable
        data={outcomes}
        value={filters.verdict}
        onChange={(value) => onLook({ ...filters, verdict: isEffect(value) ? value : null })}
      />
    </FilterBar>
  );
}

function DecisionRow({ decision, team }: { decision: Decision; team: GuardTeam }) {
  const { action, verdict, reason, rules, decidedBy, answer, label, opinion } = decision;
  const { done, color } = effectWords[verdict];
  return (
    <Row>
      <div className={classes.said}>
        <Group gap="xs" wrap="wrap">
          <Badge variant="light" color={color}>
            {done}
          </Badge>
          {answer !== null && <Text size="sm">{answer === 'allow' ? 'then allowed' : 'then denied'} by a person</Text>}
          <Text size="sm" c="dimmed">
            {decision.agent} for {decision.person.name}, <TimeAgo at={decision.createdAt} />
          </Text>
          {label !== null && label !== verdict && (
            <Badge variant="outline" color="gray">
              should be: {effectWords[label].label}
            </Badge>
          )}
        </Group>
        <ActionText action={action} />
        <Text size="sm" c="dimmed" lineClamp={4} title={reason} style={{ overflowWrap: 'anywhere' }}>
          {reason} {rules.length > 0 && <span className="ens-mono">{rules.join(', ')}</span>}
        </Text>
        {opinion !== null && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {opinionText(opinion)}
          </Text>
        )}
        <Text size="sm" c="dimmed">
          By {deciders[decidedBy] ?? decidedBy} in{' '}
          <Anchor inherit underline="always" component={Link} href={`/${team.slug}/sessions/${decision.sessionId}`}>
            {decision.project.name}
          </Anchor>
        </Text>
      </div>
      {mayInTeam(team.role, 'guard.label') && <WrongMenu decision={decision} />}
    </Row>
  );
}

function WrongMenu({ decision }: { decision: Decision }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const label = useMutation(
    trpc.guard.label.mutationOptions({
      onSuccess: () => {
        notifications.show({ color: 'green', message: 'Kept as a case of your team.' });
        return queryClient.invalidateQueries({ queryKey: trpc.guard.pathKey() });
      },
      onError: (error) => notifications.show({ color: 'red', message: refusalMessage(error) }),
    }),
  );
  const say = (effect: HouseEffect) => label.mutate({ decisionId: decision.id, label: effect });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button variant="default" size="xs" loading={label.isPending}>
          This was wrong
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>It should have been</Menu.Label>
        {effectChoices
          .filter(({ value }) => value !== (decision.label ?? decision.verdict))
          .map(({ value }) => (
            <Menu.Item key={value} onClick={() => say(value)}>
              {effectWords[value].done}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
