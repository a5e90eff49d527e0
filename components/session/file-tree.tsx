'use client';

import { ActionIcon, Button, Menu, Skeleton, Stack, Text, Tooltip } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import {
  IconChevronDown,
  IconChevronRight,
  IconDots,
  IconFilePlus,
  IconMessage2,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useUnreadComments } from '@/components/comments/comments-context.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useUnreviewed } from '@/components/review/use-open-suggestions.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { fileTree, visibleRows, type TreeFile, type TreeNode } from '@/server/core/file-tree.ts';
import { FacesInFile } from './faces-in-file.tsx';
import classes from './file-tree.module.css';
import { NameDialog } from './name-dialog.tsx';
import { may, useSession, useWorkbench } from './session-context.tsx';
import side from './side-bar.module.css';
import { useWhereabouts } from './use-whereabouts.ts';

type Dialog = { kind: 'create'; folder: string } | { kind: 'rename'; path: string };

/** What is there and what is gone since the last commit, in one tree. */
function entriesOf(
  list: RouterOutputs['files']['list'],
  changes: RouterOutputs['files']['changes'] | undefined,
): TreeFile[] {
  const marks = new Map(changes?.items.map((change) => [change.path, change.status]));
  const there = list.items.map(({ path }): TreeFile => {
    const change = marks.get(path);
    marks.delete(path);
    return change === undefined ? { path } : { path, change };
  });
  const gone = [...marks].flatMap(([path, change]) => (change === 'deleted' ? [{ path, change }] : []));
  return [...there, ...gone];
}

