'use client';

import { Alert, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconShieldX, IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Row, Rows, RowText, Section } from '@/components/settings/section.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { TimeAgo, useNow } from '@/components/ui/time-ago.tsx';
import { moneyText, type BudgetScope } from '@/server/core/budget.ts';
import classes from './budgets.module.css';

type Notice = RouterOutputs['budgets']['notices'][number];

const whose: Record<BudgetScope, string> = {
  installation: 'The installation’s budget',
  team: 'The team’s budget',
  project: 'A project’s budget',
  person: 'A person’s budget',
  run: 'A run’s budget',
};

function noticeWords({ kind, scope, percent, spentMicroUsd, limitMicroUsd, isMine }: Notice): string {
  const name = scope === 'person' && isMine ? 'Your budget' : whose[scope];
  const amounts = `${moneyText(spentMicroUsd)} of ${moneyText(limitMicroUsd)} is spent`;
  return kind === 'blocked' ? `${name} refused a call: ${amounts}` : `${name} has come to ${percent} %: ${amounts}`;
}

/** What budgets told lately, for those who manage them. */
export function Notices({ team }: { team: string }) {
  const trpc = useTRPC();
  const notices = useQuery(trpc.budgets.notices.queryOptions({ team }));
  return (
    <Section
      title="Warnings"
      lead="What was told to people and admins: once at 80 and at 100 % of a limit, and at the first refused call."
    >
      <Rows
        query={notices}
        empty="No budget has come near its limit."
        render={(notice) => (
          <Row key={notice.id}>
            {notice.kind === 'blocked' ? (
              <IconShieldX size={18} stroke={1.6} color="var(--mantine-color-error)" aria-hidden />
            ) : (
              <IconAlertTriangle size={18} stroke={1.6} color="var(--mantine-color-yellow-7)" aria-hidden />
            )}
            <RowText>
              <Text>{noticeWords(notice)}</Text>
              <Text c="dimmed">
                by a call of {notice.person.name} · <TimeAgo at={notice.at} />
              </Text>
            </RowText>
          </Row>
        )}
      />
    </Section>
  );
}

const shownForMs = 86_400_000;
const lookMs = 30_000;

/** Tells a person on whatever page they are that a call of theirs came near a limit. Goes when it is put away. */
export function BudgetNotice({ team }: { team: string }) {
  const trpc = useTRPC();
  const now = useNow();
  const [seen, setSeen] = useLocalStorage({ key: `ens-budget-notice-${team}`, defaultValue: '' });
  const notices = useQuery(trpc.budgets.notices.queryOptions({ team }, { refetchInterval: lookMs, staleTime: lookMs }));
  const notice = notices.data?.find(({ isMine, at }) => isMine && now - at.getTime() < shownForMs);
  if (!notice || notice.id <= seen) return null;
  const isBlocked = notice.kind === 'blocked';
  return (
    <Alert
      className={classes.notice ?? ''}
      role="status"
      color={isBlocked ? 'red' : 'yellow'}
      variant="light"
      p="xs"
      icon={isBlocked ? <IconShieldX size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />}
      withCloseButton
      closeButtonLabel="Put away"
      onClose={() => setSeen(notice.id)}
    >
      <Text size="sm">{noticeWords(notice)}. Ask for more under Settings › Budgets.</Text>
    </Alert>
  );
}
