'use client';

import { ActionIcon, Select } from '@mantine/core';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import type { RunMode } from '@/server/core/session-event.ts';
import classes from './composer.module.css';
import type { Chosen } from './use-choice.ts';

const modeWords: Record<RunMode, string> = { ask: 'Ask', plan: 'Plan', edit: 'Edit', auto: 'Auto' };
const own = 'Its own';

type Offered = { alias: string; provider: string; denied?: string | undefined };
type ChoicesProps = {
  agents: readonly AgentDescription[];
  agent: AgentDescription | undefined;
  mode: RunMode | undefined;
  effort: string | undefined;
  model: string | undefined;
  models: readonly Offered[];
  choose: (change: Chosen) => void;
  /** What else can be chosen beside the model. */
  children: ReactNode;
};

/** Who is asked and what they may do; with which model and how hard it thinks, which folds where there is little room. */
export function ComposerChoices(props: ChoicesProps) {
  const { agents, agent, mode, choose } = props;
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Select
        size="xs"
        className={classes.agent ?? ''}
        aria-label="Agent"
        allowDeselect={false}
        value={agent?.name ?? null}
        onChange={(value) => value !== null && choose({ agent: value })}
        data={agents.map((each) => ({ value: each.name, label: each.title }))}
      />
      <Select
        size="xs"
        w={80}
        aria-label="Mode"
        allowDeselect={false}
        value={mode ?? null}
        onChange={(value) => value !== null && choose({ mode: value })}
        data={(agent?.modes ?? []).map((each) => ({ value: each, label: modeWords[each] }))}
      />
      <ActionIcon
        className={classes.finerButton ?? ''}
        size={30}
        aria-label="More choices"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <IconAdjustmentsHorizontal size={16} />
      </ActionIcon>
      <div className={classes.finer} data-open={isOpen || undefined}>
        <FinerChoices {...props} />
      </div>
    </>
  );
}

function FinerChoices({ agent, effort, model, models, choose, children }: ChoicesProps) {
  return (
    <>
      {agent?.efforts && agent.efforts.length > 0 && (
        <Select
          size="xs"
          w={96}
          aria-label="Effort"
          allowDeselect={false}
          value={effort ?? own}
          onChange={(value) => choose({ effort: value === own || value === null ? undefined : value })}
          data={[
            { value: own, label: 'Effort' },
            ...agent.efforts.map((each) => ({ value: each, label: each[0]?.toUpperCase() + each.slice(1) })),
          ]}
        />
      )}
      {models.length > 0 && (
        <Select
          size="xs"
          w={150}
          aria-label="Model"
          placeholder="First allowed"
          clearable
          searchable
          value={model ?? null}
          onChange={(value) => choose({ model: value ?? undefined })}
          data={models.map(({ alias, denied }) => ({ value: alias, label: alias, disabled: denied !== undefined }))}
        />
      )}
      {children}
    </>
  );
}
