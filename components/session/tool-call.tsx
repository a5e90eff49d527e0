'use client';

import { Group, Text, UnstyledButton } from '@mantine/core';
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
import { useOpened } from '@/components/transcript/screen-context.tsx';
import { FileDiff } from '@/components/review/diff-view.tsx';
import type { ToolCallItem } from '@/server/core/transcript-item.ts';
import { visibleText } from '@/server/core/visible-text.ts';
import classes from './conversation.module.css';
import { Undo } from './kept-action.tsx';
import { inputInWords } from './tool-input.ts';
import { LongText } from './long-text.tsx';

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
  const [open, setOpen] = useOpened(item.key);
  const Icon = icons[item.tool];
  const { mark, tone } = looks[item.status];
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <div className={classes.card}>
      <UnstyledButton className={classes.cardHead} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Chevron size={14} aria-hidden />
        <Icon size={14} stroke={1.6} aria-hidden />
        <span className={classes.cardTitle} title={item.title}>
          {visibleText(item.title)}
        </span>
        {item.exitCode !== undefined && item.exitCode !== null && item.exitCode !== 0 && (
          <Text component="span" size="xs" className={classes.bad}>
            exit {item.exitCode}
          </Text>
        )}
        <Text component="span" size="xs" c="dimmed" className="ens-tabular">
          {item.durationMs !== undefined && `${(item.durationMs / 1000).toFixed(1)} s`}
        </Text>
        <span className={tone ?? ''} aria-label={item.status.replace('_', ' ')}>
          {mark}
        </span>
      </UnstyledButton>
      {item.kept && (
        <Group gap={6} px={8} pb={4} justify="flex-end">
          <Undo kept={item.kept} />
        </Group>
      )}
      {open && <Details item={item} />}
    </div>
  );
}

function Details({ item }: { item: ToolCallItem }) {
  return (
    <div className={classes.cardBody}>
      {item.input && item.input.text !== '' && <LongText title="Input" part={item.input} shown={inputInWords} />}
      {item.diffs.map((diff) => (
        <div key={diff.path}>
          <Text className="ens-mono" size="xs">
            {diff.path}
          </Text>
          <FileDiff path={diff.path} oldText={diff.oldText ?? ''} newText={diff.newText} split={false} />
        </div>
      ))}
      {item.output && item.output.text !== '' && <LongText title="Output" part={item.output} />}
      {!item.input && !item.output && item.diffs.length === 0 && (
        <Text className={classes.notice}>{item.paths.join(', ') || 'Nothing more to show.'}</Text>
      )}
    </div>
  );
}
