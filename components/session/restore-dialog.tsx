'use client';

import { Alert, Button, Group, Modal, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Face } from '@/components/people/face.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import classes from './restore-dialog.module.css';
import { useSession } from './session-context.tsx';
import { useSayRestored } from './use-say-restored.tsx';

type Preview = RouterOutputs['checkpoints']['preview'];
type RestoreDialogProps = { checkpointId: string; title: string; paths?: string[]; onClose: () => void };

/** What a restore changes and whose later work it hides, before it is done. */
export function RestoreDialog({ checkpointId, title, paths, onClose }: RestoreDialogProps) {
  const trpc = useTRPC();
  const sayRestored = useSayRestored();
  const asked = { checkpointId, ...(paths && { paths }) };
  const preview = useQuery(
    trpc.checkpoints.preview.queryOptions(asked, { staleTime: 0, gcTime: 0, networkMode: 'always' }),
  );
  const restore = useMutation(
    trpc.checkpoints.restore.mutationOptions({
      // Without a connection it is refused at once, not done later when nobody expects it.
      networkMode: 'always',
      onSuccess: (restored) => {
        sayRestored(restored, title);
        onClose();
      },
    }),
  );
  const [only] = paths ?? [];
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={only === undefined ? `Restore “${title}”` : `Restore ${only} from “${title}”`}
    >
      <Stack>
        {preview.isPending && <Skeleton height={160} role="img" aria-label="Looking at what would change" aria-busy />}
        {preview.error && <Fault message={preview.error.message} onRetry={() => void preview.refetch()} />}
        {preview.data && <PreviewWords preview={preview.data} />}
        {restore.error && <Fault message={restore.error.message} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            data-autofocus
            loading={restore.isPending}
            disabled={!preview.data || preview.data.files.length === 0}
            onClick={() => restore.mutate(asked)}
          >
            Restore
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

const counted = (count: number, one: string, more: string) => `${count} ${count === 1 ? one : more}`;

function PreviewWords({ preview }: { preview: Preview }) {
  if (preview.files.length === 0)
    return <Text>The session is as it was at this checkpoint: nothing would change.</Text>;
  return (
    <>
      {!preview.isCurrent && (
        <Alert color="yellow" variant="light" p="sm">
          The room did not answer in time, so people may have typed more than is counted here.
        </Alert>
      )}
      <Files files={preview.files} />
      <Hidden hidden={preview.hidden} />
      {preview.commits.length > 0 && (
        <Text size="sm">
          {counted(preview.commits.length, 'commit', 'commits')} made since then{' '}
          {preview.commits.length === 1 ? 'stays' : 'stay'} on the branch: the difference shows as uncommitted changes.
        </Text>
      )}
      <Text size="sm" c="dimmed">
        Nothing is lost: what is there at that moment becomes a checkpoint of its own, which brings it back. The
        conversation stays.
      </Text>
    </>
  );
}

const changes = { changed: 'changes', back: 'comes back', gone: 'goes away' } as const;

function Files({ files }: { files: Preview['files'] }) {
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  return (
    <section aria-label="Files">
      <Text fw={600} size="sm" className="ens-tabular">
        {counted(files.length, 'file', 'files')} · +{added} −{removed} lines
      </Text>
      <ul className={classes.files} tabIndex={0} aria-label="Files that change">
        {files.map((file) => (
          <li key={file.path} className={classes.file}>
            <span className={classes.path} title={file.path}>
              {file.path}
            </span>
            <Text component="span" size="xs" c="dimmed" className="ens-tabular">
              {changes[file.change]} · +{file.added} −{file.removed}
              {file.isCommitted ? ' · committed' : ' · uncommitted'}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Hidden({ hidden }: { hidden: Preview['hidden'] }) {
  const { session } = useSession();
  if (hidden.length === 0) return <Text size="sm">It hides nobody’s later work.</Text>;
  return (
    <section aria-label="Later work that it hides">
      <Text fw={600} size="sm">
        Hides later work of
      </Text>
      <ul className={classes.people}>
        {hidden.map(({ author, prompt, files, lines }) => (
          <li key={author.id} className={classes.person}>
            <Face
              kind={author.kind === 'run' ? 'agent' : 'person'}
              id={author.kind === 'run' ? author.name : author.id}
              name={author.name}
              size={22}
              tooltip={false}
            />
            <span className={classes.who}>
              {author.name}
              {author.id === session.me.id && ' (you)'}
              {prompt !== null && (
                <Text component="span" size="xs" c="dimmed" truncate title={prompt}>
                  {prompt}
                </Text>
              )}
            </span>
            <Text component="span" size="xs" c="dimmed" className="ens-tabular" title={files.join('\n')}>
              {lines > 0 && `${counted(lines, 'line', 'lines')} in `}
              {counted(files.length, 'file', 'files')}
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}
