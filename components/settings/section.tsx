import { Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { refusalMessage, type Refusal } from '@/components/auth/refusal.ts';
import { Fault } from '@/components/ui/fault.tsx';
import classes from './section.module.css';

/** A settings page: its name, a sentence on what it governs, and its sections. */
export function SettingsPage({ title, governs, children }: { title: string; governs: string; children: ReactNode }) {
  return (
    <Stack gap="xl" className={classes.page}>
      <Stack gap="xs">
        <Title order={1}>{title}</Title>
        <Text c="dimmed">{governs}</Text>
      </Stack>
      {children}
    </Stack>
  );
}

export function Section({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <Stack gap="sm" component="section" aria-label={title}>
      <Stack gap={0}>
        <Title order={2}>{title}</Title>
        {lead !== undefined && <Text c="dimmed">{lead}</Text>}
      </Stack>
      {children}
    </Stack>
  );
}

/** Rows of a list with its loading, empty and error state. */
export function Rows<T>({
  query,
  empty,
  render,
}: {
  query: { data: readonly T[] | undefined; error: Refusal | null; refetch: () => unknown };
  empty: string;
  render: (row: T) => ReactNode;
}) {
  if (query.data === undefined && query.error)
    return <Fault message={refusalMessage(query.error) ?? ''} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <Skeleton height={132} role="img" aria-label="Loading" />;
  if (query.data.length === 0) return <Text c="dimmed">{empty}</Text>;
  return <ul className={classes.rows}>{query.data.map(render)}</ul>;
}

/** One row: what it is on the left, what can be done with it on the right. */
export function Row({ children }: { children: ReactNode }) {
  return <li className={classes.row}>{children}</li>;
}

export function RowText({ children }: { children: ReactNode }) {
  return <div className={classes.what}>{children}</div>;
}
