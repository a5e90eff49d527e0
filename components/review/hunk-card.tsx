'use client';

import { Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core';
import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowForwardUp,
  IconCheck,
  IconCircle,
  IconMessage,
  IconPencil,
  IconX,
} from '@tabler/icons-react';
import { useCallback, useState, type ReactNode } from 'react';
import { useSession } from '@/components/session/session-context.tsx';
import { ConflictEditor, EditedText } from './conflict-editor.tsx';
import { HunkDiff } from './diff-view.tsx';
import { Findings } from './findings.tsx';
import classes from './suggestion-view.module.css';
import type { Decisions } from './use-decisions.ts';
import type { SuggestionHunk } from './use-open-suggestions.ts';

export type Choice = { reason?: string; resolution?: string; resolutionFor?: string };
export type OnDecide = (decision: 'accept' | 'reject' | 'undo', choice?: Choice) => void;

type HunkCardProps = {
  hunk: SuggestionHunk;
  isText: boolean;
  index: number;
  isCurrent: boolean;
  canDecide: boolean;
  /** People changed the hunk's lines after the agent began. */
  meetsChange: boolean;
  isEdited: boolean;
  decisions: Decisions;
  onDecide: OnDecide;
  onEdit: (edit: boolean) => void;
  onFocus: () => void;
};

export function HunkCard(props: HunkCardProps) {
  const { hunk, isText, index, isCurrent, canDecide, meetsChange, isEdited, decisions, onDecide, onEdit, onFocus } =
    props;
  const { openFile } = useSession();
  const conflict = decisions.conflictOf(hunk.id);
  const isOpen = hunk.state === 'unreviewed';
  return (
    <article
      className={classes.hunk}
      data-hunk-index={index}
      data-current={isCurrent || undefined}
      data-state={hunk.state}
      aria-current={isCurrent}
      aria-label={`Hunk ${index + 1}, ${hunk.path} line ${hunk.oldStart}, ${hunk.state}`}
      tabIndex={-1}
      onFocus={onFocus}
      onClick={onFocus}
    >
      <div className={classes.hunkHead}>
        <HunkState hunk={hunk} />
        <Text size="xs" c="dimmed" className="ens-tabular">
          line {Math.max(1, hunk.oldStart)}
        </Text>
        {isOpen && meetsChange && (
          <span className={classes.changed}>
            <IconAlertTriangle size={13} aria-hidden /> People changed these lines
          </span>
        )}
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={() => void openFile(hunk.path, { line: Math.max(1, hunk.oldStart) })}
        >
          Open file
        </Button>
        {canDecide && (
          <HunkControls hunk={hunk} busy={decisions.busy === hunk.id} onDecide={onDecide} onEdit={() => onEdit(true)} />
        )}
      </div>
      <Findings findings={hunk.findings} />
      {hunk.kind !== 'mode' && isText ? (
        <WhenNear lines={hunk.oldLines + hunk.newLines}>
          <HunkDiff hunk={hunk} />
        </WhenNear>
      ) : (
        <Text p="sm" c="dimmed">
          {withoutLines(hunk)}
        </Text>
      )}
      {isEdited && isOpen && !conflict && (
        <EditedText
          suggested={hunk.resultText}
          path={hunk.path}
          busy={decisions.busy === hunk.id}
          onCancel={() => onEdit(false)}
          onAccept={(resolution) => onDecide('accept', { resolution, resolutionFor: hunk.baseText })}
        />
      )}
      {conflict && (
        <ConflictEditor
          // Other lines are another conflict, with another result.
          key={conflict.live}
          conflict={conflict}
          path={hunk.path}
          busy={decisions.busy === hunk.id}
          onCancel={() => decisions.dropConflict(hunk.id)}
          onResolve={(resolution) => onDecide(conflict.during, { resolution, resolutionFor: conflict.live })}
        />
      )}
    </article>
  );
}

