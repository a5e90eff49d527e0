'use client';

import { Button, Center, Group, Kbd, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconShieldX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { mayAsMember, useSession } from '@/components/session/session-context.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Face } from '@/components/people/face.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { FileSection } from './file-section.tsx';
import type { Choice } from './hunk-card.tsx';
import classes from './suggestion-view.module.css';
import { useDecisions, type Decisions } from './use-decisions.ts';
import type { Suggestion, SuggestionHunk } from './use-open-suggestions.ts';
import { useReviewKeys } from './use-review-keys.ts';

type SuggestionViewProps = {
  suggestionId: string;
  /** The hunk to look at first. */
  hunkId: string | undefined;
};

/** A run's change, hunk by hunk: read, accept, reject, take back. */
export function SuggestionView({ suggestionId, hunkId }: SuggestionViewProps) {
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
  return <Review key={hunkId} suggestion={query.data} hunkId={hunkId} />;
}

/** A file with more hunks than this is folded at first. */
const mostUnfolded = 50;

function Review({ suggestion, hunkId }: { suggestion: Suggestion; hunkId: string | undefined }) {
  const { session } = useSession();
  const hunks = useMemo(() => suggestion.files.flatMap((file) => file.hunks), [suggestion]);
  const canDecide = mayAsMember(session, 'edit') && suggestion.refusedReason === null;
  const scroller = useRef<HTMLDivElement>(null);
  const [edited, setEdited] = useState<string>();
  const { current, setCurrent, go, isOpen, toggle } = useCurrentHunk(suggestion, { hunks, hunkId, scroller });
  const decisions = useDecisions(suggestion.id, (id) => go(hunks.findIndex((hunk) => hunk.id === id)));
  const decide = (index: number, decision: 'accept' | 'reject' | 'undo', choice?: Choice) => {
    const hunk = hunks[index];
    if (!hunk) return;
    decisions.decide({ hunkId: hunk.id, decision, ...choice });
    setEdited(undefined);
    go(decision === 'undo' ? index : nextUnreviewed(hunks, index));
  };
  const onKeyDown = useReviewKeys({ hunks, current, go, decide, edit: setEdited, canDecide });

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
        <div className={classes.hunks} ref={scroller} tabIndex={0} role="region" aria-label="Hunks" data-hunks>
          {suggestion.files.map((file) => (
            <FileSection
              key={file.path}
              suggestionId={suggestion.id}
              file={file}
              first={hunks.findIndex((hunk) => hunk.path === file.path)}
              current={current}
              isOpen={isOpen(file)}
              canDecide={canDecide}
              edited={edited}
              decisions={decisions}
              onToggle={() => toggle(file.path)}
              onDecide={decide}
              onEdit={setEdited}
              onFocus={setCurrent}
            />
          ))}
        </div>
      </div>
      <Foot hunks={hunks} canDecide={canDecide} decisions={decisions} />
    </section>
  );
}

type Hunks = readonly SuggestionHunk[];
type CurrentHunk = { hunks: Hunks; hunkId: string | undefined; scroller: RefObject<HTMLDivElement | null> };

/** Which hunk the keys are about, and which files are unfolded. Going to a hunk unfolds its file and takes the focus. */
function useCurrentHunk(suggestion: Suggestion, { hunks, hunkId, scroller }: CurrentHunk) {
  const [first] = useState(() => firstToSee(hunks, hunkId));
  const [current, setCurrent] = useState(first);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(() => {
    const file = suggestion.files.find(({ path }) => path === hunks[first]?.path);
    return new Set(file && file.hunks.length > mostUnfolded ? [file.path] : []);
  });
  const toggle = (path: string) =>
    setToggled((before) => {
      const next = new Set(before);
      if (!next.delete(path)) next.add(path);
      return next;
    });
  const isOpen = (file: Suggestion['files'][number]) => toggled.has(file.path) !== file.hunks.length <= mostUnfolded;
  const go = (index: number) => {
    const hunk = hunks[index];
    if (!hunk) return;
    setCurrent(index);
    const file = suggestion.files.find(({ path }) => path === hunk.path);
    if (file && !isOpen(file)) toggle(file.path);
    requestAnimationFrame(() => focusHunk(scroller.current, index));
  };
  useEffect(() => focusHunk(scroller.current, first), [scroller, first]);
  return { current, setCurrent, go, isOpen, toggle };
}

/** The keys of the review work where the focus is. */
function focusHunk(scroller: HTMLElement | null, index: number): void {
  const card = scroller?.querySelector<HTMLElement>(`[data-hunk-index="${index}"]`);
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: 'nearest' });
}

/** The hunk that was asked for, else the first that waits. */
function firstToSee(hunks: Hunks, hunkId: string | undefined): number {
  const asked = hunks.findIndex((hunk) => hunk.id === hunkId);
  return asked >= 0 ? asked : Math.max(0, nextUnreviewed(hunks, -1));
}

/** The first hunk after `index` that nobody decided on, else the first before it, else `index` itself. */
function nextUnreviewed(hunks: Hunks, index: number): number {
  const isOpen = (hunk: SuggestionHunk, at: number) => hunk.state === 'unreviewed' && at !== index;
  const after = hunks.findIndex((hunk, at) => at > index && isOpen(hunk, at));
  const any = after >= 0 ? after : hunks.findIndex(isOpen);
  return any >= 0 ? any : index;
}

type FootProps = { hunks: Hunks; canDecide: boolean; decisions: Decisions };

function Foot({ hunks, canDecide, decisions }: FootProps) {
  const accepted = hunks.filter((hunk) => hunk.state === 'accepted').length;
  const decided = hunks.filter((hunk) => hunk.state !== 'unreviewed' && hunk.state !== 'applying').length;
  return (
    <footer className={classes.foot}>
      <Text className="ens-tabular" role="status">
        {decided} of {hunks.length} decided
      </Text>
      <Group gap="xs" visibleFrom="sm">
        <Key name="n" does="next" />
        <Key name="p" does="previous" />
        {canDecide && <Key name="y" does="accept" />}
        {canDecide && <Key name="x" does="reject" />}
        {canDecide && <Key name="e" does="edit" />}
        {canDecide && <Key name="z" does="undo" />}
      </Group>
      {canDecide && (
        <Group gap="xs" ml="auto">
          {accepted > 0 && (
            <Button
              variant="subtle"
              color="gray"
              loading={decisions.busyAll}
              onClick={() => askRevert(accepted, decisions)}
            >
              Revert
            </Button>
          )}
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
  );
}

function askRevert(accepted: number, decisions: Decisions): void {
  modals.openConfirmModal({
    title: `Revert ${accepted} accepted ${accepted === 1 ? 'hunk' : 'hunks'}?`,
    children: (
      <Text>
        They are taken out of the text for everyone in this session, and are unreviewed again. What is committed stays
        in the history; the next commit takes it back. Lines that people changed since stay as they are, and you are
        told which.
      </Text>
    ),
    labels: { confirm: 'Revert', cancel: 'Keep' },
    onConfirm: decisions.revert,
  });
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
