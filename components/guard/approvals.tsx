'use client';

import { Badge, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Row, Rows, RowText, Section } from '@/components/settings/section.tsx';
import { ScopeChoice, type RuleScope } from '@/components/settings/scope-choice.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { ApprovalForm } from './approval-form.tsx';
import { approversText, familyTitles } from './approval-words.ts';
import type { GuardTeam } from './guard-page.tsx';
import { SecondOpinionSetting } from './second-opinion.tsx';

type Rule = RouterOutputs['guard']['approvals'][number];

/** Whom a question of an agent is for, and whether a model looks at it as well. */
export function Approvals(given: { team: GuardTeam; mayManage: boolean; isInstallationAdmin: boolean }) {
  const { team, mayManage, isInstallationAdmin } = given;
  const [scope, setScope] = useState<RuleScope>('team');
  const teamId = scope === 'team' ? team.id : null;
  return (
    <Stack gap="xl">
      {isInstallationAdmin && <ScopeChoice value={scope} onChange={setScope} />}
      <WhoMayAllow key={`who ${scope}`} team={team} teamId={teamId} mayManage={teamId === null || mayManage} />
      <SecondOpinionSetting
        key={`opinion ${scope}`}
        team={team}
        teamId={teamId}
        mayManage={teamId === null || mayManage}
      />
    </Stack>
  );
}

function WhoMayAllow({ team, teamId, mayManage }: { team: GuardTeam; teamId: string | null; mayManage: boolean }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const rules = useQuery(trpc.guard.approvals.queryOptions({ teamId }));
  const [isAdding, setAdding] = useState(false);
  const refresh = () => void queryClient.invalidateQueries(trpc.guard.approvals.pathFilter());
  const added = () => {
    setAdding(false);
    refresh();
  };
  return (
    <Section
      title="Who may allow"
      lead="A lead or an admin answers what agents ask, also for their own agent. For what is riskier, ask for more. Of several rules the strictest counts; anybody who may approve can deny."
    >
      {mayManage && (
        <Group>
          <Button onClick={() => setAdding(true)}>Ask for more</Button>
        </Group>
      )}
      <Rows
        query={rules}
        empty="No rules yet: one lead or admin is enough for every question."
        render={(rule) => (
          <ApprovalRow
            key={rule.id}
            rule={rule}
            teamId={teamId}
            mayRemove={mayManage && (rule.scope === 'installation') === (teamId === null)}
            onGone={refresh}
          />
        )}
      />
      <Modal opened={isAdding} onClose={() => setAdding(false)} title="Ask for more" size="lg">
        <ApprovalForm team={team} teamId={teamId} onAdded={added} />
      </Modal>
    </Section>
  );
}

type RowProps = { rule: Rule; teamId: string | null; mayRemove: boolean; onGone: () => void };

const places = { installation: 'The installation', team: undefined, project: 'In one project' } as const;

function ApprovalRow({ rule, teamId, mayRemove, onGone }: RowProps) {
  const trpc = useTRPC();
  const remove = useMutation(
    trpc.guard.removeApproval.mutationOptions({
      onSettled: onGone,
      onError: (error) => notifications.show({ color: 'red', message: refusalMessage(error) }),
    }),
  );
  const title = familyTitles[rule.family];
  const place = places[rule.scope];
  const ask = () =>
    modals.openConfirmModal({
      title: 'Remove this rule',
      children: (
        <Text>
          {title}: {approversText(rule)} by this rule, and not any more from the next question on.
        </Text>
      ),
      labels: { confirm: 'Remove', cancel: 'Keep' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ teamId, ruleId: rule.id }),
    });
  return (
    <Row>
      <RowText>
        <Group gap="xs">
          <Text fw={600}>{title}</Text>
          {place !== undefined && (
            <Badge variant="light" color="gray">
              {place}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {approversText(rule)}
        </Text>
      </RowText>
      {mayRemove && (
        <Button variant="subtle" color="red" onClick={ask} aria-label={`Remove ${title}`}>
          Remove
        </Button>
      )}
    </Row>
  );
}
