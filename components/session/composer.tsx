'use client';

import { Alert, Select, Text, Textarea } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import { isActiveRun } from '@/server/core/run-state.ts';
import { ComposerActions } from './composer-actions.tsx';
import classes from './composer.module.css';
import { ConversationPicker } from './conversation-picker.tsx';
import type { Way } from './draft-store.ts';
import { ProposeComposer } from './propose-composer.tsx';
import { may, mayAsMember, useSession } from './session-context.tsx';
import { useAgents } from './use-agents.ts';
import { useDraft } from './use-draft.ts';
import { useTranscript } from './use-feed.ts';
import { useSay } from './use-say.ts';

const modeWords = { ask: 'Ask', plan: 'Plan', edit: 'Edit', auto: 'Auto' };
type Mode = keyof typeof modeWords;

/** Says what will happen before it happens: which agent, in which mode, now or queued. */
export function Composer() {
  const { session } = useSession();
  if (mayAsMember(session, 'prompt')) return <PromptComposer />;
  if (may(session, 'comment')) return <ProposeComposer />;
  return (
    <Text className={classes.composer} c="dimmed">
      {session.isGuest
        ? 'You read along. Ask someone of the team for the right to comment to propose prompts.'
        : 'Your role in this team may read along. Ask a team admin for the developer role to prompt agents.'}
    </Text>
  );
}

function PromptComposer() {
  const { agents } = useAgents();
  const { store, draft } = useDraft();
  const transcript = useTranscript();
  const { say, error, dismiss } = useSay();
  const [agentName, setAgentName] = useState<string>();
  const [chosenMode, setMode] = useState<Mode>();
  const active = Object.values(transcript.runs).find((run) => isActiveRun(run.state));
  const ready = agents.find((each) => each.availability.ok);
  const agent = agents.find((each) => each.name === agentName) ?? ready ?? agents[0];
  const mode = chosenMode && agent?.modes.includes(chosenMode) ? chosenMode : agent?.defaultMode;
  const off = agent && !agent.availability.ok ? agent.availability : undefined;
  const canSay = draft.text.trim() !== '' && agent !== undefined && off === undefined;
  const submit = (way: Way) => {
    if (!agent || !mode || !canSay) return;
    say(active ? way : 'queue', { choice: { agent: agent.name, mode }, runId: active?.runId });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = wayOfKey(event);
    if (!way) return;
    event.preventDefault();
    submit(way);
  };
  return (
    <div className={classes.composer}>
      {off && (
        <Alert
          color="yellow"
          mb="xs"
          title={ready && agent ? `${agent.title} is not ready` : 'Agents are off on this server'}
        >
          {off.reason} {off.fix}
        </Alert>
      )}
      {error && (
        <Alert color="red" mb="xs" title="Not sent, your text is kept" withCloseButton onClose={dismiss}>
          {error.message}
        </Alert>
      )}
      <Textarea
        data-composer
        autosize
        minRows={2}
        maxRows={10}
        placeholder={agent ? `Ask ${agent.title} for a change` : 'Ask for a change'}
        aria-label="Prompt"
        value={draft.text}
        onChange={(event) => store.write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {agent && !agent.needsModel && 'Uses no language model: '}
        {agent?.description}
      </Text>
      <div className={classes.foot}>
        <Select
          size="xs"
          w={124}
          aria-label="Agent"
          allowDeselect={false}
          value={agent?.name ?? null}
          onChange={(value) => setAgentName(value ?? undefined)}
          data={agents.map((each) => ({ value: each.name, label: each.title }))}
        />
        <Select
          size="xs"
          w={80}
          aria-label="Mode"
          allowDeselect={false}
          value={mode ?? null}
          onChange={(value) => setMode((value as Mode | null) ?? undefined)}
          data={(agent?.modes ?? []).map((each) => ({ value: each, label: modeWords[each] }))}
        />
        {agent?.remembers === true && <ConversationPicker agent={agent} />}
        <span className={classes.spring} />
        <ComposerActions
          active={active}
          hears={agents.find(({ name }) => name === active?.agent)?.steers === true}
          canSay={canSay}
          onSay={submit}
        />
      </div>
    </div>
  );
}

/** Enter sends with Ctrl or Cmd; with Shift it steers, with Alt it interrupts. */
function wayOfKey(event: KeyboardEvent): Way | undefined {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return undefined;
  if (event.shiftKey) return 'steer';
  return event.altKey ? 'interrupt' : 'queue';
}
