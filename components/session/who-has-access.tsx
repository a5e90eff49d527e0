'use client';

import { Badge, Button, Group, Modal, Select, Skeleton, Stack, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useRoomState } from '@/components/editor/use-room.ts';
import { Face } from '@/components/people/face.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { roleLabel } from '@/components/settings/roles.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { Moment, TimeAgo } from '@/components/ui/time-ago.tsx';
import { isLevel, levelOptions, mayWords, standingWords } from './guest-words.ts';
import { KnockAnswer } from './knock-cards.tsx';
import { useSession } from './session-context.tsx';
import classes from './share-dialog.module.css';

type Access = RouterOutputs['sharing']['access'];
type Guest = Access['guests'][number];
type Link = Access['links'][number];

/** Everyone who may enter the session and by what, with the ways to end it. */
export function WhoHasAccess() {
  const { session } = useSession();
  const trpc = useTRPC();
  const access = useQuery(trpc.sharing.access.queryOptions({ sessionId: session.id }, { refetchInterval: 30_000 }));
  if (access.isPending) return <Skeleton height={160} role="img" aria-label="Loading who has access" />;
  if (access.error) return <Fault message={access.error.message} onRetry={() => void access.refetch()} />;
  const { guests, links, members, programs, isLimited, may } = access.data;
  const canShare = may.share && !session.isArchived;
  return (
    <Stack gap="lg">
      {guests.length > 0 && (
        <Part title="Guests">
          {guests.map((guest) => (
            <GuestRow key={guest.id} guest={guest} canShare={canShare} />
          ))}
        </Part>
      )}
      {links.length > 0 && (
        <Part title="Links">
          {links.map((link) => (
            <LinkRow key={link.id} link={link} canShare={canShare} guests={guests} />
          ))}
        </Part>
      )}
      <Part title="Members" lead={isLimited ? 'This project is limited to these members.' : 'Everyone of the team.'}>
        {members.map((member) => (
          <li key={member.personId} className={classes.row}>
            <Face kind="person" id={member.personId} name={member.name} size={22} tooltip={false} />
            <Text className={classes.who} truncate title={member.name}>
              {member.name}
              {member.personId === session.me.id && ' (you)'}
            </Text>
            <Online personId={member.personId} />
            <Text c="dimmed">{roleLabel(member.role)}</Text>
          </li>
        ))}
      </Part>
      {programs.length > 0 && (
        <Part title="Programs" lead="Entered by a token. Whoever owns it ends it under Settings › Tokens.">
          {programs.map((program) => (
            <li key={program.ticketId} className={classes.row}>
              <Text className={classes.who} truncate title={program.token}>
                {program.token}
              </Text>
              <Text c="dimmed">
                of {program.owner} · until <Moment at={program.expiresAt} />
              </Text>
            </li>
          ))}
        </Part>
      )}
    </Stack>
  );
}

function Part({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <Title order={3}>{title}</Title>
      {lead !== undefined && <Text c="dimmed">{lead}</Text>}
      <ul className={`${classes.rows} ${title === 'Members' ? classes.members : ''}`}>{children}</ul>
    </section>
  );
}

function Online({ personId }: { personId: string }) {
  const { room } = useSession();
  const isHere = useRoomState(room, (state) => state.participants.some(({ user }) => user.id === personId));
  return isHere ? <span className={classes.here}>here</span> : null;
}

function GuestRow({ guest, canShare }: { guest: Guest; canShare: boolean }) {
  const isIn = guest.standing === 'in';
  return (
    <li className={classes.row}>
      <Face kind="person" id={guest.personId} name={guest.name} size={22} tooltip={false} />
      <div className={classes.who}>
        <Text truncate title={guest.name}>
          {guest.name}
        </Text>
        <Text size="xs" c="dimmed">
          {isIn && guest.letInBy !== null ? `Let in by ${guest.letInBy} · ` : ''}
          {isIn ? (
            <>
              until <Moment at={guest.expiresAt} />
            </>
          ) : (
            <TimeAgo at={guest.knockedAt} />
          )}
        </Text>
      </div>
      {isIn ? (
        <Online personId={guest.personId} />
      ) : (
        <Badge color="gray" variant="default">
          {standingWords[guest.standing]}
        </Badge>
      )}
      {guest.standing === 'waiting' && canShare && <KnockAnswer guestId={guest.id} name={guest.name} />}
      {isIn && (canShare ? <GuestControls guest={guest} /> : <Text c="dimmed">{mayWords[guest.level]}</Text>)}
    </li>
  );
}

const refused = (error: { message: string }) =>
  notifications.show({ color: 'red', title: 'Nothing was changed', message: error.message });

function GuestControls({ guest }: { guest: Guest }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const change = useMutation(trpc.sharing.changeGuest.mutationOptions({ onError: refused }));
  const end = useMutation(
    trpc.sharing.endGuest.mutationOptions({
      onError: refused,
      onSuccess: ({ linkAsksNow }) =>
        notifications.show({
          title: `${guest.name} has no access any more`,
          message: linkAsksNow
            ? 'The link they came by asks before it lets someone in from now on.'
            : 'Their page says so, and the link they came by does not let them back in.',
        }),
    }),
  );
  const of = { sessionId: session.id, guestId: guest.id };
  return (
    <Group gap="xs" wrap="nowrap">
      <Select
        size="xs"
        w={104}
        aria-label={`What ${guest.name} may do`}
        data={levelOptions}
        value={guest.level}
        allowDeselect={false}
        disabled={change.isPending}
        onChange={(value) => isLevel(value) && change.mutate({ ...of, level: value })}
      />
      <Button
        variant="default"
        loading={end.isPending}
        onClick={() => end.mutate(of)}
        aria-label={`End the access of ${guest.name}`}
      >
        End
      </Button>
    </Group>
  );
}

function LinkRow({ link, canShare, guests }: { link: Link; canShare: boolean; guests: Guest[] }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const end = useMutation(trpc.sharing.endLink.mutationOptions({ onError: refused }));
  const of = { sessionId: session.id, linkId: link.id };
  const [asking, setAsking] = useState(false);
  const inside = guests.filter(({ standing, linkId }) => standing === 'in' && linkId === link.id).length;
  const answer = (withGuests: boolean) => {
    setAsking(false);
    end.mutate({ ...of, withGuests });
  };
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <Text>
          {mayWords[link.level]} · {link.asksFirst ? 'asks first' : 'lets in at once'}
        </Text>
        <Text size="xs" c="dimmed">
          by {link.madeBy} · {counted(link)} · until <Moment at={link.expiresAt} />
        </Text>
      </div>
      {canShare && (
        <Button
          variant="default"
          loading={end.isPending}
          onClick={() => (inside === 0 ? end.mutate(of) : setAsking(true))}
          aria-label={`End the link by ${link.madeBy}`}
        >
          End
        </Button>
      )}
      <Modal opened={asking} onClose={() => setAsking(false)} title="End this link?">
        <Stack>
          <Text>Nobody new comes in by it. {inside === 1 ? 'One guest' : `${inside} guests`} came by it.</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => answer(false)}>
              End the link only
            </Button>
            <Button color="red" onClick={() => answer(true)}>
              End their access too
            </Button>
          </Group>
        </Stack>
      </Modal>
    </li>
  );
}

function counted({ uses, maxUses }: Link): string {
  if (maxUses !== null) return `${uses} of ${maxUses} came`;
  return uses === 0 ? 'nobody came yet' : `${uses} came`;
}
