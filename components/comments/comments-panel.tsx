'use client';

import { Button, SegmentedControl, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconFileOff, IconPencil } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useRoomState } from '@/components/editor/use-room.ts';
import { Face } from '@/components/people/face.tsx';
import { useSession } from '@/components/session/session-context.tsx';
import side from '@/components/session/side-bar.module.css';
import { useTRPC } from '@/components/trpc.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { excerptOf, visibleText } from '@/server/core/visible-text.ts';
import type { PlacedThread } from './comment-desk.ts';
import { filterThreads, groupByFile, threadFilters, type ThreadFilter } from './thread-groups.ts';
import classes from './comments.module.css';
import { useCommentDesk, useComments, useDrafts, useIsPhone, useOpenThread } from './comments-context.tsx';
import { DraftCard, placeNote, ThreadCard } from './thread-card.tsx';

const labels: Record<ThreadFilter, string> = { open: 'Open', unread: 'Unread', mine: 'Mine', resolved: 'Resolved' };

const nothing: Record<ThreadFilter, string> = {
  open: 'No open comments. Select text in a file and press Ctrl Alt M, or click beside a line number.',
  unread: 'You have read everything.',
  mine: 'You have written nothing here, and nobody has mentioned you.',
  resolved: 'Nothing has been resolved yet.',
};

/** All threads of the session by file: what is open, new, mine, done. */
export function CommentsPanel() {
  const { session } = useSession();
  const trpc = useTRPC();
  const { status, error, threads } = useComments();
  const [filter, setFilter] = useState<ThreadFilter>('open');
  const files = useQuery(trpc.files.list.queryOptions({ sessionId: session.id }));
  const paths = useMemo(() => files.data && new Set(files.data.items.map(({ path }) => path)), [files.data]);
  const wanted = filterThreads(threads, filter);
  const groups = groupByFile(wanted, paths);
  return (
    <section className={side.panel} aria-label="Comments">
      <div className={side.heading}>
        <span>Comments</span>
      </div>
      <div className={classes.filters}>
        <SegmentedControl
          fullWidth
          size="xs"
          classNames={{ label: classes.filter ?? '' }}
          aria-label="Which comments"
          value={filter}
          onChange={(value) => setFilter(threadFilters.find((each) => each === value) ?? 'open')}
          data={threadFilters.map((value) => ({ value, label: labelOf(value, threads) }))}
        />
      </div>
      <Unconnected />
      <div className={side.scroll}>
        <Unsent />
        {status === 'loading' && <PanelSkeleton />}
        {status === 'failed' && <PanelError message={error ?? ''} />}
        {status === 'ready' && wanted.length === 0 && (
          <Text px="md" c="dimmed">
            {nothing[filter]}
          </Text>
        )}
        {groups.map(({ path, isGone, threads: inFile }) => (
          <section key={path} className={classes.file} aria-label={isGone ? `${path}, gone` : path}>
            <Text className={classes.path} title={path} {...(isGone ? { c: 'dimmed' } : {})}>
              {isGone && <IconFileOff size={13} aria-hidden />}
              <bdi>{path}</bdi>
              {isGone && ' is gone'}
            </Text>
            {inFile.map((thread) => (
              <ThreadRow key={thread.id} thread={thread} paths={paths} />
            ))}
          </section>
        ))}
      </div>
    </section>
  );
}

function labelOf(filter: ThreadFilter, threads: readonly PlacedThread[]): string {
  const count = filterThreads(threads, filter).length;
  return count === 0 || filter === 'resolved' ? labels[filter] : `${labels[filter]} ${count}`;
}

