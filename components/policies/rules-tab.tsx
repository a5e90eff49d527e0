'use client';

import { Button, Group, Menu, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { positionAt } from '@/server/core/cedar-text.ts';
import { newRuleId, writePolicyRule, type PolicyRule } from '@/server/core/policy-rule.ts';
import { PolicyProblems, type PolicyProblem } from './policy-problems.tsx';
import { RuleForm } from './rule-form.tsx';
import { RuleList, type ListedPolicy } from './rule-list.tsx';
import { presets, type RuleStart } from './rule-presets.ts';
import type { PolicyChoices } from './use-choices.ts';

type RulesTabProps = {
  text: string;
  policies: readonly ListedPolicy[];
  /** The places of the policies are those of this very text. */
  isReady: boolean;
  problems: readonly PolicyProblem[];
  choices: PolicyChoices;
  onText: (text: string) => void;
  onShowLine: (line: number) => void;
};

type Editing = { start: RuleStart & Partial<Pick<PolicyRule, 'id' | 'title'>>; policy?: ListedPolicy };

/** The rules as a list; each that the form knows is changed in place, the text around it stays as it is. */
export function RulesTab({ text, policies, isReady, problems, choices, onText, onShowLine }: RulesTabProps) {
  const [editing, setEditing] = useState<Editing>();
  const replace = (start: number, end: number, by: string) => onText(text.slice(0, start) + by + text.slice(end));

  function save(rule: Omit<PolicyRule, 'id'>): void {
    const policy = editing?.policy;
    setEditing(undefined);
    if (policy) return replace(policy.start, policy.end, writePolicyRule({ ...rule, id: policy.id }));
    const id = newRuleId(rule.title, new Set(policies.map((each) => each.id)));
    onText(`${text.trimEnd()}\n\n${writePolicyRule({ ...rule, id })}\n`);
  }

  function remove({ start, end }: ListedPolicy): void {
    const after = text.slice(end);
    onText(`${text.slice(0, start)}${after.replace(/^[ \t]*\n\n?/, '')}`);
  }

  const errors = problems.filter(({ severity }) => severity === 'error');
  return (
    <Stack gap="sm">
      <PolicyProblems problems={problems} onShow={onShowLine} />
      <Group>
        <Menu position="bottom-start">
          <Menu.Target>
            <Button leftSection={<IconPlus size={14} />} disabled={!isReady || errors.length > 0}>
              Add rule
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {presets.map(({ label, start }) => (
              <Menu.Item key={label} onClick={() => setEditing({ start })}>
                {label}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </Group>
      <RuleList
        policies={policies}
        names={choices.names}
        {...(isReady && {
          onEdit: (policy: ListedPolicy) => policy.rule && setEditing({ start: policy.rule, policy }),
          onShow: (policy: ListedPolicy) => onShowLine(positionAt(text, policy.start).line),
          onRemove: remove,
        })}
      />
      {editing && (
        <RuleForm
          start={editing.start}
          isNew={editing.policy === undefined}
          choices={choices}
          onSave={save}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Stack>
  );
}
