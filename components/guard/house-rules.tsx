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
import type { GuardTeam } from './guard-page.tsx';
import { effectWords } from './guard-words.ts';
import { HouseRuleForm } from './house-rule-form.tsx';
import { ImportForm } from './import-form.tsx';

type Rule = RouterOutputs['guard']['rules'][number];

/** What people say beside the guard: strictest first, and never milder than the installation. */
export function HouseRules(given: { team: GuardTeam; mayManage: boolean; isInstallationAdmin: boolean }) {
  const { team, mayManage, isInstallationAdmin } = given;
  const [scope, setScope] = useState<RuleScope>('team');
  const teamId = scope === 'team' ? team.id : null;
  return (
    <Stack gap="lg">
      {isInstallationAdmin && <ScopeChoice value={scope} onChange={setScope} />}
      <RulesOf key={scope} team={team} teamId={teamId} mayManage={teamId === null || mayManage} />
    </Stack>
  );
}

type Dialog = 'add' | 'import' | undefined;

function RulesOf({ team, teamId, mayManage }: { team: GuardTeam; teamId: string | null; mayManage: boolean }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const rules = useQuery(trpc.guard.rules.queryOptions({ teamId }));
  const [dialog, setDialog] = useState<Dialog>();
  const refresh = () => void queryClient.invalidateQueries(trpc.guard.rules.pathFilter());
  const added = () => {
    setDialog(undefined);
    refresh();
  };
  return (
    <Section
      title={teamId === null ? 'Rules of the installation' : 'Rules of this team'}
      lead="What one rule denies is denied. What a rule allows is done without asking when it covers the whole line; what the guard denies stays denied."
    >
      {mayManage && (
        <Group>
          <Button onClick={() => setDialog('add')}>Add a rule</Button>
          <Button variant="default" onClick={() => setDialog('import')}>
            Import rules
          </Button>
        </Group>
      )}
      <Rows
        query={rules}
        empty="No rules yet: the guard alone decides. Allow the commands your team runs all day, or deny what agents should leave alone."
        render={(rule) => <RuleRow key={rule.id} rule={rule} teamId={teamId} mayManage={mayManage} onGone={refresh} />}
      />
      <Modal opened={dialog === 'add'} onClose={() => setDialog(undefined)} title="Add a rule" size="lg">
        <HouseRuleForm team={team} teamId={teamId} onAdded={added} />
      </Modal>
      <Modal opened={dialog === 'import'} onClose={() => setDialog(undefined)} title="Import rules" size="lg">
        <ImportForm teamId={teamId} onAdded={added} />
      </Modal>
    </Section>
  );
}

type RowProps = { rule: Rule; teamId: string | null; mayManage: boolean; onGone: () => void };

function RuleRow({ rule, teamId, mayManage, onGone }: RowProps) {
  const trpc = useTRPC();
  const remove = useMutation(
    trpc.guard.removeRule.mutationOptions({
      onSettled: onGone,
      onError: (error) => notifications.show({ color: 'red', message: refusalMessage(error) }),
    }),
  );
  const { label, color } = effectWords[rule.effect];
  const ask = () =>
    modals.openConfirmModal({
      title: 'Remove this rule',
      children: (
        <Text>
          {label} {rule.words}: from the next action on this is not said any more.
        </Text>
      ),
      labels: { confirm: 'Remove', cancel: 'Keep' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ teamId, ruleId: rule.id }),
    });
  return (
    <Row>
      <RowText>
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <Badge variant="light" color={color} style={{ flexShrink: 0 }}>
            {label}
          </Badge>
          <Text component="code" className="ens-mono" size="sm" style={{ overflowWrap: 'anywhere' }}>
            {rule.words}
          </Text>
        </Group>
        {(rule.note !== '' || rule.projectId !== null) && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {rule.projectId !== null && 'In one project. '}
            {rule.note}
          </Text>
        )}
      </RowText>
      {mayManage && (
        <Button variant="subtle" color="red" onClick={ask} aria-label={`Remove ${label} ${rule.words}`}>
          Remove
        </Button>
      )}
    </Row>
  );
}
