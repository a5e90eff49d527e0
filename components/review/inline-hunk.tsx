'use client';

import { Button, Group, Text } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react';
import * as monaco from 'monaco-editor';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { Face } from '@/components/people/face.tsx';
import type { HunkLocation } from '@/server/core/locate-hunk.ts';
import classes from './suggestions-in-file.module.css';
import type { SuggestionHunk } from './use-open-suggestions.ts';

type InlineHunkProps = {
  hunk: SuggestionHunk;
  place: HunkLocation;
  agent: string;
  language: string;
  canDecide: boolean;
  busy: boolean;
  onDecide: (decision: 'accept' | 'reject') => void;
  onReview: () => void;
  /** To the next (1) or the one before (-1). */
  onGo: (step: 1 | -1) => void;
  onLeave: () => void;
};

/** One suggested change between the lines of the file: what comes in, from whom, and the decision. */
export function InlineHunk(props: InlineHunkProps) {
  const { hunk, place, agent, language, canDecide, busy, onDecide, onReview } = props;
  const what = sentence(hunk, place);
  return (
    <div
      className={classes.zone}
      data-state={place.state}
      data-inline-hunk={hunk.id}
      data-testid="inline-hunk"
      role="group"
      tabIndex={-1}
      aria-label={`Suggestion by ${agent}: ${what}`}
      onKeyDown={(event) => onKey(event, props)}
    >
      <div className={classes.zoneHead}>
        <Face kind="agent" id={agent} name={agent} size={18} tooltip={false} />
        <Text size="xs" fw={600}>
          {agent}
        </Text>
        <Text size="xs" className={classes.what}>
          {place.state === 'conflict' && <IconAlertTriangle size={13} aria-hidden />} {what}
        </Text>
        <Group gap={4} ml="auto" wrap="nowrap">
          {canDecide && (
            <>
              <Button
                size="compact-xs"
                leftSection={<IconCheck size={13} />}
                loading={busy || hunk.state === 'applying'}
                onClick={() => onDecide('accept')}
              >
                Accept
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                leftSection={<IconX size={13} />}
                disabled={busy}
                onClick={() => onDecide('reject')}
              >
                Reject
              </Button>
            </>
          )}
          <Button size="compact-xs" variant="subtle" color="gray" onClick={onReview}>
            Review
          </Button>
        </Group>
      </div>
      {hunk.resultText !== '' && place.state !== 'there' && <Lines text={hunk.resultText} language={language} />}
    </div>
  );
}

function onKey(event: KeyboardEvent, { canDecide, busy, onDecide, onGo, onLeave }: InlineHunkProps): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const decides = canDecide && !busy;
  const keys: Record<string, () => void> = {
    n: () => onGo(1),
    p: () => onGo(-1),
    Escape: onLeave,
    ...(decides ? { y: () => onDecide('accept'), x: () => onDecide('reject') } : {}),
  };
  const run = keys[event.key];
  if (!run) return;
  event.preventDefault();
  event.stopPropagation();
  run();
}

function sentence(hunk: SuggestionHunk, { state, startLine, endLine }: HunkLocation): string {
  const lines = endLine > startLine ? `lines ${startLine} to ${endLine}` : `line ${startLine}`;
  if (state === 'there') return 'the text has this change already';
  if (state === 'conflict') return endLine < startLine ? 'people changed these lines' : `people changed ${lines}`;
  if (endLine < startLine) return endLine === 0 ? 'adds at the top' : `adds below line ${endLine}`;
  return hunk.resultText === '' ? `deletes ${lines}` : `replaces ${lines} with`;
}

function Lines({ text, language }: { text: string; language: string }) {
  const box = useRef<HTMLPreElement>(null);
  useEffect(() => {
    const pre = box.current;
    if (!pre) return undefined;
    let gone = false;
    const shown = text.endsWith('\n') ? text.slice(0, -1) : text;
    pre.textContent = shown;
    // The editor's own colouring, which escapes what it is given.
    void monaco.editor.colorize(shown, language, { tabSize: 4 }).then((html) => {
      if (!gone) pre.innerHTML = html;
    });
    return () => {
      gone = true;
    };
  }, [text, language]);
  return <pre ref={box} className={classes.added} tabIndex={0} aria-label="Suggested lines" />;
}
