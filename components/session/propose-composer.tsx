'use client';

import { Alert, Button, Text, Textarea } from '@mantine/core';
import { IconMessageQuestion } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import classes from './composer.module.css';
import { useDraft } from './use-draft.ts';
import { useSay } from './use-say.ts';

/** For those who may comment and not prompt: a member sends their words, or declines. */
export function ProposeComposer() {
  const { store, draft } = useDraft();
  const { propose, error, dismiss } = useSay();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    propose();
  };
  return (
    <div className={classes.composer}>
      {error && (
        <Alert color="red" mb="xs" title="Not proposed, your text is kept" withCloseButton onClose={dismiss}>
          {error.message}
        </Alert>
      )}
      <Textarea
        data-composer
        autosize
        minRows={2}
        maxRows={10}
        placeholder="Propose a prompt"
        aria-label="Prompt to propose"
        value={draft.text}
        onChange={(event) => store.write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.foot}>
        <Text size="xs" c="dimmed" className={classes.spring}>
          Someone of the team sends it under their name, saying that the words are yours
        </Text>
        <Button leftSection={<IconMessageQuestion size={14} />} disabled={draft.text.trim() === ''} onClick={propose}>
          Propose
        </Button>
      </div>
    </div>
  );
}