export function FileTree() {
  const { session, openFile, workbench } = useSession();
  const trpc = useTRPC();
  const files = useQuery(trpc.files.list.queryOptions({ sessionId: session.id }));
  const changes = useQuery(trpc.files.changes.queryOptions({ sessionId: session.id }));
  const tree = useMemo(
    () => fileTree(files.data ? entriesOf(files.data, changes.data) : []),
    [files.data, changes.data],
  );
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(['src']));
  const [focused, setFocused] = useState<string>();
  const [dialog, setDialog] = useState<Dialog>();
  const rows = useMemo(() => visibleRows(tree, (path) => open.has(path)), [tree, open]);
  const actions = useFileActions();
  const canEdit = may(session, 'edit');
  const { byPath } = useUnreviewed();
  const unread = useUnreadComments().byPath;
  const list = useRef<HTMLDivElement>(null);

  const toggle = useCallback((path: string, to?: boolean) => {
    setOpen((current) => {
      const next = new Set(current);
      if (to ?? !next.has(path)) next.add(path);
      else next.delete(path);
      return next;
    });
  }, []);
  const focus = (path: string | undefined) => {
    if (path === undefined) return;
    setFocused(path);
    list.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)?.focus();
  };
  const activate = (node: TreeNode) => {
    if (node.kind === 'folder') toggle(node.path);
    else if (node.change === 'deleted') workbench.show({ kind: 'change', path: node.path });
    else void openFile(node.path);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const at = rows.findIndex((row) => row.path === focused);
    const node = rows[at];
    if (!node) return;
    const keys: Record<string, () => void> = {
      ArrowDown: () => focus(rows[at + 1]?.path),
      ArrowUp: () => focus(rows[at - 1]?.path),
      ArrowRight: () =>
        node.kind === 'folder' && !open.has(node.path) ? toggle(node.path, true) : focus(rows[at + 1]?.path),
      ArrowLeft: () =>
        node.kind === 'folder' && open.has(node.path)
          ? toggle(node.path, false)
          : focus(node.path.includes('/') ? node.path.slice(0, node.path.lastIndexOf('/')) : undefined),
      Enter: () => activate(node),
      ' ': () => activate(node),
      ...(canEdit
        ? { F2: () => setDialog({ kind: 'rename', path: node.path }), Delete: () => actions.remove(node) }
        : {}),
    };
    const run = keys[event.key];
    if (!run || event.target !== event.currentTarget.querySelector(`[data-path="${CSS.escape(node.path)}"]`)) return;
    event.preventDefault();
    run();
  };

  return (
    <section className={side.panel} aria-label="Files">
      <div className={side.heading}>
        <span>Files</span>
        {canEdit && (
          <Tooltip label="New file">
            <ActionIcon
              aria-label="New file"
              onClick={() => setDialog({ kind: 'create', folder: folderOf(rows.find((row) => row.path === focused)) })}
            >
              <IconFilePlus size={16} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {files.isPending && <TreeSkeleton />}
      {files.error && <TreeError message={files.error.message} retry={() => void files.refetch()} />}
      {files.data?.items.length === 0 && (
        <Text px="md" c="dimmed">
          No files yet. Make the first one with the button above.
        </Text>
      )}
      <div className={side.scroll}>
        <div role="tree" aria-label="Files of the session" ref={list} onKeyDown={onKeyDown}>
          {rows.map((node, at) => (
            <Row
              key={node.path}
              node={node}
              isOpen={open.has(node.path)}
              unreviewed={byPath.get(node.path) ?? 0}
              unread={unread.get(node.path) ?? 0}
              tabbable={focused === undefined ? at === 0 : focused === node.path}
              onFocus={() => setFocused(node.path)}
              onActivate={() => activate(node)}
              onDialog={setDialog}
              onRemove={() => actions.remove(node)}
              canEdit={canEdit}
            />
          ))}
        </div>
      </div>
      {dialog && <FileDialog dialog={dialog} onClose={() => setDialog(undefined)} />}
    </section>
  );
}

const folderOf = (node: TreeNode | undefined) =>
  node === undefined
    ? ''
    : node.kind === 'folder'
      ? `${node.path}/`
      : node.path.slice(0, node.path.lastIndexOf('/') + 1);

type RowProps = {
  node: TreeNode;
  isOpen: boolean;
  /** Hunks of suggestions that nobody has decided on. */
  unreviewed: number;
  /** Comments of others that this person has not read. */
  unread: number;
  tabbable: boolean;
  canEdit: boolean;
  onFocus: () => void;
  onActivate: () => void;
  onRemove: () => void;
  onDialog: (dialog: Dialog) => void;
};

const marks = {
  added: { letter: 'A', label: 'added' },
  modified: { letter: 'M', label: 'changed' },
  deleted: { letter: 'D', label: 'deleted' },
  inside: { letter: '•', label: 'changes inside' },
};

function Row({
  node,
  isOpen,
  unreviewed,
  unread,
  tabbable,
  canEdit,
  onFocus,
  onActivate,
  onRemove,
  onDialog,
}: RowProps) {
  const activePath = useWorkbench((state) => {
    const tab = state.tabs[state.active];
    return tab && 'path' in tab ? tab.path : undefined;
  });
  const names = useWhereabouts(({ byPath }) =>
    (byPath.get(node.path) ?? [])
      .filter(({ isMe }) => !isMe)
      .map(({ name }) => name)
      .join(', '),
  );
  const mark = node.change ? marks[node.change] : undefined;
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <div
      role="treeitem"
      data-path={node.path}
      aria-level={node.depth + 1}
      aria-expanded={node.kind === 'folder' ? isOpen : undefined}
      aria-selected={activePath === node.path}
      aria-label={[
        node.name,
        mark?.label,
        unreviewed > 0 && `${unreviewed} to review`,
        unread > 0 && unreadText(unread),
        names && `${names} here`,
      ]
        .filter(Boolean)
        .join(', ')}
      tabIndex={tabbable ? 0 : -1}
      className={classes.row}
      data-change={node.change}
      style={{ paddingLeft: 8 + node.depth * 14 }}
      title={node.path}
      onFocus={onFocus}
      onClick={onActivate}
    >
      <span className={classes.chevron}>{node.kind === 'folder' && <Chevron size={14} aria-hidden />}</span>
      <span className={classes.name}>{node.name}</span>
      {names && <FacesInFile path={node.path} />}
      {unreviewed > 0 && (
        <span className={`${classes.unreviewed} ens-tabular`} title={`${unreviewed} to review`} aria-hidden>
          ●{unreviewed}
        </span>
      )}
      {unread > 0 && (
        <span className={`${classes.unread} ens-tabular`} title={unreadText(unread)} aria-hidden>
          <IconMessage2 size={12} /> {unread}
        </span>
      )}
      {mark && (
        <span className={classes.mark} aria-hidden>
          {mark.letter}
        </span>
      )}
      {canEdit && <RowMenu node={node} onDialog={onDialog} onRemove={onRemove} />}
    </div>
  );
}

