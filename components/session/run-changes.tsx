'use client';

import { Text, UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconFileDiff } from '@tabler/icons-react';
import { useState } from 'react';
import { isActiveRun } from '@/server/core/run-state.ts';
import type { RunFileChange } from '@/server/core/session-event.ts';
import type { Transcript } from '@/server/core/transcript.ts';
import type { TranscriptRun } from '@/server/core/transcript-item.ts';
import classes from './run-changes.module.css';
import { useSession } from './session-context.tsx';

/** What the runs at work have changed so far, each in its own worktree. */
export function RunChanges({ transcript }: { transcript: Transcript }) {
  const runs = Object.values(transcript.runs).filter(({ state, files }) => isActiveRun(state) && files.length > 0);
  return runs.map((run) => <ChangesOf key={run.runId} run={run} />);
}

const letters = { added: 'A', modified: 'M', deleted: 'D', unchanged: '' };

function ChangesOf({ run: { runId, agent, files } }: { run: TranscriptRun }) {
  const { workbench } = useSession();
  const [isOpen, setOpen] = useState(false);
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  const sum = (of: 'added' | 'removed') => files.reduce((total, file) => total + file[of], 0);
  return (
    <section className={classes.changes} aria-label={`Changes of ${agent} so far`}>
      <UnstyledButton className={classes.head} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Chevron size={14} aria-hidden />
        <IconFileDiff size={14} stroke={1.6} aria-hidden />
        <span className={classes.title}>
          Changes so far: {files.length} {files.length === 1 ? 'file' : 'files'}
        </span>
        <Counts added={sum('added')} removed={sum('removed')} />
      </UnstyledButton>
      {isOpen && (
        <ul className={classes.files}>
          {files.toReversed().map((file) => (
            <li key={file.path}>
              <UnstyledButton
                className={classes.file}
                title={file.path}
                onClick={() => workbench.show({ kind: 'live', runId, path: file.path, agent })}
              >
                <span className={classes.letter} data-status={file.status} aria-label={file.status}>
                  {letters[file.status]}
                </span>
                <span className={classes.path}>
                  <bdi>{file.path}</bdi>
                </span>
                <Counts added={file.added} removed={file.removed} />
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Counts({ added, removed }: Pick<RunFileChange, 'added' | 'removed'>) {
  return (
    <Text component="span" size="xs" className="ens-tabular">
      <span className={classes.added} aria-label={`${added} lines added`}>
        +{added}
      </span>{' '}
      <span className={classes.removed} aria-label={`${removed} lines removed`}>
        −{removed}
      </span>
    </Text>
  );
}
