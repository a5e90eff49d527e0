'use client';

import { Alert, Text } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { TranscriptView } from '@/components/transcript/transcript-view.tsx';
import { Composer } from './composer.tsx';
import classes from './conversation.module.css';
import { GoingOn } from './going-on.tsx';
import { Queue } from './queue.tsx';
import { RunChanges } from './run-changes.tsx';
import { OthersDrafts } from './shared-draft.tsx';
import { useSession } from './session-context.tsx';
import { useMarkRead } from './use-mark-read.ts';
import { useTranscript } from './use-feed.ts';

/** The one ordered conversation of the session, people and agents together. */
export function Conversation() {
  const { session, feed } = useSession();
  const transcript = useTranscript();
  const status = useSyncExternalStore(feed.subscribe, feed.getStatus, feed.getStatus);
  useMarkRead(transcript.lastSeq);
  return (
    <section className={classes.conversation} aria-label="Conversation">
      {typeof status === 'object' && (
        <Alert color="red" m="sm" title="The conversation ended for you">
          {status.ended}
        </Alert>
      )}
      {status === 'lost' && (
        <Text className={classes.lost} role="status">
          Reconnecting to the conversation
        </Text>
      )}
      <TranscriptView />
      <RunChanges transcript={transcript} />
      <GoingOn transcript={transcript} />
      <OthersDrafts />
      <Queue transcript={transcript} />
      {!session.isArchived && <Composer />}
    </section>
  );
}
