'use client';

import { Alert, Button, Text } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Composer } from './composer.tsx';
import classes from './conversation.module.css';
import { GoingOn } from './going-on.tsx';
import { Queue } from './queue.tsx';
import { useSession } from './session-context.tsx';
import { TranscriptList } from './transcript.tsx';
import { useMarkRead } from './use-mark-read.ts';
import { useTranscript } from './use-feed.ts';

/** The one ordered conversation of the session, people and agents together. */
export function Conversation() {
  const { session, feed } = useSession();
  const transcript = useTranscript();
  const status = useSyncExternalStore(feed.subscribe, feed.getStatus, feed.getStatus);
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  useMarkRead(transcript.lastSeq);

  useEffect(() => {
    const box = scroller.current;
    if (box && atEnd) box.scrollTop = box.scrollHeight;
  }, [transcript, atEnd]);

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
      <div
        ref={scroller}
        className={classes.scroll}
        tabIndex={0}
        role="log"
        aria-label="Transcript"
        onScroll={({ currentTarget: box }) => setAtEnd(box.scrollHeight - box.scrollTop - box.clientHeight < 40)}
      >
        {transcript.items.length === 0 ? (
          <Empty loading={status === 'connecting'} />
        ) : (
          <TranscriptList transcript={transcript} />
        )}
      </div>
      {!atEnd && (
        <Button
          className={classes.toEnd}
          size="compact-xs"
          variant="default"
          leftSection={<IconArrowDown size={12} />}
          onClick={() => setAtEnd(true)}
        >
          To the newest
        </Button>
      )}
      <GoingOn transcript={transcript} />
      <Queue transcript={transcript} />
      {!session.isArchived && <Composer />}
    </section>
  );
}

function Empty({ loading }: { loading: boolean }) {
  return (
    <Text p="md" c="dimmed">
      {loading
        ? 'Loading the conversation'
        : 'Ask an agent for a change. Everyone in the session sees the question and the work; nothing changes in the code until someone accepts it.'}
    </Text>
  );
}
