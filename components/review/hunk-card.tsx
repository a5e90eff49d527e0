'use client';

import { Button, Group, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowBackUp, IconCheck, IconCircle, IconMessage, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useSession } from '@/components/session/session-context.tsx';
import { ConflictEditor } from './conflict-editor.tsx';
import { HunkDiff } from './diff-view.tsx';
import classes from './suggestion-view.module.css';
import type { Decisions } from './use-decisions.ts';

type Hunk = RouterOutputs['suggestions']['get']['files'][number]['hunks'][number];
type HunkCardProps = {
  hunk: Hunk;
  isText: boolean;
  index: number;
  isCurrent: boolean;
  canDecide: boolean;
  decisions: Decisions;
  onFocus: () => void;
};

export function HunkCard({ hunk, isText, index, isCurrent, canDecide, decisions, onFocus }: HunkCardProps) {
  const { openFile } = useSession();
  const conflict = decisions.conflictOf(hunk.id);
  return (
    <article
      className={classes.hunk}
      data-hunk-index={index}
      data-current={isCurrent || undefined}
      data-state={hunk.state}
      aria-current={isCurrent}
      aria-label={`Hunk ${index + 1}, ${hunk.path} line ${hunk.oldStart}, ${hunk.state}`}
      onFocus={onFocus}
      onClick={onFocus}
    >
      <div className={classes.hunkHead}>
        <HunkState hunk={hunk} />
        <Text size="xs" c="dimmed" className="ens-tabular">
          line {Math.max(1, hunk.oldStart)}
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={() => void openFile(hunk.path, { line: Math.max(1, hunk.oldStart) })}
        >
          Open file
        </Button>
        {canDecide && <HunkControls hunk={hunk} decisions={decisions} />}
      </div>
      {hunk.kind !== 'mode' && isText ? (
        <HunkDiff hunk={hunk} />
      ) : (
        <Text p="sm" c="dimmed">
          {withoutLines(hunk)}
        </Text>
      )}
      {conflict && (
        <ConflictEditor
          conflict={conflict}
          path={hunk.path}
          busy={decisions.busy === hunk.id}
          onCancel={() => decisions.dropConflict(hunk.id)}
          onResolve={(resolution) =>
            decisions.decide({ hunkId: hunk.id, decision: 'accept', resolution, resolutionFor: conflict.live })
          }
        />
      )}
    </article>
  );
}

/** What is said of a change that has no lines to show. */
function withoutLines(hunk: Hunk): string {
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

function HunkState({ hunk }: { hunk: Hunk }) {
  const by = hunk.decision ? ` by ${hunk.decision.by.name}` : '';
  const why = hunk.decision?.reason ? `: ${hunk.decision.reason}` : '';
  const looks = {
    unreviewed: { icon: <IconCircle size={14} aria-hidden />, text: 'Unreviewed' },
    applying: { icon: <IconCircle size={14} aria-hidden />, text: `Being accepted${by}` },
    accepted: { icon: <IconCheck size={14} aria-hidden />, text: `Accepted${by}${why}` },
    rejected: { icon: <IconX size={14} aria-hidden />, text: `Rejected${by}${why}` },
  };
  const { icon, text } = looks[hunk.state];
  return (
    <span className={classes.state}>
      {icon} {text}
    </span>
  );
}

function HunkControls({ hunk, decisions }: { hunk: Hunk; decisions: Decisions }) {
  const busy = decisions.busy === hunk.id || hunk.state === 'applying';
  if (hunk.state === 'accepted' || hunk.state === 'rejected') {
    return (
      <Button
        ml="auto"
        size="compact-xs"
        variant="default"
        leftSection={<IconArrowBackUp size={14} />}
        loading={busy}
        onClick={() => decisions.decide({ hunkId: hunk.id, decision: 'undo' })}
      >
        Undo
      </Button>
    );
  }
  return (
    <Group gap={4} ml="auto" wrap="nowrap">
      <Button
        size="compact-xs"
        leftSection={<IconCheck size={14} />}
        loading={busy}
        onClick={() => decisions.decide({ hunkId: hunk.id, decision: 'accept' })}
      >
        Accept
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconX size={14} />}
        disabled={busy}
        onClick={() => decisions.decide({ hunkId: hunk.id, decision: 'reject' })}
      >
        Reject
      </Button>
      <WithReason
        onDecide={(decision, reason) =>
          decisions.decide({ hunkId: hunk.id, decision, ...(reason === '' ? {} : { reason }) })
        }
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