function ThreadRow({ thread, paths }: { thread: PlacedThread; paths: ReadonlySet<string> | undefined }) {
  const desk = useCommentDesk();
  const open = useOpenThread();
  const isPhone = useIsPhone();
  const { isArchived } = useSession().session;
  const isShown = useComments().shown?.id === thread.id;
  const { opening, unreadCount, commentCount } = thread;
  const isUnread = unreadCount > 0;
  const replies = commentCount - 1;
  const isHere = isShown && (isPhone || isArchived || !thread.file);
  return (
    <>
      <UnstyledButton
        className={classes.row}
        data-unread={isUnread || undefined}
        data-shown={isShown || undefined}
        aria-expanded={isHere}
        onClick={() => (isHere ? desk?.hide() : open(thread, paths))}
      >
        <span className={classes.rowHead}>
          <Face kind="person" id={opening.author.id} name={opening.author.name} size={18} tooltip={false} />
          <Text size="xs" truncate className={classes.name}>
            <bdi>{opening.author.name}</bdi>
          </Text>
          <Text size="xs" c="dimmed">
            <TimeAgo at={thread.lastCommentAt} />
          </Text>
        </span>
        <Text size="xs" className={classes.excerpt} dir="auto">
          {excerptOf(visibleText(opening.excerpt), 160)}
        </Text>
        <Text size="xs" c="dimmed" className={`${classes.facts} ens-tabular`} component="span">
          <span>line {thread.line}</span>
          {replies > 0 && <span>{replies === 1 ? '1 reply' : `${replies} replies`}</span>}
          {isUnread && <span>{unreadCount} new</span>}
          {thread.mentionsMe && <span>mentions you</span>}
          {thread.state === 'resolved' && <span>resolved</span>}
          {thread.place?.state === 'gone' && <span>text deleted</span>}
        </Text>
      </UnstyledButton>
      {isHere && (
        <div className={classes.inPanel}>
          <ThreadCard thread={thread} onClose={() => desk?.hide()} showsText />
          <ShowInFile thread={thread} paths={paths} />
        </div>
      )}
    </>
  );
}

function ShowInFile({ thread, paths }: { thread: PlacedThread; paths: ReadonlySet<string> | undefined }) {
  const { openFile } = useSession();
  if (!thread.file && !paths?.has(thread.path)) return null;
  return (
    <Button
      size="compact-xs"
      mt={6}
      variant="default"
      aria-description={placeNote(thread)}
      onClick={() => void openFile(thread.path, { line: thread.line })}
    >
      Show in the file
    </Button>
  );
}

/** What was begun and not sent; it stays until it is sent or thrown away. */
function Unsent() {
  const desk = useCommentDesk();
  const { openFile } = useSession();
  const isPhone = useIsPhone();
  const { threads } = useDrafts();
  const { shown } = useComments();
  const begun = threads.filter(({ body }) => body.trim() !== '');
  if (begun.length === 0) return null;
  return (
    <section className={classes.file} aria-label="Not sent">
      <Text className={classes.path}>
        <IconPencil size={13} aria-hidden /> Not sent
      </Text>
      {begun.map((draft) => {
        const isHere = shown?.id === draft.id && (isPhone || !desk?.fileOf(draft));
        return (
          <div key={draft.id}>
            <UnstyledButton
              className={classes.row}
              onClick={() => {
                desk?.showDraft(draft.id);
                if (!isPhone) void openFile(draft.path, { line: draft.anchor.startLine });
              }}
            >
              <Text size="xs" className={classes.excerpt}>
                {excerptOf(visibleText(draft.body), 160)}
              </Text>
              <Text size="xs" c="dimmed">
                {draft.path}, line {draft.anchor.startLine}
              </Text>
            </UnstyledButton>
            {isHere && (
              <div className={classes.inPanel}>
                <DraftCard draftId={draft.id} onClose={() => desk?.hide()} />
              </div>
            )}
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              ml={8}
              onClick={() => desk?.drafts.dropThread(draft.id)}
            >
              Throw away
            </Button>
          </div>
        );
      })}
    </section>
  );
}

function Unconnected() {
  const { room, session } = useSession();
  const kind = useRoomState(room, (state) => state.status.kind);
  if (kind === 'connected' || kind === 'connecting' || session.isArchived) return null;
  return (
    <Text px="md" pb="xs" size="xs" c="dimmed" role="status">
      No connection: these are the comments as they were. What you write is kept until you can send it.
    </Text>
  );
}

function PanelSkeleton() {
  return (
    <Stack gap="sm" p="md" aria-busy="true" aria-label="Loading the comments">
      {[80, 60, 70].map((width) => (
        <Skeleton key={width} height={30} width={`${width}%`} />
      ))}
    </Stack>
  );
}

function PanelError({ message }: { message: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return (
    <Stack p="md" gap="sm">
      <Text role="alert">{message}</Text>
      <Button
        variant="default"
        w="fit-content"
        onClick={() => void queryClient.refetchQueries({ queryKey: trpc.comments.list.pathKey() })}
      >
        Try again
      </Button>
    </Stack>
  );
}
