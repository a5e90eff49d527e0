'use client';

import {
  Badge,
  Button,
  Drawer,
  Group,
  Select,
  Skeleton,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
  VisuallyHidden,
} from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { Face } from '@/components/people/face.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { FilterBar } from '@/components/ui/filter-bar.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { callStates, denialCauses } from '@/server/core/call-record.ts';
import { CallDetail } from './call-detail.tsx';
import { callCostText, causeWords, countText, stateWords, type Call } from './usage-words.ts';
import classes from './usage.module.css';

const names = ['who', 'model', 'outcome', 'deniedBy', 'rule', 'finding', 'about', 'since', 'until'] as const;
type Filters = Record<(typeof names)[number], string>;

const noFilters: Filters = {
  who: '',
  model: '',
  outcome: '',
  deniedBy: '',
  rule: '',
  finding: '',
  about: '',
  since: '',
  until: '',
};

const texts = [
  { name: 'who', label: 'Who', placeholder: 'A name' },
  { name: 'model', label: 'Model', placeholder: 'A model or provider' },
  { name: 'rule', label: 'Rule', placeholder: 'An id' },
  { name: 'finding', label: 'Found', placeholder: 'secret' },
  { name: 'about', label: 'Run, session, project', placeholder: 'An id' },
  { name: 'since', label: 'From', type: 'date' },
  { name: 'until', label: 'To', type: 'date' },
] as const;

/** A denial has a cause as well, which is asked for in the same place. */
const outcomes = callStates.flatMap((value) => {
  const state = { value: String(value), label: stateWords[value].label };
  if (value !== 'denied') return [state];
  return [
    state,
    ...denialCauses.map((cause) => ({ value: `denied ${cause}`, label: `Denied by ${causeWords[cause]}` })),
  ];
});
const outcomeOf = ({ outcome, deniedBy }: Filters) => (deniedBy === '' ? outcome : `denied ${deniedBy}`) || null;
const outcomeNamed = (value: string | null) => {
  const [outcome = '', deniedBy = ''] = (value ?? '').split(' ');
  return deniedBy === '' ? { outcome, deniedBy } : { outcome: '', deniedBy };
};

/** The record of model calls, newest first, with everything of one beside it. */
export function Calls({ team }: { team: string }) {
  const trpc = useTRPC();
  const search = useSearchParams();
  const [filters, setFilters] = useState<Filters>(() => fromAddress(search));
  const [asked, setAsked] = useState(filters);
  const [shown, setShown] = useState<string | undefined>(search.get('call') ?? undefined);
  const ask = useDebouncedCallback((wanted: Filters) => {
    setAsked(wanted);
    keepInAddress(wanted);
  }, 250);
  const look = (wanted: Filters) => {
    setFilters(wanted);
    ask(wanted);
  };
  const { outcome, deniedBy, ...words } = givenOf(asked);
  const calls = useInfiniteQuery(
    trpc.usage.calls.infiniteQueryOptions(
      {
        team,
        ...words,
        ...chosen('outcome', callStates, outcome),
        ...chosen('deniedBy', denialCauses, deniedBy),
      },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: keepPreviousData, staleTime: 0 },
    ),
  );
  const rows = calls.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = Object.keys(givenOf(asked)).length > 0;
  return (
    <Stack>
      {(isFiltered || rows.length > 0) && (
        <FilterBar
          label="Filter the calls"
          className={classes.filters}
          given={Object.keys(givenOf(filters)).length}
          onClear={() => look(noFilters)}
        >
          {texts.map(({ name, label, ...more }) => (
            <TextInput
              key={name}
              size="xs"
              label={label}
              type={'type' in more ? more.type : 'text'}
              placeholder={'placeholder' in more ? more.placeholder : ''}
              value={filters[name]}
              onChange={({ currentTarget: { value } }) => look({ ...filters, [name]: value })}
            />
          ))}
          <Select
            size="xs"
            label="Outcome"
            placeholder="Any"
            data={outcomes}
            clearable
            value={outcomeOf(filters)}
            onChange={(value) => look({ ...filters, ...outcomeNamed(value) })}
          />
        </FilterBar>
      )}
      {calls.isPending && <Skeleton height={240} role="img" aria-label="Loading the calls" />}
      {calls.error && <Fault message={refusalMessage(calls.error) ?? ''} onRetry={() => void calls.refetch()} />}
      {calls.data && rows.length === 0 && (
        <Text c="dimmed">
          {isFiltered
            ? 'No call fits these filters.'
            : 'No model was called yet. Each call of an agent, of the app and of people’s own tools will stand here, denied ones too.'}
        </Text>
      )}
      {rows.length > 0 && (
        <div className={classes.list}>
          <div className={`${classes.call} ${classes.callHead}`} aria-hidden>
            <span>Who</span>
            <span>Model</span>
            <span>Outcome</span>
            <span className={classes.right}>Cost</span>
            <span className={classes.right}>Tokens</span>
            <span className={classes.right}>When</span>
          </div>
          <ol className={classes.items} aria-label="Calls">
            {rows.map((call) => (
              <CallRow key={call.id} call={call} onOpen={() => setShown(call.id)} />
            ))}
          </ol>
        </div>
      )}
      {calls.hasNextPage && (
        <Group>
          <Button variant="default" loading={calls.isFetchingNextPage} onClick={() => void calls.fetchNextPage()}>
            Show older calls
          </Button>
        </Group>
      )}
      <Drawer
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        title="Model call"
        position="right"
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {shown !== undefined && <CallDetail team={team} callId={shown} />}
      </Drawer>
    </Stack>
  );
}

