'use client';

import { Button, Group, NativeSelect, SegmentedControl, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import changeClasses from './change-view.module.css';
import { Comparison, SideText } from './change-view.tsx';
import classes from './checkpoint-view.module.css';
import { useCheckpoints, type Checkpoint } from './checkpoints-panel.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import { may, useSession } from './session-context.tsx';

type Compared = RouterOutputs['checkpoints']['compare'];

/** A checkpoint to look at: what changed from it to now or to another one, and every file as it was. */
export function CheckpointView({ checkpointId }: { checkpointId: string }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const [view, setView] = useState<'changes' | 'files'>('changes');
  const [otherId, setOtherId] = useState<string>();
  const [restoring, setRestoring] = useState<{ paths?: string[] }>();
  const asked = { checkpointId, ...(otherId !== undefined && { otherId }) };
  const compared = useQuery(trpc.checkpoints.compare.queryOptions(asked, { networkMode: 'always' }));
  const title = compared.data?.checkpoint.title ?? 'this checkpoint';
  const mayRestore = may(session, 'edit');
  return (
    <div className={changeClasses.view}>
      <div className={classes.head}>
        <Stack gap={0} className={classes.words}>
          <Text component="div" fw={600} lineClamp={2}>
            {compared.data?.checkpoint.title ?? <Skeleton height={14} width={180} />}
          </Text>
          {compared.data && <Made point={compared.data.checkpoint} />}
        </Stack>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            value={view}
            onChange={(value) => setView(value === 'files' ? 'files' : 'changes')}
            data={[
              { value: 'changes', label: 'What changed' },
              { value: 'files', label: 'Files then' },
            ]}
            aria-label="What is shown of the checkpoint"
          />
          {mayRestore && <Button onClick={() => setRestoring({})}>Restore…</Button>}
        </Group>
      </div>
      <div className={changeClasses.scroll} tabIndex={0} role="region" aria-label={`Checkpoint ${title}`}>
        {view === 'changes' ? (
          <>
            <CompareWith checkpointId={checkpointId} otherId={otherId} onChange={setOtherId} />
            {compared.isPending && <Skeleton height={120} m="md" />}
            {compared.error && (
              <Stack p="md">
                <Fault message={compared.error.message} onRetry={() => void compared.refetch()} />
              </Stack>
            )}
            {compared.data && (
              <Changes
                compared={compared.data}
                asked={asked}
                onRestore={mayRestore ? (path) => setRestoring({ paths: [path] }) : undefined}
              />
            )}
          </>
        ) : (
          <FilesThen checkpointId={checkpointId} />
        )}
      </div>
      {restoring && (
        <RestoreDialog
          {...restoring}
          checkpointId={checkpointId}
          title={title}
          onClose={() => setRestoring(undefined)}
        />
      )}
    </div>
  );
}

function Made({ point }: { point: Checkpoint }) {
  return (
    <Text size="xs" c="dimmed">
      {point.actor.kind === 'system' ? 'Made by itself' : point.actor.name}, <TimeAgo at={point.createdAt} />
    </Text>
  );
}

function CompareWith({
  checkpointId,
  otherId,
  onChange,
}: {
  checkpointId: string;
  otherId: string | undefined;
  onChange: (otherId: string | undefined) => void;
}) {
  const points = useCheckpoints();
  const others = (points.data?.pages.flatMap((page) => page.items) ?? []).filter(({ id }) => id !== checkpointId);
  return (
    <Group className={classes.compare} gap="xs">
      <Text size="sm" component="label" htmlFor="compare-checkpoint">
        From this checkpoint to
      </Text>
      <NativeSelect
        id="compare-checkpoint"
        size="xs"
        className={classes.select}
        value={otherId ?? ''}
        onChange={(event) => onChange(event.currentTarget.value || undefined)}
        data={[
          { value: '', label: 'the session as it is now' },
          ...others.map(({ id, title, createdAt }) => ({
            value: id,
            label: `${title} (${createdAt.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })})`,
          })),
        ]}
      />
    </Group>
  );
}

const letters = { added: 'A', modified: 'M', deleted: 'D' } as const;

function Changes({
  compared,
  asked,
  onRestore,
}: {
  compared: Compared;
  asked: { checkpointId: string; otherId?: string };
  onRestore: ((path: string) => void) | undefined;
}) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (path: string, isOpen: boolean) => {
    const next = new Set(open);
    if (isOpen) next.add(path);
    else next.delete(path);
    setOpen(next);
  };
  if (compared.items.length === 0)
    return (
      <Text p="md" c="dimmed">
        {compared.other ? 'The two checkpoints are the same.' : 'Nothing has changed since this checkpoint.'}
      </Text>
    );
  return compared.items.map((item) => (
    <section key={item.path} className={classes.file} aria-label={item.path}>
      <div className={classes.summary}>
        <UnstyledButton
          className={classes.open}
          aria-expanded={open.has(item.path)}
          onClick={() => toggle(item.path, !open.has(item.path))}
        >
          <span className={classes.letter} aria-label={item.status}>
            {letters[item.status]}
          </span>
          <span className={classes.path}>{item.path}</span>
          <Text component="span" size="xs" c="dimmed" className="ens-tabular">
            +{item.added} −{item.removed}
          </Text>
        </UnstyledButton>
        {onRestore && !asked.otherId && (
          <Button size="compact-sm" variant="default" onClick={() => onRestore(item.path)}>
            Restore this file…
          </Button>
        )}
      </div>
      {open.has(item.path) && <FileChange asked={asked} path={item.path} />}
    </section>
  ));
}

function FileChange({ asked, path }: { asked: { checkpointId: string; otherId?: string }; path: string }) {
  const trpc = useTRPC();
  const change = useQuery(trpc.checkpoints.change.queryOptions({ ...asked, path }));
  if (change.error)
    return (
      <Stack p="md">
        <Fault message={change.error.message} onRetry={() => void change.refetch()} />
      </Stack>
    );
  return change.data ? <Comparison path={path} change={change.data} split={false} /> : <Skeleton height={80} m="md" />;
}

function FilesThen({ checkpointId }: { checkpointId: string }) {
  const trpc = useTRPC();
  const [path, setPath] = useState<string>();
  const files = useQuery(trpc.checkpoints.files.queryOptions({ checkpointId }));
  if (files.isPending) return <Skeleton height={120} m="md" />;
  if (files.error)
    return (
      <Stack p="md">
        <Fault message={files.error.message} onRetry={() => void files.refetch()} />
      </Stack>
    );
  if (files.data.length === 0)
    return (
      <Text p="md" c="dimmed">
        The session had no file then.
      </Text>
    );
  return (
    <>
      <div className={classes.compare}>
        <NativeSelect
          size="xs"
          label="File"
          value={path ?? ''}
          onChange={(event) => setPath(event.currentTarget.value || undefined)}
          data={[
            { value: '', label: `Choose one of ${files.data.length} files` },
            ...files.data.map((file) => ({ value: file.path, label: file.path })),
          ]}
        />
      </div>
      {path !== undefined && <FileThen checkpointId={checkpointId} path={path} />}
    </>
  );
}

function FileThen({ checkpointId, path }: { checkpointId: string; path: string }) {
  const trpc = useTRPC();
  const file = useQuery(trpc.checkpoints.file.queryOptions({ checkpointId, path }));
  if (file.error)
    return (
      <Stack p="md">
        <Fault message={file.error.message} onRetry={() => void file.refetch()} />
      </Stack>
    );
  return file.data ? <SideText path={path} side={file.data.side} /> : <Skeleton height={120} m="md" />;
}