const unreadText = (count: number) => `${count} unread ${count === 1 ? 'comment' : 'comments'}`;

function RowMenu({ node, onDialog, onRemove }: Pick<RowProps, 'node' | 'onDialog' | 'onRemove'>) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          size={20}
          className={classes.menu}
          aria-label={`Actions for ${node.path}`}
          tabIndex={-1}
          onClick={(event) => event.stopPropagation()}
        >
          <IconDots size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
        <Menu.Item
          leftSection={<IconFilePlus size={14} />}
          onClick={() => onDialog({ kind: 'create', folder: folderOf(node) })}
        >
          New file here
        </Menu.Item>
        <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => onDialog({ kind: 'rename', path: node.path })}>
          Rename
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={14} />} color="red" onClick={onRemove}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function useFileActions() {
  const { session } = useSession();
  const trpc = useTRPC();
  const refused = (error: { message: string }) =>
    notifications.show({ color: 'red', title: 'The files stay as they are', message: error.message });
  const restore = useMutation(trpc.files.restore.mutationOptions({ onError: refused }));
  const remove = useMutation(
    trpc.files.delete.mutationOptions({
      onError: refused,
      onSuccess: (result) => {
        const id = notifications.show({
          title:
            result.paths.length === 1 ? `Deleted ${result.paths[0] ?? ''}` : `Deleted ${result.paths.length} files`,
          message: (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                notifications.hide(id);
                for (const path of result.paths)
                  restore.mutate({ sessionId: session.id, path, commit: result.restoreCommit });
              }}
            >
              Undo
            </Button>
          ),
          autoClose: 10_000,
        });
      },
    }),
  );
  return {
    remove: (node: TreeNode) =>
      node.kind === 'file'
        ? remove.mutate({ sessionId: session.id, path: node.path })
        : modals.openConfirmModal({
            title: `Delete the folder ${node.path}?`,
            children: <Text>Everything in it goes, for everyone in this session. You can undo it right after.</Text>,
            labels: { confirm: 'Delete', cancel: 'Keep' },
            confirmProps: { color: 'red' },
            onConfirm: () => remove.mutate({ sessionId: session.id, path: node.path }),
          }),
  };
}

function FileDialog({ dialog, onClose }: { dialog: Dialog; onClose: () => void }) {
  const { session, openFile } = useSession();
  const trpc = useTRPC();
  const create = useMutation(trpc.files.create.mutationOptions());
  const rename = useMutation(trpc.files.rename.mutationOptions());
  if (dialog.kind === 'create') {
    return (
      <NameDialog
        title="New file"
        label="Path"
        description="Folders in the path are made as needed"
        initial={dialog.folder}
        action="Create"
        onClose={onClose}
        onSubmit={async (path) => {
          await create.mutateAsync({ sessionId: session.id, path });
          await openFile(path);
        }}
      />
    );
  }
  return (
    <NameDialog
      title="Rename or move"
      label="New path"
      description="Everyone in the session sees the new name at once"
      initial={dialog.path}
      action="Rename"
      onClose={onClose}
      onSubmit={async (to) => {
        if (to !== dialog.path) await rename.mutateAsync({ sessionId: session.id, from: dialog.path, to });
      }}
    />
  );
}

function TreeSkeleton() {
  return (
    <Stack gap="sm" p="md" aria-busy="true" aria-label="Loading the files">
      {[70, 55, 80, 40, 62].map((width) => (
        <Skeleton key={width} height={12} width={`${width}%`} />
      ))}
    </Stack>
  );
}

function TreeError({ message, retry }: { message: string; retry: () => void }) {
  return (
    <Stack p="md" gap="sm">
      <Text>{message}</Text>
      <Button variant="default" w="fit-content" onClick={retry}>
        Try again
      </Button>
    </Stack>
  );
}
