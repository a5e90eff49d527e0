'use client';

import { ActionIcon, Badge, Group, Text, Tooltip } from '@mantine/core';
import {
  IconArrowDown,
  IconPencil,
  IconShieldCheck,
  IconShieldQuestion,
  IconShieldX,
  IconTrash,
} from '@tabler/icons-react';
import { Row, RowText } from '@/components/settings/section.tsx';
import sectionClasses from '@/components/settings/section.module.css';
import type { PoliciesData } from './policies-page.tsx';
import classes from './policies.module.css';
import { ruleSentence, type Names } from './rule-words.ts';

export type ListedPolicy = PoliciesData['policies'][number];

type RuleListProps = {
  policies: readonly ListedPolicy[];
  names: Names;
  /** Left out where nobody may change them. */
  onEdit?: (policy: ListedPolicy) => void;
  onShow?: (policy: ListedPolicy) => void;
  onRemove?: (policy: ListedPolicy) => void;
};

/** The policies one below the other: what each says, and whether the form can change it. */
export function RuleList({ policies, names, onEdit, onShow, onRemove }: RuleListProps) {
  return (
    <ul className={sectionClasses.rows} aria-label="Rules">
      {policies.map((policy) => (
        <Row key={policy.id}>
          <Effect effect={policy.effect} />
          <RowText>
            <Text fw={600}>{policy.title}</Text>
            <Said policy={policy} names={names} />
            {policy.advice !== undefined && (
              <Text c="dimmed" size="sm">
                People are told: {policy.advice}
              </Text>
            )}
            <code className={classes.id}>{policy.id}</code>
          </RowText>
          <Group gap={4} wrap="nowrap">
            {policy.rule && onEdit && (
              <Tooltip label="Change">
                <ActionIcon aria-label={`Change ${policy.title}`} onClick={() => onEdit(policy)}>
                  <IconPencil size={16} />
                </ActionIcon>
              </Tooltip>
            )}
            {!policy.rule && onShow && (
              <Tooltip label="Show in the Cedar text">
                <ActionIcon aria-label={`Show ${policy.title} in the Cedar text`} onClick={() => onShow(policy)}>
                  <IconArrowDown size={16} />
                </ActionIcon>
              </Tooltip>
            )}
            {onRemove && (
              <Tooltip label="Remove">
                <ActionIcon aria-label={`Remove ${policy.title}`} onClick={() => onRemove(policy)}>
                  <IconTrash size={16} />
                </ActionIcon>
              </Tooltip>
            )}
          </Group>
        </Row>
      ))}
    </ul>
  );
}

/** What a rule says, where its title does not say it already. */
function Said({ policy: { rule, title }, names }: { policy: ListedPolicy; names: Names }) {
  const sentence = rule && ruleSentence(rule, names);
  if (sentence === title) return undefined;
  return (
    <Text c="dimmed" size="sm">
      {sentence === undefined ? 'Written in Cedar.' : `${sentence}.`}
    </Text>
  );
}

const effects = {
  permit: { label: 'Permits', color: 'green', Icon: IconShieldCheck },
  forbid: { label: 'Forbids', color: 'red', Icon: IconShieldX },
  allow: { label: 'Allowed', color: 'green', Icon: IconShieldCheck },
  ask: { label: 'Asked', color: 'yellow', Icon: IconShieldQuestion },
  deny: { label: 'Denied', color: 'red', Icon: IconShieldX },
} as const;

export function Effect({ effect }: { effect: keyof typeof effects }) {
  const { label, color, Icon } = effects[effect];
  return (
    <div className={classes.effect}>
      <Badge fullWidth color={color} variant="light" leftSection={<Icon size={12} aria-hidden />}>
        {label}
      </Badge>
    </div>
  );
}
