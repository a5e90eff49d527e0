'use client';

import { Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import type { ToolCallItem } from '@/server/core/transcript-item.ts';
import classes from './conversation.module.css';
import { MaskedText } from './masked-text.tsx';
import { useSession } from './session-context.tsx';

/** More than this is saved as a file: a page with megabytes of text stands still. */
const mostShown = 400_000;

/** The first part inline; the whole is fetched when someone asks for it. */
export function LongText({
  title,
  part,
  shown = (text) => text,
}: {
  title: string;
  part: NonNullable<ToolCallItem['output']>;
  shown?: (text: string) => string;
}) {
  const { session } = useSession();
  const trpc = useTRPC();
  const [whole, setWhole] = useState(false);
  const { blobId } = part;
  const blob = useQuery(
    trpc.events.blob.queryOptions(
      { sessionId: session.id, blobId: blobId ?? '' },
      { enabled: whole && blobId !== undefined, staleTime: Infinity },
    ),
  );
  const text = blob.data?.content ?? part.text;
  const isCut = text.length > mostShown;
  return (
    <div>
      <Text size="xs" fw={600}>
        {title}
      </Text>
      <pre className={classes.output} tabIndex={0} data-scrolls aria-label={title}>
        <MaskedText text={isCut ? text.slice(0, mostShown).toWellFormed() : shown(text)} />
      </pre>
      <Group gap="xs">
        {blobId !== undefined && !blob.data && (
          <Button size="compact-xs" variant="subtle" loading={blob.isFetching} onClick={() => setWhole(true)}>
            Show all {Math.ceil(part.sizeBytes / 1024)} KB
          </Button>
        )}
        {isCut && (
          <Button size="compact-xs" variant="subtle" onClick={() => save(text, `${title.toLowerCase()}.txt`)}>
            Save all {Math.ceil(part.sizeBytes / 1024)} KB as a file
          </Button>
        )}
      </Group>
      {blob.error && <Text className={classes.bad}>{blob.error.message}</Text>}
    </div>
  );
}

function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
