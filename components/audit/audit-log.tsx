'use client';

import { Button, Group, SegmentedControl, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { FilterBar } from '@/components/ui/filter-bar.tsx';
import { Page } from '@/components/ui/page.tsx';
import classes from './audit-log.module.css';
import { EntryRow } from './entry-row.tsx';

type Filters = { actor: string; action: string; resource: string; from: string; to: string };

const noFilters: Filters = { actor: '', action: '', resource: '', from: '', to: '' };
const fields: { name: keyof Filters; label: string; placeholder?: string; type?: 'date' }[] = [
  { name: 'actor', label: 'Who', placeholder: 'A name' },
  { name: 'action', label: 'Action', placeholder: 'hunk.accept' },
  { name: 'resource', label: 'What', placeholder: 'session, or an id' },
  { name: 'from', label: 'From', type: 'date' },
  { name: 'to', label: 'To', type: 'date' },
];

/** Who did what, newest first. Nothing here can be changed or removed. */
export function AuditLog({ team, seesInstallation }: { team: string; seesInstallation: boolean }) {
  const trpc = useTRPC();
  const search = useSearchParams();
  const fromAddress = (name: keyof Filters) => search.get(name) ?? '';
  const [about, setAbout] = useState<'team' | 'installation'>(
    seesInstallation && search.get('about') === 'installation' ? 'installation' : 'team',
  );
  const [filters, setFilters] = useState<Filters>(() => ({
    actor: fromAddress('actor'),
    action: fromAddress('action'),
    resource: fromAddress('resource'),
    from: fromAddress('from'),
    to: fromAddress('to'),
  }));
  const [asked, setAsked] = useState(filters);
  const ask = useDebouncedCallback((wanted: Filters) => {
    setAsked(wanted);
    keepInAddress(wanted, about);
  }, 250);
  const look = (wanted: Filters) => {
    setFilters(wanted);
    ask(wanted);
  };
  const lookAbout = (wanted: 'team' | 'installation') => {
    setAbout(wanted);
    keepInAddress(filters, wanted);
  };
  const given = givenOf(asked);
  const scope = about === 'team' ? { team } : { installation: true };
  const log = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      { ...scope, ...given },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: keepPreviousData, staleTime: 0 },
    ),
  );
  const entries = log.data?.pages.flatMap((page) => page.items) ?? [];
  const isFiltered = Object.keys(given).length > 0;
  return (
    <Page
      title="Audit"
      lead="Who did what in this team, newest first. Entries are written with the change itself and cannot be edited or removed."
      wide
      actions={
        seesInstallation && (
          <SegmentedControl
            size="xs"
            aria-label="What the entries are about"
            value={about}
            onChange={(value) => lookAbout(value === 'installation' ? 'installation' : 'team')}
            data={[
              { value: 'team', label: 'This team' },
              { value: 'installation', label: 'The installation' },
            ]}
          />
        )
      }
    >
      <Stack>
        <FilterBar
          label="Filter the entries"
          className={classes.filters}
          given={Object.keys(givenOf(filters)).length}
          onClear={() => look(noFilters)}
        >
          {fields.map(({ name, label, placeholder, type }) => (
            <TextInput
              key={name}
              size="xs"
              label={label}
              type={type ?? 'text'}
              placeholder={placeholder ?? ''}
              value={filters[name]}
              onChange={({ currentTarget: { value } }) => look({ ...filters, [name]: value })}
            />
          ))}
        </FilterBar>
        {log.isPending && <Skeleton height={240} role="img" aria-label="Loading the entries" />}
        {log.error && <Fault message={log.error.message} onRetry={() => void log.refetch()} />}
        {log.data && entries.length === 0 && (
          <Text c="dimmed">{isFiltered ? 'No entry fits these filters.' : 'Nothing has happened yet.'}</Text>
        )}
        {entries.length > 0 && (
          <ol className={classes.list} aria-label="Entries">
            {entries.map((entry) => (
              <EntryRow key={entry.id} entry={entry} team={team} isAlone={entries.length === 1} />
            ))}
          </ol>
        )}
        {log.hasNextPage && (
          <Group>
            <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
              Show older entries
            </Button>
          </Group>
        )}
      </Stack>
    </Page>
  );
}

/** Keeps what is looked for in the address, so that it can be handed on and comes back with a reload. */
function keepInAddress(filters: Filters, about: 'team' | 'installation'): void {
  const query = new URLSearchParams({ ...givenOf(filters), ...(about === 'installation' ? { about } : {}) });
  window.history.replaceState(null, '', query.size > 0 ? `?${query}` : window.location.pathname);
}

const givenOf = (filters: Filters) =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value.trim() !== ''));
