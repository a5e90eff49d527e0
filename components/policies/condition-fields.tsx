'use client';

import { ActionIcon, MultiSelect, NumberInput, SegmentedControl, TagsInput, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ListedFact, RuleCondition } from '@/server/core/policy-rule.ts';
import classes from './policies.module.css';
import { factLabels, placeOptions, sensitivityOptions, weekdayOptions } from './rule-words.ts';
import { withUnknown } from './with-unknown.ts';
import type { PolicyChoices } from './use-choices.ts';

type ConditionFieldsProps = {
  condition: RuleCondition;
  choices: PolicyChoices;
  onChange: (condition: RuleCondition) => void;
  onRemove: () => void;
};

/** One condition of a rule, which may also be turned round. */
export function ConditionFields({ condition, choices, onChange, onRemove }: ConditionFieldsProps) {
  return (
    <div className={classes.condition}>
      <SegmentedControl
        aria-label="When or unless"
        size="xs"
        value={condition.isException ? 'unless' : 'when'}
        onChange={(value) => onChange({ ...condition, isException: value === 'unless' })}
        data={[
          { value: 'when', label: 'When' },
          { value: 'unless', label: 'Unless' },
        ]}
      />
      <Fields condition={condition} choices={choices} onChange={onChange} />
      <ActionIcon aria-label="Remove condition" onClick={onRemove} mb={2}>
        <IconX size={16} />
      </ActionIcon>
    </div>
  );
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function Fields({ condition, choices, onChange }: Omit<ConditionFieldsProps, 'onRemove'>) {
  switch (condition.kind) {
    case 'oneOf':
      return <OneOf condition={condition} choices={choices} onChange={onChange} />;
    case 'projects':
      return (
        <MultiSelect
          label="The project is"
          className={classes.conditionField}
          searchable
          value={[...condition.projectIds]}
          data={withUnknown(choices.projects, condition.projectIds)}
          onChange={(projectIds) => onChange({ ...condition, projectIds })}
        />
      );
    case 'found':
      return (
        <TagsInput
          label="Found in the call"
          className={classes.conditionField}
          value={[...condition.classes]}
          data={choices.dataClasses}
          onChange={(found) => onChange({ ...condition, classes: found })}
        />
      );
    case 'paths':
      return (
        <TagsInput
          label="The path is like"
          description="* stands for any characters"
          className={classes.conditionField}
          classNames={{ input: 'ens-mono' }}
          placeholder={condition.patterns.length === 0 ? 'src/auth/*' : undefined}
          acceptValueOnBlur
          value={[...condition.patterns]}
          onChange={(patterns) => onChange({ ...condition, patterns })}
        />
      );
    case 'hoursOutside':
      return (
        <>
          <Hour label="Before" value={condition.from} onChange={(from) => onChange({ ...condition, from })} />
          <Hour label="Or from" value={condition.to} onChange={(to) => onChange({ ...condition, to })} />
        </>
      );
    case 'spentAtLeast':
      return (
        <NumberInput
          label="Spent already, at least"
          description="By the run; without one, by the person this day"
          className={classes.conditionField}
          prefix="$"
          decimalScale={2}
          min={0}
          value={condition.cents / 100}
          onChange={(value) => onChange({ ...condition, cents: Math.round(Number(value) * 100) })}
        />
      );
    case 'dearerThan':
      return (
        <NumberInput
          label="A million tokens of output cost more than"
          className={classes.conditionField}
          prefix="$"
          allowDecimal={false}
          min={0}
          value={condition.usdPerMillion}
          onChange={(value) => onChange({ ...condition, usdPerMillion: Number(value) })}
        />
      );
    case 'unattended':
      return <Text className={classes.conditionField}>Nobody watches</Text>;
  }
}

function Hour({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
  return (
    <NumberInput
      label={label}
      description="Server’s time"
      suffix=":00"
      w={110}
      min={0}
      max={24}
      allowDecimal={false}
      value={value}
      onChange={(next) => onChange(Math.min(24, Math.max(0, Number(next))))}
    />
  );
}

type OneOfProps = {
  condition: Extract<RuleCondition, { kind: 'oneOf' }>;
  choices: PolicyChoices;
  onChange: (condition: RuleCondition) => void;
};

const closed: Partial<Record<ListedFact, { value: string; label: string }[]>> = {
  place: placeOptions,
  sensitivity: sensitivityOptions,
  weekday: weekdayOptions,
};

function OneOf({ condition, choices, onChange }: OneOfProps) {
  const { fact, values } = condition;
  const label = `${capital(factLabels[fact])} is`;
  const options = closed[fact];
  const change = (next: string[]) => onChange({ ...condition, values: next });
  if (options)
    return (
      <MultiSelect
        label={label}
        className={classes.conditionField}
        value={[...values]}
        data={withUnknown(options, values)}
        onChange={change}
      />
    );
  const known: Partial<Record<ListedFact, string[]>> = {
    alias: choices.aliases,
    provider: choices.providers,
    dataClass: choices.dataClasses,
    agent: choices.agents,
  };
  return (
    <TagsInput
      label={label}
      className={classes.conditionField}
      acceptValueOnBlur
      value={[...values]}
      data={known[fact] ?? []}
      onChange={change}
    />
  );
}
