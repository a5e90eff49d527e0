'use client';

import { Button, Group, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import classes from './suggestion-view.module.css';
import type { HunkConflict } from './conflict-store.ts';

type ConflictEditorProps = {
  conflict: HunkConflict;
  path: string;
  busy: boolean;
  onCancel: () => void;
  onResolve: (text: string) => void;
};

const words = {
  accept: {
    what: 'People changed the same lines after the agent began. Choose a text or write one.',
    other: 'Suggested',
    do: 'Accept this result',
  },
  undo: {
    what: 'People changed the accepted lines since. Choose a text or write one.',
    other: 'Without the hunk',
    do: 'Undo with this result',
  },
};

/** People changed the same lines: theirs, the other text, and the result, which a person writes or chooses. */
export function ConflictEditor({ conflict, path, busy, onCancel, onResolve }: ConflictEditorProps) {
  const [result, setResult] = useState(conflict.live);
  const say = words[conflict.during];
  return (
    <div className={classes.conflict} role="group" aria-label={`Conflict in ${path}`}>
      <Text fw={600}>{say.what}</Text>
      <div className={classes.columns}>
        <Side
          title="Now in the session"
          text={conflict.live}
          action="Keep this"
          onChoose={() => setResult(conflict.live)}
        />
        <Side
          title={say.other}
          text={conflict.suggested}
          action="Take this"
          onChoose={() => setResult(conflict.suggested)}
        />
        <div>
          <Text size="sm" fw={600} component="label" htmlFor={`result-${path}`}>
            Result
          </Text>
          <Textarea
            id={`result-${path}`}
            autosize
            minRows={3}
            maxRows={18}
            value={result}
            onChange={(event) => setResult(event.currentTarget.value)}
            classNames={{ input: 'ens-mono' }}
            spellCheck={false}
          />
        </div>
      </div>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          Decide later
        </Button>
        <Button loading={busy} onClick={() => onResolve(result)}>
          {say.do}
        </Button>
      </Group>
    </div>
  );
}

type EditedTextProps = {
  suggested: string;
  path: string;
  busy: boolean;
  onCancel: () => void;
  onAccept: (text: string) => void;
};

/** The suggested lines, changed by a person before they go into the text. */
export function EditedText({ suggested, path, busy, onCancel, onAccept }: EditedTextProps) {
  const [text, setText] = useState(suggested.replace(/\n$/, ''));
  return (
    <div
      className={classes.edited}
      role="group"
      aria-label={`Edit the suggested lines of ${path}`}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
    >
      <Textarea
        autoFocus
        label="Lines to accept"
        autosize
        minRows={2}
        maxRows={18}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        classNames={{ input: 'ens-mono' }}
        spellCheck={false}
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button loading={busy} onClick={() => onAccept(text !== '' && suggested.endsWith('\n') ? `${text}\n` : text)}>
          Accept these lines
        </Button>
      </Group>
    </div>
  );
}

function Side({
  title,
  text,
  action,
  onChoose,
}: {
  title: string;
  text: string;
  action: string;
  onChoose: () => void;
}) {
  return (
    <div>
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {title}
        </Text>
        <Button size="compact-xs" variant="subtle" onClick={onChoose}>
          {action}
        </Button>
      </Group>
      <pre className={classes.text} tabIndex={0}>
        {text === '' ? '(nothing)' : text}
      </pre>
    </div>
  );
}
