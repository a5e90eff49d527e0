'use client';

import { Button, Text, UnstyledButton } from '@mantine/core';
import {
  IconArrowsMove,
  IconBrain,
  IconChevronDown,
  IconChevronRight,
  IconFileText,
  IconPencil,
  IconSearch,
  IconTerminal2,
  IconTool,
  IconTrash,
  IconWorldDownload,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { FileDiff } from '@/components/review/diff-view.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import type { ToolCallItem } from '@/server/core/transcript-item.ts';
import classes from './conversation.module.css';
import { MaskedText } from './masked-text.tsx';
import { useSession } from './session-context.tsx';

const icons = {
  read: IconFileText,
  edit: IconPencil,
  delete: IconTrash,
  move: IconArrowsMove,
  search: IconSearch,
  execute: IconTerminal2,
  think: IconBrain,
  fetch: IconWorldDownload,
  other: IconTool,
};
const looks = {
  pending: { mark: '○', tone: '' },
  in_progress: { mark: '◐', tone: classes.busy },
  completed: { mark: '✓', tone: classes.good },
  failed: { mark: '✗', tone: classes.bad },
};

/** What an agent did: a line, and all of it when it is opened. */
export function ToolCall({ item }: { item: ToolCallItem }) {
  const [open, setOpen] = useState(false);
  const Icon = icons[item.tool];
  const { mark, tone } = looks[item.status];
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.card}>
      <UnstyledButton className={classes.cardHead} aria-expanded={open} onClick={() => setOpen((was) => !was)}>
        <Chevron size={14} aria-hidden />
        <Icon size={14} stroke={1.6} aria-hidden />
        <span className={classes.cardTitle} title={item.title}>
          {item.title}
        </span>
        <Text component="span" size="xs" c="dimmed" className="ens-tabular">
          {item.durationMs !== undefined && `${(item.durationMs / 1000).toFixed(1)} s`}
        </Text>
        <span className={tone ?? ''} aria-label={item.status.replace('_', ' ')}>
          {mark}
        </span>
      </UnstyledButton>
      {open && <Details item={item} />}
    </div>
  );
}

function Details({ item }: { item: ToolCallItem }) {
  return (
    <div className={classes.cardBody}>
      {item.input && item.input.text !== '' && <LongText title="Input" part={item.input} />}
      {item.diffs.map((diff) => (
        <div key={diff.path}>
          <Text className="ens-mono" size="xs">
            {diff.path}
          </Text>
          <FileDiff path={diff.path} oldText={diff.oldText ?? ''} newText={diff.newText} split={false} />
        </div>
      ))}
      {item.output && item.output.text !== '' && <LongText title="Output" part={item.output} />}
      {item.exitCode !== undefined && item.exitCode !== null && item.exitCode !== 0 && (
        <Text className={classes.bad}>Exit code {item.exitCode}</Text>
      )}
      {!item.input && !item.output && item.diffs.length === 0 && (
        <Text className={classes.notice}>{item.paths.join(', ') || 'Nothing more to show.'}</Text>
      )}
    </div>
  );
}

/** The first part inline; the whole is fetched when someone asks for it. */
function LongText({ title, part }: { title: string; part: NonNullable<ToolCallItem['output']> }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const [whole, setWhole] = useState(false);
  const { blobId } = part;
  const blob = useQuery(
    trpc.events.blob.queryOptions(
      { sessionId: session.id, blobId: blobId ?? '' },
      { enabled: whole && blobId !== undefined, staleTime: Infinity },
    ),
  );
  return (
    <div>
      <Text size="xs" fw={600}>
        {title}
      </Text>
      <pre className={classes.output} tabIndex={0}>
        <MaskedText text={blob.data?.content ?? part.text} />
      </pre>
      {blobId !== undefined && !blob.data && (
        <Button size="compact-xs" variant="subtle" loading={blob.isFetching} onClick={() => setWhole(true)}>
          Show all {Math.ceil(part.sizeBytes / 1024)} KB
        </Button>
      )}
      {blob.error && <Text className={classes.bad}>{blob.error.message}</Text>}
    </div>
  );
}