function CallRow({ call, onOpen }: { call: Call; onOpen: () => void }) {
  const { person, alias, upstreamModel, providerName, state, inputTokens, outputTokens } = call;
  const { label, color } = stateWords[state];
  const model = upstreamModel === null ? alias : `${upstreamModel} at ${providerName ?? ''}`;
  const tokens = state === 'denied' || state === 'started' ? '' : countText((inputTokens ?? 0) + (outputTokens ?? 0));
  return (
    <li className={classes.item}>
      <UnstyledButton className={classes.call} onClick={onOpen}>
        <span className={classes.who}>
          <Face kind="person" id={person.id} name={person.name} size={20} tooltip={false} />
          <span className={classes.cut} title={person.name}>
            {person.name}
          </span>
        </span>
        <span className={`${classes.cut} ${classes.modelCell}`} title={model}>
          {model}
        </span>
        <Badge variant="light" color={color} size="sm" className={classes.stateCell ?? ''}>
          {label}
        </Badge>
        <span className={`${classes.right} ${classes.costCell} ens-tabular`}>{callCostText(call)}</span>
        <Text size="xs" c="dimmed" span className={`${classes.right} ${classes.wide} ens-tabular`}>
          {tokens}
          {tokens !== '' && <VisuallyHidden> tokens</VisuallyHidden>}
        </Text>
        <Text size="xs" c="dimmed" span className={`${classes.right} ${classes.atCell}`}>
          <TimeAgo at={call.startedAt} />
        </Text>
      </UnstyledButton>
    </li>
  );
}

function chosen<N extends string, V extends string>(name: N, values: readonly V[], value: string | undefined) {
  const found = values.find((one) => one === value);
  // An object with one member of a name that is known here.
  return (found === undefined ? {} : { [name]: found }) as { [K in N]?: V };
}

function fromAddress(search: { get(name: string): string | null }): Filters {
  return { ...noFilters, ...Object.fromEntries(names.map((name) => [name, search.get(name) ?? ''])) };
}

/** Keeps what is looked for in the address, so that it can be handed on and comes back with a reload. */
function keepInAddress(filters: Filters): void {
  window.history.replaceState(null, '', `?${new URLSearchParams({ view: 'calls', ...givenOf(filters) })}`);
}

function givenOf(filters: Filters): Partial<Filters> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value.trim() !== ''));
}
