'use client';

import { Badge, Button, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { dayOf } from './day.ts';
import { Row, Rows, RowText } from './section.tsx';

export type Token = RouterOutputs['tokens']['list'][number];

/** The signed-in person's own tokens, with what ends them. */
export function TokenRows({ shows = () => true, empty }: { shows?: (token: Token) => boolean; empty: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const tokens = useQuery(trpc.tokens.list.queryOptions());
  const refresh = () => queryClient.invalidateQueries(trpc.tokens.list.queryFilter());
  const revoke = useMutation(trpc.tokens.revoke.mutationOptions({ onSettled: refresh }));
  const fault = refusalMessage(revoke.error);

  const confirmRevocation = (token: Token) =>
    modals.openConfirmModal({
      title: `Revoke ${token.name}`,
      children: <Text>Programs that use this token are refused from now on. This cannot be undone.</Text>,
      labels: { confirm: 'Revoke token', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => revoke.mutate({ tokenId: token.id }),
    });

  return (
    <>
      {fault !== undefined && <Fault message={fault} />}
      <Rows
        query={{ ...tokens, data: tokens.data?.filter(shows) }}
        empty={empty}
        render={(token) => (
          <Row key={token.id}>
            <RowText>
              <Text fw={600}>{token.name}</Text>
              <Text c="dimmed">
                {token.scopes.join(', ')}
                {token.boundTo !== null && ` in ${token.boundTo}`} · made <TimeAgo at={token.createdAt} /> ·{' '}
                {token.lastUsedAt ? (
                  <>
                    last used <TimeAgo at={token.lastUsedAt} />
                  </>
                ) : (
                  'never used'
                )}
              </Text>
            </RowText>
            {token.isExpired ? (
              <Badge color="gray" variant="light">
                Has run out
              </Badge>
            ) : (
              <Text c="dimmed">{token.expiresAt ? `until ${dayOf(token.expiresAt)}` : 'does not run out'}</Text>
            )}
            <Button variant="default" aria-label={`Revoke ${token.name}`} onClick={() => confirmRevocation(token)}>
              Revoke
            </Button>
          </Row>
        )}
      />
    </>
  );
}
