'use client';

import { Button, Group, Modal, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { notifications } from '@mantine/notifications';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Row, Rows, RowText, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { RuleForm } from './rule-form.tsx';
import { findsData, ruleKinds } from './rule-words.ts';

type Rule = RouterOutputs['dlp']['rules'][number];

/** What admins added, each with what it holds; added and removed, never changed in place. */
export function RuleList({ teamId }: { teamId: string | null }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const rules = useQuery(trpc.dlp.rules.queryOptions({ teamId }));
  const [adding, setAdding] = useState(false);
  const refresh = () => void queryClient.invalidateQueries(trpc.dlp.rules.pathFilter());
  const remove = useMutation(
    trpc.dlp.removeRule.mutationOptions({
      onSettled: refresh,
      onError: (error) => notifications.show({ color: 'red', message: refusalMessage(error) }),
    }),
  );
  const ask = (rule: Rule) =>
    modals.openConfirmModal({
      title: `Remove “${rule.name}”`,
      children: (
        <Text>
          {ruleKinds[rule.kind].has(rule.lines.length)} are not looked at any more from the next call on
          {teamId === null ? ', in every team' : ''}.
        </Text>
      ),
      labels: { confirm: 'Remove', cancel: 'Keep' },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ teamId, ruleId: rule.id }),
    });
  return (
    <Section
      title={teamId === null ? 'Rules of the installation' : 'Rules of this team'}
      lead={teamId === null ? 'They hold in every team.' : 'They hold beside those of the installation.'}
    >
      <Group>
        <Button onClick={() => setAdding(true)}>Add a rule</Button>
      </Group>
      <Rows
        query={rules}
        empty="No rules yet. Add words that must not leave, such as names of customers or projects, or files that are kept out."
        render={(rule) => <RuleRow key={rule.id} rule={rule} onRemove={() => ask(rule)} />}
      />
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add a rule" size="lg">
        {adding && (
          <RuleForm
            teamId={teamId}
            onAdded={() => {
              setAdding(false);
              refresh();
            }}
          />
        )}
      </Modal>
    </Section>
  );
}

function RuleRow({ rule, onRemove }: { rule: Rule; onRemove: () => void }) {
  const { label, has } = ruleKinds[rule.kind];
  const shown = rule.lines.slice(0, 3).join(', ');
  return (
    <Row>
      <RowText>
        <Text fw={500} style={{ overflowWrap: 'anywhere' }}>
          {rule.name}
        </Text>
        <Text c="dimmed" size="sm" style={{ overflowWrap: 'anywhere' }}>
          {label} · {has(rule.lines.length)}
          {findsData(rule.kind) ? ` · class ${rule.class}` : ''}
        </Text>
        <Text size="sm" className="ens-mono" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
          {shown}
          {rule.lines.length > 3 ? ', …' : ''}
        </Text>
      </RowText>
      <Button variant="subtle" color="red" onClick={onRemove} aria-label={`Remove ${rule.name}`}>
        Remove
      </Button>
    </Row>
  );
}
