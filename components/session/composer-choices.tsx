'use client';

import { Select } from '@mantine/core';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import type { RunMode } from '@/server/core/session-event.ts';
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
};

/** Who is asked, with which model, how hard it thinks, and what it may do. */
export function ComposerChoices({ agents, agent, mode, effort, model, models, choose }: ChoicesProps) {
  return (
    <>
      <Select
        size="xs"
        w={124}
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
    </>
  );
}
