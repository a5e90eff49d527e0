'use client';

import { Badge, Button, Group, Modal, Skeleton, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { FileDiff } from '@/components/review/diff-view.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Row, Rows, RowText } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { Consequence } from './consequence.tsx';
import type { PoliciesData } from './policies-page.tsx';
import classes from './policies.module.css';

type Version = RouterOutputs['policies']['versions'][number];
type VersionsProps = { teamId: string | null; inForce: PoliciesData; text: string; onTake: (text: string) => void };

/** Every version with who and why; each can be compared with what is in force, and taken up again. */
export function Versions({ teamId, inForce, text, onTake }: VersionsProps) {
  const trpc = useTRPC();
  const versions = useQuery(trpc.policies.versions.queryOptions({ teamId }));
  const [open, setOpen] = useState<number>();
  const version = versions.data?.find(({ number }) => number === open);
  return (
    <Stack gap="sm">
      <Rows
        query={versions}
        empty="No version was written yet."
        render={(each) => (
          <Row key={each.number}>
            <RowText>
              <Text fw={600}>
                {each.publishedAt ? `Version ${each.number}` : `Draft ${each.number}`}{' '}
                {each.restores !== null && (
                  <Text span c="dimmed" fw={400}>
                    {each.restores === 0 ? 'takes up what is shipped' : `takes up version ${each.restores}`}
                  </Text>
                )}
              </Text>
              <Text>{each.reason}</Text>
              <Text c="dimmed" size="sm">
                {each.createdBy}, <TimeAgo at={each.createdAt} />
                {each.publishedBy !== null &&
                  each.publishedBy !== each.createdBy &&
                  `; published by ${each.publishedBy}`}
              </Text>
            </RowText>
            {each.number === inForce.number && (
              <Badge color="green" variant="light">
                In force
              </Badge>
            )}
            <Button variant="default" onClick={() => setOpen(each.number)}>
              Compare
            </Button>
          </Row>
        )}
      />
      {inForce.number > 0 && (
        <Button variant="default" w="fit-content" onClick={() => setOpen(0)}>
          {teamId === null ? 'Compare with what is shipped' : 'Compare with no rules of the team'}
        </Button>
      )}
      {open !== undefined && (
        <VersionDialog
          teamId={teamId}
          number={open}
          version={version}
          inForce={inForce}
          isTaken={(taken) => taken === text}
          onTake={onTake}
          onClose={() => setOpen(undefined)}
        />
      )}
    </Stack>
  );
}

type VersionDialogProps = {
  teamId: string | null;
  number: number;
  /** Undefined for the shipped text. */
  version: Version | undefined;
  inForce: PoliciesData;
  isTaken: (text: string) => boolean;
  onTake: (text: string) => void;
  onClose: () => void;
};

function VersionDialog({ teamId, number, version, inForce, isTaken, onTake, onClose }: VersionDialogProps) {
  const trpc = useTRPC();
  const text = useQuery(trpc.policies.version.queryOptions({ teamId, number }, { staleTime: Infinity }));
  const isDraft = version !== undefined && version.publishedAt === null;
  const isInForce = number === inForce.number;
  const name = number === 0 ? 'What is shipped' : `${isDraft ? 'Draft' : 'Version'} ${number}`;
  return (
    <Modal opened onClose={onClose} title={`${name}, beside what is in force`} size="xl">
      <Stack gap="md">
        {text.error && <Fault message={refusalMessage(text.error) ?? ''} onRetry={() => void text.refetch()} />}
        {text.isPending && <Skeleton height={200} role="img" aria-label="Loading" />}
        {text.data && (
          <>
            {text.data.text === inForce.text ? (
              <Text>{isInForce ? 'This is the version in force.' : 'The same text is in force.'}</Text>
            ) : (
              <div className={classes.diff}>
                <FileDiff path="policies.cedar" oldText={inForce.text} newText={text.data.text} split={false} />
              </div>
            )}
            {!isTaken(text.data.text) && (
              <Button
                variant="default"
                w="fit-content"
                onClick={() => {
                  onTake(text.data.text);
                  onClose();
                }}
              >
                Go on writing from it
              </Button>
            )}
            {!isInForce && text.data.text !== inForce.text && (
              <TakeUp
                teamId={teamId}
                number={number}
                draft={isDraft ? version : undefined}
                text={text.data.text}
                onDone={onClose}
              />
            )}
          </>
        )}
      </Stack>
    </Modal>
  );
}

type TakeUpProps = {
  teamId: string | null;
  number: number;
  draft: Version | undefined;
  text: string;
  onDone: () => void;
};

/** Puts a draft in force, or an old version once more. */
function TakeUp({ teamId, number, draft, text, onDone }: TakeUpProps) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState('');
  const consequence = useQuery(trpc.policies.consequence.queryOptions({ teamId, text }, { staleTime: 60_000 }));
  const onSuccess = async (answer: { number: number }) => {
    notifications.show({ color: 'green', message: `Version ${answer.number} is in force.` });
    onDone();
    await queryClient.invalidateQueries({ queryKey: trpc.policies.pathKey() });
  };
  const restore = useMutation(trpc.policies.restore.mutationOptions({ onSuccess }));
  const publish = useMutation(trpc.policies.publishDraft.mutationOptions({ onSuccess }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (draft) publish.mutate({ teamId, policyVersionId: draft.policyVersionId });
    else restore.mutate({ teamId, number, reason });
  };
  const fault = refusalMessage(publish.error ?? restore.error ?? consequence.error);
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {fault !== undefined && <Fault message={fault} />}
        {consequence.data && <Consequence replay={consequence.data} days={7} />}
        {!draft && (
          <Textarea
            label="Why"
            required
            autosize
            minRows={2}
            maxLength={2_000}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end">
          <Button
            type="submit"
            loading={publish.isPending || restore.isPending}
            disabled={!draft && reason.trim() === ''}
          >
            {draft ? 'Publish this draft' : 'Put it in force again'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
