'use client';

import { Alert, Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import type { PromptItem } from '@/server/core/transcript-item.ts';

/** Changes the words of a prompt that waits; a refusal stands beside them and they stay. */
export function EditPrompt({ prompt, onClose }: { prompt: PromptItem; onClose: () => void }) {
  const trpc = useTRPC();
  const [text, setText] = useState(prompt.text);
  const edit = useMutation(trpc.runs.editPrompt.mutationOptions({ onSuccess: onClose }));
  const canSave = text.trim() !== '' && !edit.isPending;
  const save = () => edit.mutate({ runId: prompt.runId, text });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && canSave) save();
  };
  return (
    <Modal opened onClose={onClose} title={`Edit the prompt of ${prompt.author.name}`}>
      <Stack>
        {edit.error && (
          <Alert color="red" title="Not changed, your text is kept">
            {edit.error.message}
          </Alert>
        )}
        <Textarea
          data-autofocus
          autosize
          minRows={3}
          maxRows={14}
          label="Prompt"
          description="Until it begins, its author and whoever may approve here can change it"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={edit.isPending} disabled={!canSave} onClick={save}>
            Save
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
