'use client';

import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowDown, IconArrowUp, IconPencil, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { Face } from '@/components/people/face.tsx';
import type { Transcript } from '@/server/core/transcript.ts';
import type { PromptItem } from '@/server/core/transcript-item.ts';
import classes from './conversation.module.css';
import { EditPrompt } from './edit-prompt.tsx';
import { mayAsMember, useSession } from './session-context.tsx';

/** Prompts that wait for their turn: whose they are, and changing their mind about them. */
export function Queue({ transcript }: { transcript: Transcript }) {
  const { session } = useSession();
  const [editing, setEditing] = useState<PromptItem>();
  const { move, remove } = useQueue(transcript);
  const prompts = transcript.queue.flatMap((runId) =>
    transcript.items.filter((item): item is PromptItem => item.kind === 'prompt' && item.runId === runId),
  );
  if (prompts.length === 0) return null;
  const canChange = mayAsMember(session, 'prompt');
  const onKeyDown = (event: KeyboardEvent, index: number, prompt: PromptItem) => {
    if (!canChange || event.target !== event.currentTarget) return;
    if (event.altKey && event.key === 'ArrowUp') move(index, -1);
    else if (event.altKey && event.key === 'ArrowDown') move(index, 1);
    else if (event.key === 'e') setEditing(prompt);
    else if (event.key === 'Delete') remove(prompt);
    else return;
    event.preventDefault();
  };
  return (
    <div className={classes.queue} role="group" aria-label="Queue">
      <Text size="xs" c="dimmed">
        {prompts.length} queued
      </Text>
      <ol className={classes.queueList}>
        {prompts.map((prompt, index) => (
          <li
            key={prompt.runId}
            className={classes.queued}
            tabIndex={canChange ? 0 : undefined}
            aria-label={`${index + 1}. ${prompt.author.name}: ${prompt.text.slice(0, 60)}`}
            aria-keyshortcuts={canChange ? 'Alt+ArrowUp Alt+ArrowDown e Delete' : undefined}
            onKeyDown={(event) => onKeyDown(event, index, prompt)}
          >
            <Face kind="person" id={prompt.author.id} name={prompt.author.name} size={18} />
            <Text className={classes.cardTitle} title={`${prompt.author.name}: ${prompt.text}`}>
              {prompt.text}
            </Text>
            {canChange && (
              <>
                {index > 0 && (
                  <Step label="Move up" prompt={prompt} onClick={() => move(index, -1)}>
                    <IconArrowUp size={14} />
                  </Step>
                )}
                {index < prompts.length - 1 && (
                  <Step label="Move down" prompt={prompt} onClick={() => move(index, 1)}>
                    <IconArrowDown size={14} />
                  </Step>
                )}
                <Step label="Edit" prompt={prompt} onClick={() => setEditing(prompt)}>
                  <IconPencil size={14} />
                </Step>
                <Step label="Remove" prompt={prompt} onClick={() => remove(prompt)}>
                  <IconX size={14} />
                </Step>
              </>
            )}
          </li>
        ))}
      </ol>
      {editing && <EditPrompt prompt={editing} onClose={() => setEditing(undefined)} />}
    </div>
  );
}

function useQueue({ queue }: Transcript) {
  const { session } = useSession();
  const trpc = useTRPC();
  const onError = (error: { message: string }) =>
    notifications.show({ color: 'red', title: 'The queue stays as it is', message: error.message });
  const cancel = useMutation(trpc.runs.cancel.mutationOptions({ onError }));
  const reorder = useMutation(trpc.runs.reorder.mutationOptions({ onError }));
  const move = (index: number, by: 1 | -1) => {
    const [moved, other] = [queue[index], queue[index + by]];
    if (moved === undefined || other === undefined || reorder.isPending) return;
    reorder.mutate({ sessionId: session.id, runIds: queue.with(index, other).with(index + by, moved) });
  };
  return { move, remove: (prompt: PromptItem) => cancel.mutate({ runId: prompt.runId }) };
}

type StepProps = { label: string; prompt: PromptItem; onClick: () => void; children: ReactNode };

function Step({ label, prompt, onClick, children }: StepProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        className={classes.step ?? ''}
        size={24}
        aria-label={`${label}: ${prompt.text.slice(0, 60)}`}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
