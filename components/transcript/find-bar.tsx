'use client';

import { ActionIcon, Text, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconX } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { useScreen, useScreenState } from './screen-context.tsx';
import classes from './transcript.module.css';

/** Looks for words in the whole conversation, also in what is folded or far back. */
export function FindBar() {
  const screen = useScreen();
  const find = useScreenState((state) => state.find);
  if (!find) return null;
  const { words, matches, at } = find;
  const count = words === '' ? '' : matches.length === 0 ? 'None' : `${at + 1} of ${matches.length}`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') screen.endFind();
    else if (event.key === 'Enter') screen.step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  };
  return (
    <search className={classes.find} aria-label="Find in the conversation">
      <TextInput
        size="xs"
        autoFocus
        aria-label="Words to find"
        placeholder="Find in the conversation"
        value={words}
        onChange={(event) => screen.find(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        flex={1}
      />
      <Text size="xs" c="dimmed" className="ens-tabular" role="status" miw={52} ta="right">
        {count}
      </Text>
      <ActionIcon aria-label="Previous" disabled={matches.length === 0} onClick={() => screen.step(-1)}>
        <IconChevronUp size={16} />
      </ActionIcon>
      <ActionIcon aria-label="Next" disabled={matches.length === 0} onClick={() => screen.step(1)}>
        <IconChevronDown size={16} />
      </ActionIcon>
      <ActionIcon aria-label="Stop finding" onClick={screen.endFind}>
        <IconX size={16} />
      </ActionIcon>
    </search>
  );
}
