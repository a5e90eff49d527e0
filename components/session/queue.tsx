'use client';

import { ActionIcon, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowUp, IconPencil, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { Face } from '@/components/people/face.tsx';
import type { Transcript } from '@/server/core/transcript.ts';
import type { PromptItem } from '@/server/core/transcript-item.ts';
import classes from './conversation.module.css';
import { NameDialog } from './name-dialog.tsx';
import { may, useSession } from './session-context.tsx';

/** Prompts that wait for their turn: whose they are, and changing their mind about them. */
export function Queue({ transcript }: { transcript: Transcript }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const [editing, setEditing] = useState<PromptItem>();
  const onError = (error: { message: string }) =>
    notifications.show({ color: 'red', title: 'The queue stays as it is', message: error.message });
  const cancel = useMutation(trpc.runs.cancel.mutationOptions({ onError }));
  const reorder = useMutation(trpc.runs.reorder.mutationOptions({ onError }));
  const edit = useMutation(trpc.runs.editPrompt.mutationOptions());
  const prompts = transcript.queue.flatMap((runId) =>
    transcript.items.filter((item): item is PromptItem => item.kind === 'prompt' && item.runId === runId),
  );
  if (prompts.length === 0) return null;
  const canChange = may(session, 'prompt');
  const moveUp = (index: number) => {
    const runIds = [...transcript.queue];
    const [moved] = runIds.splice(index, 1);
    if (moved === undefined) return;
    runIds.splice(index - 1, 0, moved);
    reorder.mutate({ sessionId: session.id, runIds });
  };
  return (
    <div className={classes.queue} role="group" aria-label="Queue">
      <Text size="xs" c="dimmed">
        {prompts.length} queued
      </Text>
      {prompts.map((prompt, index) => (
        <div key={prompt.runId} className={classes.queued}>
          <Face kind="person" id={prompt.author.id} name={prompt.author.name} size={18} />
          <Text className={classes.cardTitle} title={prompt.text}>
            {prompt.text}
          </Text>
          {canChange && (
            <>
              {index > 0 && (
                <Tooltip label="Move up">
                  <ActionIcon
                    size={20}
                    aria-label={`Move up: ${prompt.text.slice(0, 60)}`}
                    onClick={() => moveUp(index)}
                  >
                    <IconArrowUp size={14} />
                  </ActionIcon>
                </Tooltip>
              )}
              <Tooltip label="Edit">
                <ActionIcon
                  size={20}
                  aria-label={`Edit: ${prompt.text.slice(0, 60)}`}
                  onClick={() => setEditing(prompt)}
                >
                  <IconPencil size={14} />
                </ActionIcon>
              </Tooltip>
              <Tooltip label="Remove">
                <ActionIcon
                  size={20}
                  aria-label={`Remove: ${prompt.text.slice(0, 60)}`}
                  onClick={() => cancel.mutate({ runId: prompt.runId })}
                >
                  <IconX size={14} />
                </ActionIcon>
              </Tooltip>
            </>
          )}
        </div>
      ))}
      {editing && (
        <NameDialog
          title="Edit the prompt"
          label="Prompt"
          description="Until it begins, everyone who may prompt here may change it"
          initial={editing.text}
          action="Save"
          onClose={() => setEditing(undefined)}
          onSubmit={async (text) => {
            await edit.mutateAsync({ runId: editing.runId, text });
          }}
        />
      )}
    </div>
  );
}
