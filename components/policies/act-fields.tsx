'use client';

import { MultiSelect, Select, TextInput } from '@mantine/core';
import { familyTitles } from '@/components/guard/approval-words.ts';
import { actionFamilies, type ActionFamily } from '@/server/core/guard/action-family.ts';
import { actKinds, type PolicyAct } from '@/server/core/policy-question.ts';
import { runModes } from '@/server/core/session-event.ts';
import classes from './policies.module.css';

export type TriedAct = Pick<PolicyAct, 'kind' | 'mode' | 'server' | 'tool'> & { families: ActionFamily[] };

const kindLabels: Readonly<Record<PolicyAct['kind'], string>> = {
  command: 'Run a command',
  edit: 'Change files',
  read: 'Read files',
  fetch: 'Fetch an address',
  mcp: 'Use a tool of an MCP server',
  other: 'Something else',
};
const modeLabels: Readonly<Record<PolicyAct['mode'], string>> = {
  ask: 'Ask',
  plan: 'Plan',
  edit: 'Edit',
  auto: 'Auto',
};

/** What an agent would do: the facts by which policies may forbid it. */
export function ActFields({ act, onChange }: { act: TriedAct; onChange: (act: TriedAct) => void }) {
  const familyNamed = (value: string) => actionFamilies.find((family) => family === value);
  return (
    <>
      <Select
        label="What"
        className={classes.conditionField}
        allowDeselect={false}
        value={act.kind}
        data={actKinds.map((value) => ({ value, label: kindLabels[value] }))}
        onChange={(value) =>
          onChange({
            mode: act.mode,
            families: act.families,
            kind: actKinds.find((kind) => kind === value) ?? act.kind,
          })
        }
      />
      {act.kind === 'mcp' && (
        <>
          <TextInput
            label="Of the server"
            className={classes.conditionField}
            maxLength={100}
            value={act.server ?? ''}
            onChange={(event) => onChange({ ...act, server: event.currentTarget.value })}
          />
          <TextInput
            label="The tool"
            className={classes.conditionField}
            maxLength={200}
            value={act.tool ?? ''}
            onChange={(event) => onChange({ ...act, tool: event.currentTarget.value })}
          />
        </>
      )}
      <MultiSelect
        label="The guard sees"
        className={classes.conditionField}
        placeholder={act.families.length === 0 ? 'Nothing' : undefined}
        value={act.families}
        data={actionFamilies.map((value) => ({ value, label: familyTitles[value] }))}
        onChange={(values) =>
          onChange({ ...act, families: values.map(familyNamed).filter((one) => one !== undefined) })
        }
      />
      <Select
        label="In the mode"
        w={120}
        allowDeselect={false}
        value={act.mode}
        data={runModes.map((value) => ({ value, label: modeLabels[value] }))}
        onChange={(value) => onChange({ ...act, mode: runModes.find((mode) => mode === value) ?? act.mode })}
      />
    </>
  );
}
