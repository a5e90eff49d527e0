'use client';

import {
  Button,
  Group,
  Menu,
  Modal,
  MultiSelect,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';
import { isRole, roleOptions } from '@/components/settings/roles.ts';
import {
  ruleActs,
  writePolicyRule,
  type PolicyRule,
  type RuleCondition,
  type RuleWho,
} from '@/server/core/policy-rule.ts';
import { ConditionFields } from './condition-fields.tsx';
import classes from './policies.module.css';
import { conditionsFor, isUnfinished, type RuleStart } from './rule-presets.ts';
import { actLabels, ruleSentence } from './rule-words.ts';
import type { PolicyChoices } from './use-choices.ts';
import { withUnknown } from './with-unknown.ts';

type RuleFormProps = {
  start: RuleStart & Partial<Pick<PolicyRule, 'id' | 'title'>>;
  isNew: boolean;
  choices: PolicyChoices;
  onSave: (rule: Omit<PolicyRule, 'id'>) => void;
  onClose: () => void;
};

/** One rule: what is permitted or forbidden, to whom, when; and the Cedar that it becomes. */
export function RuleForm({ start, isNew, choices, onSave, onClose }: RuleFormProps) {
  const [effect, setEffect] = useState(start.effect);
  const [act, setAct] = useState(start.act);
  const [who, setWho] = useState<RuleWho>(start.who);
  // Each keeps its place and its key while others come and go.
  const [conditions, setConditions] = useState(() => start.conditions.map((condition, key) => ({ key, condition })));
  const [title, setTitle] = useState(start.title ?? '');
  const [advice, setAdvice] = useState(start.advice ?? '');
  const said = { effect, act, who, conditions: conditions.map(({ condition }) => condition) };
  const sentence = ruleSentence(said, choices.names);
  const rule = {
    ...said,
    title: title.trim() === '' ? sentence : title.trim(),
    ...(advice.trim() !== '' && { advice: advice.trim() }),
  };
  const isDone = !said.conditions.some(isUnfinished) && !(who.kind === 'people' && who.personIds.length === 0);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    if (isDone) onSave(rule);
  };
  const add = (condition: RuleCondition) =>
    setConditions((current) => [...current, { key: Math.max(-1, ...current.map(({ key }) => key)) + 1, condition }]);

  return (
    <Modal opened onClose={onClose} title={isNew ? 'Add rule' : 'Change rule'} size="lg">
      <form onSubmit={submit}>
        <Stack gap="md">
          <WhoFields who={who} choices={choices} onWho={setWho} />
          <Group align="flex-end" gap="sm">
            <SegmentedControl
              aria-label="Effect"
              value={effect}
              onChange={(value) => setEffect(value === 'permit' ? 'permit' : 'forbid')}
              data={[
                { value: 'permit', label: 'May' },
                { value: 'forbid', label: 'May not' },
              ]}
            />
            <Select
              label="What"
              className={classes.conditionField}
              allowDeselect={false}
              value={act}
              data={ruleActs.map((value) => ({ value, label: actLabels[value] }))}
              onChange={(value) => setAct(ruleActs.find((each) => each === value) ?? act)}
            />
          </Group>
          <Stack gap="xs">
            <Text fw={600}>When all of these are so</Text>
            {conditions.length === 0 && <Text c="dimmed">Always.</Text>}
            {conditions.map(({ key, condition }) => (
              <ConditionFields
                key={key}
                condition={condition}
                choices={choices}
                onChange={(next) =>
                  setConditions((current) =>
                    current.map((each) => (each.key === key ? { key, condition: next } : each)),
                  )
                }
                onRemove={() => setConditions((current) => current.filter((each) => each.key !== key))}
              />
            ))}
            <Menu position="bottom-start">
              <Menu.Target>
                <Button variant="default" w="fit-content" leftSection={<IconPlus size={14} />}>
                  Add condition
                </Button>
              </Menu.Target>
              <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
                {conditionsFor(act).map(({ name, label, start: condition }) => (
                  <Menu.Item key={name} onClick={() => add(condition)}>
                    {label}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          </Stack>
          <TextInput
            label="Title"
            description="What people read when this rule decides. Empty: the rule as a sentence"
            placeholder={sentence}
            value={title}
            maxLength={200}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          {effect === 'forbid' && (
            <Textarea
              label="Advice"
              description="What people can do instead, told with every denial"
              autosize
              minRows={1}
              maxRows={4}
              maxLength={500}
              value={advice}
              onChange={(event) => setAdvice(event.currentTarget.value)}
            />
          )}
          {!isDone && (
            <Text c="dimmed" size="sm">
              Fill in every condition to see the rule in Cedar and to add it.
            </Text>
          )}
          {isDone && (
            <pre className={classes.cedar} aria-label="The rule in Cedar" tabIndex={0}>
              {writePolicyRule({ ...rule, id: start.id ?? 'a-name-from-the-title' })}
            </pre>
          )}
          <Group justify="flex-end" gap="xs">
            <Text c="dimmed" size="sm" flex="1 1 200px">
              It decides when you publish it.
            </Text>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={!isDone}>
              {isNew ? 'Add rule' : 'Change rule'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const whoKinds: { value: RuleWho['kind']; label: string }[] = [
  { value: 'everyone', label: 'Everyone' },
  { value: 'role', label: 'A role and those above it' },
  { value: 'people', label: 'These people, their agents and tools' },
  { value: 'runs', label: 'Agents' },
  { value: 'tokens', label: 'People’s own tools' },
];

function WhoFields({ who, choices, onWho }: { who: RuleWho; choices: PolicyChoices; onWho: (who: RuleWho) => void }) {
  const choose = (kind: string | null) => {
    if (kind === 'role') onWho({ kind, role: 'developer' });
    else if (kind === 'people') onWho({ kind, personIds: [] });
    else if (kind === 'everyone' || kind === 'runs' || kind === 'tokens') onWho({ kind });
  };
  return (
    <Group align="flex-end" gap="sm">
      <Select
        label="Who"
        className={classes.conditionField}
        allowDeselect={false}
        value={who.kind}
        data={whoKinds}
        onChange={choose}
      />
      {who.kind === 'role' && (
        <Select
          aria-label="Role"
          className={classes.conditionField}
          allowDeselect={false}
          value={who.role}
          data={roleOptions}
          onChange={(role) => isRole(role) && onWho({ kind: 'role', role })}
        />
      )}
      {who.kind === 'people' && (
        <MultiSelect
          aria-label="People"
          className={classes.conditionField}
          searchable
          placeholder={who.personIds.length === 0 ? 'Choose people' : undefined}
          value={[...who.personIds]}
          data={withUnknown(choices.people, who.personIds)}
          onChange={(personIds) => onWho({ kind: 'people', personIds })}
        />
      )}
    </Group>
  );
}
