'use client';

import { ActionIcon, Button, CopyButton, Skeleton, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck, IconLink, IconRotate, IconX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { KeyboardEvent } from 'react';
import { may, useSession } from '@/components/session/session-context.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { excerptOf, visibleText } from '@/server/core/visible-text.ts';
import { CommentBox } from './comment-box.tsx';
import type { PlacedThread } from './comment-desk.ts';
import classes from './comments.module.css';
import { useCommentDesk, useDrafts } from './comments-context.tsx';
import { OneComment } from './one-comment.tsx';

type ThreadCardProps = {
  thread: PlacedThread;
  onClose: () => void;
  /** Whether the text is shown as well: where the card does not stand in the file. */
  showsText?: boolean;
  /** To the thread after this one (1) or before it (-1), where there is such an order. */
  onGo?: (step: 1 | -1) => void;
};

/** A whole thread: what it is about, what was written, a reply. */
export function ThreadCard({ thread, onClose, showsText = false, onGo }: ThreadCardProps) {
  const { session } = useSession();
  const trpc = useTRPC();
  const whole = useQuery(trpc.comments.thread.queryOptions({ threadId: thread.id }));
  const onKeyDown = (event: KeyboardEvent) => {
    const isTyping = event.target instanceof HTMLTextAreaElement;
    if (event.key === 'Escape') onClose();
    else if (onGo && !isTyping && (event.key === 'n' || event.key === 'p')) onGo(event.key === 'n' ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      className={classes.card}
      data-state={thread.state}
      data-thread={thread.id}
      data-testid="thread-card"
      role="group"
      tabIndex={-1}
      aria-label={`Comments on ${thread.path} line ${thread.line}, ${thread.state}`}
      onKeyDown={onKeyDown}
    >
      <CardHead thread={thread} onClose={onClose} />
      <PlaceNote thread={thread} showsText={showsText} />
      {whole.isPending && (
        <div aria-busy="true" aria-label="Loading the comments">
          <Skeleton height={12} width="70%" my={6} />
          <Skeleton height={12} width="50%" my={6} />
        </div>
      )}
      {whole.error && !whole.data && (
        <Text size="xs" role="alert">
          {whole.error.message}{' '}
          <Button size="compact-xs" variant="default" onClick={() => void whole.refetch()}>
            Try again
          </Button>
        </Text>
      )}
      {whole.data?.comments.map((comment) => (
        <OneComment key={comment.id} comment={comment} />
      ))}
      {may(session, 'comment') ? (
        <Reply threadId={thread.id} />
      ) : (
        <Text size="xs" c="dimmed">
          {session.isArchived ? 'The session is archived: nothing is added.' : 'You may read here, not comment.'}
        </Text>
      )}
    </div>
  );
}

function CardHead({ thread, onClose }: Pick<ThreadCardProps, 'thread' | 'onClose'>) {
  const { session } = useSession();
  const trpc = useTRPC();
  const isOpen = thread.state === 'open';
  const resolve = useMutation(
    trpc.comments.resolve.mutationOptions({
      onError: ({ message }) => notifications.show({ color: 'yellow', title: 'Nothing was changed', message }),
    }),
  );
  return (
    <div className={classes.cardHead}>
      <Text size="xs" c="dimmed" className={classes.headText}>
        {isOpen || !thread.resolved ? (
          <>Line {thread.endLine > thread.line ? `${thread.line} to ${thread.endLine}` : thread.line}</>
        ) : (
          <>
            <IconCheck size={13} aria-hidden /> Resolved by {thread.resolved.by.name} ·{' '}
            <TimeAgo at={thread.resolved.at} />
          </>
        )}
      </Text>
      {may(session, 'comment') && (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={isOpen ? <IconCheck size={13} /> : <IconRotate size={13} />}
          loading={resolve.isPending}
          onClick={() => resolve.mutate({ threadId: thread.id, resolved: isOpen })}
        >
          {isOpen ? 'Resolve' : 'Reopen'}
        </Button>
      )}
      <CopyButton value={threadAddress(thread.id)}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : 'Copy a link to this thread'}>
            <ActionIcon size={22} variant="subtle" color="gray" aria-label="Copy a link to this thread" onClick={copy}>
              {copied ? <IconCheck size={14} /> : <IconLink size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
      <ActionIcon size={22} variant="subtle" color="gray" aria-label="Close the thread" onClick={onClose}>
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}

const threadAddress = (threadId: string) => `${window.location.origin}${window.location.pathname}?thread=${threadId}`;

/** Says when the text is not what was commented on, and shows what that was. */
function PlaceNote({ thread, showsText }: { thread: PlacedThread; showsText: boolean }) {
  const { place, anchor } = thread;
  const note = placeNote(thread);
  if (!note && !showsText) return null;
  return (
    <div className={classes.note} data-place={place?.state ?? 'stored'}>
      {note && (
        <Text size="xs" className={classes.noteText}>
          {place?.state !== 'here' && <IconAlertTriangle size={13} aria-hidden />} {note}
        </Text>
      )}
      <pre className={classes.quote} aria-label="The text the comment was about" tabIndex={0}>
        {visibleText(anchor.quote)}
        {anchor.length > anchor.quote.length && '…'}
      </pre>
    </div>
  );
}

export function placeNote({ file, place }: PlacedThread): string | undefined {
  if (!file || !place) return 'The file is not open in this session now. The text was:';
  switch (place.state) {
    case 'gone':
      return 'The lines this was about were deleted. They were:';
    case 'found':
      return place.isSure ? undefined : 'The text this was about is gone; this may not be the place meant. It was:';
    case 'here':
      return place.isChanged ? 'The text has changed since. It was:' : undefined;
  }
}

function Reply({ threadId }: { threadId: string }) {
  const desk = useCommentDesk();
  const trpc = useTRPC();
  const key = `reply:${threadId}`;
  const text = useDrafts().texts[key] ?? '';
  const reply = useMutation(
    trpc.comments.reply.mutationOptions({
      networkMode: 'always',
      onSuccess: () => desk?.drafts.setText(key, ''),
    }),
  );
  return (
    <CommentBox
      label="Reply"
      action="Reply"
      value={text}
      onChange={(value) => desk?.drafts.setText(key, value)}
      onSend={() => reply.mutate({ threadId, body: text })}
      onCancel={undefined}
      isSending={reply.isPending}
      error={reply.error?.message}
    />
  );
}

/** A thread that is not there yet. */
export function DraftCard({ draftId, onClose }: { draftId: string; onClose: () => void }) {
  const desk = useCommentDesk();
  const { session } = useSession();
  const trpc = useTRPC();
  const draft = useDrafts().threads.find(({ id }) => id === draftId);
  const start = useMutation(
    trpc.comments.start.mutationOptions({
      networkMode: 'always',
      onSuccess: ({ threadId }) => {
        desk?.drafts.dropThread(draftId);
        desk?.show(threadId);
      },
    }),
  );
  if (!draft) return null;
  const { anchor, body, path } = draft;
  const lines = anchor.endLine > anchor.startLine ? `${anchor.startLine} to ${anchor.endLine}` : anchor.startLine;
  return (
    <div className={classes.card} data-testid="draft-card" role="group" aria-label={`New comment on ${path}`}>
      <Text size="xs" c="dimmed" truncate>
        New comment on line {lines}: <code>{excerptOf(visibleText(anchor.quote), 60)}</code>
      </Text>
      <CommentBox
        label="Comment"
        action="Comment"
        autoFocus
        value={body}
        onChange={(value) => desk?.drafts.putThread({ ...draft, body: value })}
        onSend={() => desk && start.mutate({ sessionId: session.id, ...desk.anchorNow(draft), body })}
        onCancel={onClose}
        isSending={start.isPending}
        error={start.error?.message}
      />
    </div>
  );
}