/** Colouring a diff is work: it is done when the hunk comes near the screen. */
function WhenNear({ lines, children }: { lines: number; children: ReactNode }) {
  const [isNear, setNear] = useState(false);
  const watch = useCallback((box: HTMLDivElement | null) => {
    if (!box) return undefined;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setNear(true),
      { root: box.closest('[data-hunks]'), rootMargin: '600px' },
    );
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={watch} style={isNear ? undefined : { minHeight: Math.min(lines + 6, 400) * 20 }}>
      {isNear && children}
    </div>
  );
}

/** What is said of a change that has no lines to show. */
function withoutLines(hunk: SuggestionHunk): string {
  switch (hunk.kind) {
    case 'mode':
      return 'Changes whether the file may be executed.';
    case 'add':
      return 'Adds this file. It is binary or too large to show.';
    case 'delete':
      return 'Deletes this file. It is binary or too large to show.';
    case 'replace':
    case 'text':
      return 'Replaces the whole file. It is binary, too large to show, or its line ends change.';
  }
}

function HunkState({ hunk }: { hunk: SuggestionHunk }) {
  const by = hunk.decision ? ` by ${hunk.decision.by.name}` : '';
  const why = hunk.decision?.reason ? `: ${hunk.decision.reason}` : '';
  const looks = {
    unreviewed: { icon: <IconCircle size={14} aria-hidden />, text: 'Unreviewed' },
    applying: { icon: <IconCircle size={14} aria-hidden />, text: `Being accepted${by}` },
    accepted: { icon: <IconCheck size={14} aria-hidden />, text: `Accepted${by}${why}` },
    rejected: { icon: <IconX size={14} aria-hidden />, text: `Rejected${by}${why}` },
    continued: { icon: <IconArrowForwardUp size={14} aria-hidden />, text: 'Goes on in a newer suggestion' },
  };
  const { icon, text } = looks[hunk.state];
  return (
    <span className={classes.state}>
      {icon} {text}
    </span>
  );
}

type HunkControlsProps = { hunk: SuggestionHunk; busy: boolean; onDecide: OnDecide; onEdit: () => void };

function HunkControls({ hunk, busy: isAsking, onDecide, onEdit }: HunkControlsProps) {
  const busy = isAsking || hunk.state === 'applying';
  if (hunk.state !== 'unreviewed' && hunk.state !== 'applying') {
    return (
      <Button
        ml="auto"
        size="compact-xs"
        variant="default"
        leftSection={<IconArrowBackUp size={14} />}
        loading={busy}
        onClick={() => onDecide('undo')}
      >
        {hunk.state === 'continued' ? 'Decide here' : 'Undo'}
      </Button>
    );
  }
  return (
    <Group gap={4} ml="auto">
      <Button size="compact-xs" leftSection={<IconCheck size={14} />} loading={busy} onClick={() => onDecide('accept')}>
        Accept
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconX size={14} />}
        disabled={busy}
        onClick={() => onDecide('reject')}
      >
        Reject
      </Button>
      {hunk.kind === 'text' && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={<IconPencil size={14} />}
          disabled={busy}
          onClick={onEdit}
        >
          Edit
        </Button>
      )}
      <WithReason
        onDecide={(decision, reason) => onDecide(decision, reason === '' ? {} : { reason })}
        disabled={busy}
      />
    </Group>
  );
}

function WithReason({
  onDecide,
  disabled,
}: {
  onDecide: (decision: 'accept' | 'reject', reason: string) => void;
  disabled: boolean;
}) {
  const [opened, setOpened] = useState(false);
  const [reason, setReason] = useState('');
  const decide = (decision: 'accept' | 'reject') => {
    onDecide(decision, reason.trim());
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" withinPortal trapFocus>
      <Popover.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          disabled={disabled}
          leftSection={<IconMessage size={14} />}
          onClick={() => setOpened((open) => !open)}
        >
          With a reason
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs" w={280}>
          <TextInput
            data-autofocus
            label="Reason"
            description="Kept with the decision"
            value={reason}
            maxLength={500}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group gap="xs" justify="flex-end">
            <Button variant="default" onClick={() => decide('reject')}>
              Reject
            </Button>
            <Button onClick={() => decide('accept')}>Accept</Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
