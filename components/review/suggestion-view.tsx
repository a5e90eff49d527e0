'use client';

import { Badge, Button, Center, Group, Kbd, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconShieldX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState } from 'react';
import { may, useSession } from '@/components/session/session-context.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Face } from '@/components/people/face.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { HunkCard } from './hunk-card.tsx';
import classes from './suggestion-view.module.css';
import { useDecisions } from './use-decisions.ts';
import { useReviewKeys } from './use-review-keys.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';

type Suggestion = RouterOutputs['suggestions']['get'];

/** A run's change, hunk by hunk: read, accept, reject, take back. */
export function SuggestionView({ suggestionId }: { suggestionId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.suggestions.get.queryOptions({ suggestionId }));
  if (query.error) {
    return (
      <Center h="100%" p="lg">
        <Stack gap="sm" maw={420}>
          <Text>{query.error.message}</Text>
          <Button variant="default" w="fit-content" onClick={() => void query.refetch()}>
            Try again
          </Button>
        </Stack>
      </Center>
    );
  }
  if (!query.data) return <SuggestionSkeleton />;
  return <Review suggestion={query.data} />;
}

function Review({ suggestion }: { suggestion: Suggestion }) {
  const { session } = useSession();
  const hunks = useMemo(() => suggestion.files.flatMap((file) => file.hunks), [suggestion]);
  const [current, setCurrent] = useState(() =>
    Math.max(
      0,
      hunks.findIndex((hunk) => hunk.state === 'unreviewed'),
    ),
  );
  const decisions = useDecisions(suggestion.id);
  const canDecide = may(session, 'edit') && suggestion.refusedReason === null;
  const scroller = useRef<HTMLDivElement>(null);
  const go = useCallback((index: number) => {
    setCurrent(index);
    scroller.current?.querySelector(`[data-hunk-index="${index}"]`)?.scrollIntoView({ block: 'nearest' });
  }, []);
  const onKeyDown = useReviewKeys({ hunks, current, go, decisions, canDecide });
  const decided = hunks.filter((hunk) => hunk.state === 'accepted' || hunk.state === 'rejected').length;

  return (
    <section
      className={classes.view}
      aria-label={`Suggestion by ${suggestion.agent}`}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      data-testid="suggestion"
    >
      <Head suggestion={suggestion} hunkCount={hunks.length} />
      {suggestion.refusedReason !== null && (
        <div className={classes.refused} role="alert">
          <IconShieldX size={16} aria-hidden /> {suggestion.refusedReason}
        </div>
      )}
      <div className={classes.body}>
        <FileList suggestion={suggestion} onGo={(path) => go(hunks.findIndex((hunk) => hunk.path === path))} />
        <div className={classes.hunks} ref={scroller} tabIndex={0} role="region" aria-label="Hunks">
          {suggestion.files.map((file) => (
            <div key={file.path} className={classes.file}>
              <div className={classes.path}>
                {file.path}{' '}
                <Badge size="xs" variant="light" color="gray" component="span">
                  {file.status}
                </Badge>
              </div>
              {file.hunks.map((hunk) => {
                const index = hunks.indexOf(hunk);
                return (
                  <HunkCard
                    key={hunk.id}
                    hunk={hunk}
                    isText={file.isText}
                    index={index}
                    isCurrent={index === current}
                    canDecide={canDecide}
                    decisions={decisions}
                    onFocus={() => setCurrent(index)}
                  />
                );
              })}
            </div>
          ))}
        </div>
      </div>
      <footer className={classes.foot}>
        <Text className="ens-tabular" role="status">
          {decided} of {hunks.length} decided
        </Text>
        <Group gap="xs" visibleFrom="sm">
          <Key name="n" does="next" />
          <Key name="p" does="previous" />
          {canDecide && <Key name="y" does="accept" />}
          {canDecide && <Key name="x" does="reject" />}
          {canDecide && <Key name="z" does="undo" />}
        </Group>
        {canDecide && (
          <Group gap="xs" ml="auto">
            <Button
              variant="default"
              disabled={decided === hunks.length}
              loading={decisions.busyAll}
              onClick={() => decisions.decideAll('reject')}
            >
              Reject the rest
            </Button>
            <Button
              disabled={decided === hunks.length}
              loading={decisions.busyAll}
              onClick={() => decisions.decideAll('accept')}
            >
              Accept the rest
            </Button>
          </Group>
        )}
      </footer>
    </section>
  );
}

function Head({ suggestion, hunkCount }: { suggestion: Suggestion; hunkCount: number }) {
  return (
    <header className={classes.head}>
      <Face kind="agent" id={suggestion.agent} name={suggestion.agent} />
      <Text fw={600}>{suggestion.agent}</Text>
      <Text c="dimmed">
        asked by {suggestion.askedBy.name}, <TimeAgo at={suggestion.createdAt} />
      </Text>
      <Text className={classes.prompt} title={suggestion.prompt}>
        {suggestion.prompt}
      </Text>
      <Text c="dimmed" className="ens-tabular">
        {suggestion.files.length} {suggestion.files.length === 1 ? 'file' : 'files'}, {hunkCount}{' '}
        {hunkCount === 1 ? 'hunk' : 'hunks'}
      </Text>
    </header>
  );
}

function FileList({ suggestion, onGo }: { suggestion: Suggestion; onGo: (path: string) => void }) {
  return (
    <nav className={classes.files} aria-label="Files of the suggestion">
      {suggestion.files.map((file) => {
        const open = file.hunks.filter((hunk) => hunk.state === 'unreviewed').length;
        return (
          <UnstyledButton
            key={file.path}
            className={classes.fileLink}
            title={file.path}
            onClick={() => onGo(file.path)}
          >
            <span className={classes.fileName}>{file.path.split('/').at(-1)}</span>
            <span className="ens-tabular">{open === 0 ? '✓' : `○ ${open}`}</span>
          </UnstyledButton>
        );
      })}
    </nav>
  );
}

function Key({ name, does }: { name: string; does: string }) {
  return (
    <Text size="xs" c="dimmed">
      <Kbd size="xs">{name}</Kbd> {does}
    </Text>
  );
}

function SuggestionSkeleton() {
  return (
    <Stack p="md" aria-busy="true" aria-label="Loading the suggestion">
      <Skeleton height={16} width="60%" />
      <Skeleton height={120} />
      <Skeleton height={80} />
    </Stack>
  );
}
