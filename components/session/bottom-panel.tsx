'use client';

import { ActionIcon, Badge, Button, Group, Select, Text, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconPlayerPlay, IconPlayerStop, IconX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, useSyncExternalStore, type FormEvent } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import type { TaskLog } from '@/server/core/task-log.ts';
import classes from './bottom-panel.module.css';
import { may, useSession } from './session-context.tsx';
import { TaskConflicts } from './task-conflicts.tsx';

const known = ['setup', 'test', 'lint'] as const;
const labels = { setup: 'Set up', test: 'Test', lint: 'Lint' };

/** The project's commands, run in the sandbox on the session's current state. */
export function BottomPanel() {
  const { session, feed, workbench } = useSession();
  const trpc = useTRPC();
  const commands = useQuery(trpc.sessions.commands.queryOptions({ sessionId: session.id }));
  const tasks = useSyncExternalStore(feed.subscribe, feed.getTasks, feed.getTasks);
  const [chosen, setChosen] = useState<string>();
  const task = tasks.find((each) => each.taskId === chosen) ?? tasks.at(-1);
  const refused = (error: { message: string }) =>
    notifications.show({ color: 'red', title: 'The command did not start', message: error.message });
  const start = useMutation(
    trpc.tasks.start.mutationOptions({ onSuccess: ({ taskId }) => setChosen(taskId), onError: refused }),
  );
  const run = (name: 'setup' | 'test' | 'lint' | 'custom', command: string) =>
    start.mutate({ sessionId: session.id, name, command });
  const canRun = may(session, 'edit');
  return (
    <section className={classes.panel} aria-label="Run">
      <div className={classes.head}>
        <Text fw={600}>Run</Text>
        {canRun &&
          known.map((name) => {
            const command = commands.data?.commands[name];
            return command ? (
              <Tooltip key={name} label={command}>
                <Button
                  size="compact-xs"
                  variant="default"
                  leftSection={<IconPlayerPlay size={12} />}
                  loading={start.isPending}
                  onClick={() => run(name, command)}
                >
                  {labels[name]}
                </Button>
              </Tooltip>
            ) : null;
          })}
        {canRun && <OwnCommand onRun={(command) => run('custom', command)} />}
        {tasks.length > 1 && (
          <Select
            size="xs"
            w={190}
            allowDeselect={false}
            aria-label="Which command"
            value={task?.taskId ?? null}
            onChange={(value) => setChosen(value ?? undefined)}
            data={tasks.toReversed().map((each) => ({
              value: each.taskId,
              label: `${each.name === 'custom' ? each.command : each.name} · ${new Date(each.startedAt).toLocaleTimeString()}`,
            }))}
          />
        )}
        <ActionIcon ml="auto" aria-label="Close the run panel" onClick={() => workbench.set({ bottomOpen: false })}>
          <IconX size={14} />
        </ActionIcon>
      </div>
      {task ? (
        <TaskView key={task.taskId} task={task} />
      ) : (
        <NoTask hasCommands={known.some((name) => commands.data?.commands[name])} />
      )}
    </section>
  );
}

function NoTask({ hasCommands }: { hasCommands: boolean }) {
  return (
    <Text p="md" c="dimmed">
      {hasCommands
        ? 'Nothing has run yet. Commands run in a sandbox on the session’s current state; what they change in tracked files comes back here.'
        : 'No commands were found in this repository. Type one above, or set them in the project’s settings.'}
    </Text>
  );
}

function OwnCommand({ onRun }: { onRun: (command: string) => void }) {
  const [command, setCommand] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (command.trim() !== '') onRun(command.trim());
  };
  return (
    <form onSubmit={submit} className={classes.own}>
      <TextInput
        size="xs"
        aria-label="Another command"
        placeholder="Another command"
        value={command}
        onChange={(event) => setCommand(event.currentTarget.value)}
        classNames={{ input: 'ens-mono' }}
        spellCheck={false}
      />
    </form>
  );
}

const looks = {
  running: { color: 'violet', text: 'running' },
  succeeded: { color: 'green', text: '✓ succeeded' },
  failed: { color: 'red', text: '✗ failed' },
  cancelled: { color: 'gray', text: 'cancelled' },
};

function TaskView({ task }: { task: TaskLog }) {
  const trpc = useTRPC();
  const cancel = useMutation(trpc.tasks.cancel.mutationOptions());
  const { color, text } = looks[task.state];
  return (
    <>
      <Group gap="sm" className={classes.facts}>
        <Badge color={color} variant="light">
          {text}
        </Badge>
        <Text className="ens-mono" truncate flex={1} title={task.command}>
          $ {task.command}
        </Text>
        <Text size="xs" c="dimmed" className="ens-tabular">
          by {task.startedBy.name}
          {task.durationMs !== null && `, ${(task.durationMs / 1000).toFixed(1)} s`}
          {task.exitCode !== null && task.exitCode !== 0 && `, exit code ${task.exitCode}`}
        </Text>
        {task.state === 'running' && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPlayerStop size={12} />}
            loading={cancel.isPending}
            onClick={() => cancel.mutate({ taskId: task.taskId })}
          >
            Stop
          </Button>
        )}
      </Group>
      <TaskConflicts task={task} />
      <Output task={task} />
    </>
  );
}

/** Stays at the end while it is at the end; lets people read while it runs. */
function Output({ task }: { task: TaskLog }) {
  const box = useRef<HTMLPreElement>(null);
  const pinned = useRef(true);
  useEffect(() => {
    if (box.current && pinned.current) box.current.scrollTop = box.current.scrollHeight;
  }, [task.output]);
  return (
    <pre
      ref={box}
      className={classes.output}
      tabIndex={0}
      role="log"
      aria-label={`Output of ${task.command}`}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        pinned.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {task.cut && '… earlier output is left out here\n'}
      {task.output}
      {task.error && `\n${task.error}`}
    </pre>
  );
}
