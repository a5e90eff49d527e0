'use client';

import { Button, Checkbox, Group, Input, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { approvalFamilies, asksMore, type ApprovalFamily, type ApprovalTerms } from '@/server/core/guard/approval.ts';
import { roleAtLeast } from '@/server/core/permissions.ts';
import { familyTitles, needsText, tooFewText } from './approval-words.ts';
import type { GuardTeam } from './guard-page.tsx';

const families = approvalFamilies.map((value) => ({ value, label: familyTitles[value] }));
const isFamily = (value: string | null): value is ApprovalFamily => approvalFamilies.some((family) => family === value);

/** Says who has to allow a family of actions. */
export function ApprovalForm(given: { team: GuardTeam; teamId: string | null; onAdded: () => void }) {
  const { team, teamId, onAdded } = given;
  const trpc = useTRPC();
  const projects = useQuery(trpc.projects.list.queryOptions({ team: team.slug }, { enabled: teamId !== null }));
  const members = useQuery(trpc.members.list.queryOptions({ teamId: team.id }, { enabled: teamId !== null }));
  const [family, setFamily] = useState<ApprovalFamily>('deletion');
  const [terms, setTerms] = useState<ApprovalTerms>({ role: 'lead', others: true, approvers: 1 });
  const [projectId, setProjectId] = useState<string | null>(null);
  const set = useMutation(trpc.guard.setApproval.mutationOptions({ onSuccess: onAdded }));
  const able = members.data?.filter(({ role, isDisabled }) => !isDisabled && roleAtLeast(role, terms.role)).length;
  const warning = teamId === null || able === undefined ? undefined : tooFewText(terms, able);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set.mutate({ teamId, ...(projectId !== null && { projectId }), family, ...terms });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Select
          label="What is asked about"
          description="A rule that says something of it already is replaced."
          value={family}
          allowDeselect={false}
          data={families}
          error={refusalMessage(set.error)}
          data-autofocus
          onChange={(value) => isFamily(value) && setFamily(value)}
        />
        <TermsFields terms={terms} onChange={setTerms} />
        {teamId !== null && (
          <Select
            label="Where"
            placeholder="In every project of the team"
            clearable
            data={(projects.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={projectId}
            onChange={setProjectId}
          />
        )}
        <Text c="dimmed" aria-live="polite">
          {asksMore(terms) ? needsText(terms) : 'That is what holds without a rule.'}
        </Text>
        {warning !== undefined && (
          <Text size="sm" role="status">
            {warning}
          </Text>
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={set.isPending} disabled={!asksMore(terms)}>
            Set the rule
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function TermsFields({ terms, onChange }: { terms: ApprovalTerms; onChange: (terms: ApprovalTerms) => void }) {
  return (
    <>
      <Group gap="md">
        <Input.Wrapper label="How many" labelElement="div">
          <SegmentedControl
            aria-label="How many"
            display="flex"
            value={String(terms.approvers)}
            onChange={(value) => onChange({ ...terms, approvers: Number(value) })}
            data={[
              { value: '1', label: 'One person' },
              { value: '2', label: 'Two people' },
            ]}
          />
        </Input.Wrapper>
        <Input.Wrapper label="Of which role" labelElement="div">
          <SegmentedControl
            aria-label="Of which role"
            display="flex"
            value={terms.role}
            onChange={(value) => onChange({ ...terms, role: value === 'admin' ? 'admin' : 'lead' })}
            data={[
              { value: 'lead', label: 'Lead or admin' },
              { value: 'admin', label: 'Admin' },
            ]}
          />
        </Input.Wrapper>
      </Group>
      <Checkbox
        label="Not whoever asked"
        description="Nobody whose words the turn has: its prompt, or what was said into it."
        checked={terms.others}
        onChange={(event) => onChange({ ...terms, others: event.currentTarget.checked })}
      />
    </>
  );
}
