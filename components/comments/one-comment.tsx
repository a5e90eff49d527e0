'use client';

import { ActionIcon, Menu, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { IconDots, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Face } from '@/components/people/face.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { may, useSession } from '@/components/session/session-context.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Markdown } from '@/components/ui/markdown.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { visibleText } from '@/server/core/visible-text.ts';
import { CommentBox } from './comment-box.tsx';
import classes from './comments.module.css';
import { useCommentDesk, useDrafts } from './comments-context.tsx';

export type Comment = RouterOutputs['comments']['thread']['comments'][number];

/** One comment of a thread; its author edits it in place. */
export function OneComment({ comment }: { comment: Comment }) {
  const { session } = useSession();
  const desk = useCommentDesk();
  const draftKey = `edit:${comment.id}`;
  const isBegun = useDrafts().texts[draftKey] !== undefined;
  const [isEdited, setEdited] = useState(false);
  const isMine = comment.author.id === session.me.id;
  if (comment.deletedAt) {
    return (
      <Text size="xs" c="dimmed" className={classes.deleted}>
        A comment by {comment.author.name} was deleted.
      </Text>
    );
  }
  const edit = () => {
    if (!isBegun) desk?.drafts.setText(draftKey, comment.body);
    setEdited(true);
  };
  return (
    <article className={classes.comment} aria-label={`Comment by ${comment.author.name}`}>
      <div className={classes.commentHead}>
        <Face kind="person" id={comment.author.id} name={comment.author.name} size={20} tooltip={false} />
        <Text size="xs" fw={600} truncate>
          <bdi>{comment.author.name}</bdi>
        </Text>
        <Text size="xs" c="dimmed" className={classes.when}>
          <TimeAgo at={comment.createdAt} />
          {comment.editedAt && ' · edited'}
          {comment.mentions.includes(session.me.id) && ' · mentions you'}
        </Text>
        {may(session, 'comment') && (isMine || may(session, 'approve')) && (
          <CommentMenu comment={comment} onEdit={isMine ? edit : undefined} />
        )}
      </div>
      {isEdited || isBegun ? (
        <EditComment comment={comment} draftKey={draftKey} onDone={() => setEdited(false)} />
      ) : (
        <div className={classes.body} dir="auto">
          <Markdown text={visibleText(comment.body)} />
        </div>
      )}
    </article>
  );
}

function CommentMenu({ comment, onEdit }: { comment: Comment; onEdit: (() => void) | undefined }) {
  const trpc = useTRPC();
  const remove = useMutation(
    trpc.comments.delete.mutationOptions({
      onError: ({ message }) => notifications.show({ color: 'red', title: 'The comment stays', message }),
    }),
  );
  const ask = () =>
    modals.openConfirmModal({
      title: 'Delete this comment?',
      children: <Text>Its words are removed for everyone. This cannot be undone.</Text>,
      labels: { confirm: 'Delete', cancel: 'Keep' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ commentId: comment.id }),
    });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          size={20}
          ml="auto"
          variant="subtle"
          color="gray"
          aria-label={`Actions for the comment by ${comment.author.name}`}
        >
          <IconDots size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {onEdit && (
          <Menu.Item leftSection={<IconPencil size={14} />} onClick={onEdit}>
            Edit
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconTrash size={14} />} color="red" onClick={ask}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function EditComment({ comment, draftKey, onDone }: { comment: Comment; draftKey: string; onDone: () => void }) {
  const desk = useCommentDesk();
  const trpc = useTRPC();
  const text = useDrafts().texts[draftKey] ?? '';
  const done = () => {
    desk?.drafts.setText(draftKey, '');
    onDone();
  };
  const save = useMutation(trpc.comments.edit.mutationOptions({ networkMode: 'always', onSuccess: done }));
  return (
    <CommentBox
      label="Edit the comment"
      action="Save"
      autoFocus
      value={text}
      onChange={(value) => desk?.drafts.setText(draftKey, value)}
      onSend={() => save.mutate({ commentId: comment.id, body: text })}
      onCancel={done}
      isSending={save.isPending}
      error={save.error?.message}
    />
  );
}
