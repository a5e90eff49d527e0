'use client';

import { Alert, Button, Select, Text, Textarea } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconPlayerStop, IconSend } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { isActiveRun } from '@/server/core/run-state.ts';
import classes from './conversation.module.css';
import { may, useSession } from './session-context.tsx';
import { useTranscript } from './use-feed.ts';

const modeWords = { ask: 'Ask', plan: 'Plan', edit: 'Edit', auto: 'Auto' };
type Mode = keyof typeof modeWords;

/** Says what will happen before it happens: which agent, in which mode, now or queued. */
export function Composer() {
  const { session } = useSession();
  const trpc = useTRPC();
  const agents = useQuery(
    trpc.runs.agents.queryOptions(undefined, { refetchInterval: 30_000, enabled: may(session, 'prompt') }),
  );
  const [draft, setDraft] = useLocalStorage({
    key: `ensemble:draft:${session.id}`,
    defaultValue: '',
    getInitialValueInEffect: true,
  });
  const [agentName, setAgentName] = useState<string>();
  const [chosenMode, setMode] = useState<Mode>();
  const transcript = useTranscript();
  const send = useMutation(trpc.runs.send.mutationOptions({ onSuccess: () => setDraft('') }));
  const cancel = useMutation(trpc.runs.cancel.mutationOptions());
  const active = Object.values(transcript.runs).find((run) => isActiveRun(run.state));

  if (!may(session, 'prompt')) {
    return (
      <Text className={classes.composer} c="dimmed">
        {session.isGuest
          ? 'Guests read along. Ask someone of the team to prompt an agent.'
          : 'Your role in this team may read along. Ask a team admin for the developer role to prompt agents.'}
      </Text>
    );
  }
  const ready = agents.data?.find((each) => each.availability.ok);
  const agent = agents.data?.find((each) => each.name === agentName) ?? ready ?? agents.data?.[0];
  const mode = chosenMode && agent?.modes.includes(chosenMode) ? chosenMode : agent?.defaultMode;
  const off = agent && !agent.availability.ok ? agent.availability : undefined;
  const submit = () => {
    if (!agent || !mode || off || draft.trim() === '' || send.isPending) return;
    send.mutate({ sessionId: session.id, text: draft, agent: agent.name, mode });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    submit();
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
      {send.error && (
        <Alert color="red" mb="xs" title="Not sent, your text is kept" withCloseButton onClose={() => send.reset()}>
          {send.error.message}
        </Alert>
      )}
      <Textarea
        data-composer
        autosize
        minRows={2}
        maxRows={10}
        placeholder={agent ? `Ask ${agent.title} for a change` : 'Ask for a change'}
        aria-label="Prompt"
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {agent && !agent.needsModel && 'Uses no language model: '}
        {agent?.description}
        {active && ' Waits its turn.'}
      </Text>
      <div className={classes.composerFoot}>
        <Select
          size="xs"
          w={124}
          aria-label="Agent"
          allowDeselect={false}
          value={agent?.name ?? null}
          onChange={(value) => setAgentName(value ?? undefined)}
          data={(agents.data ?? []).map((each) => ({ value: each.name, label: each.title }))}
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
        <span className={classes.spring} />
        {active && (
          <Button
            variant="default"
            color="red"
            leftSection={<IconPlayerStop size={14} />}
            loading={cancel.isPending}
            disabled={active.cancelRequested}
            onClick={() => cancel.mutate({ runId: active.runId })}
          >
            Stop
          </Button>
        )}
        <Button
          leftSection={<IconSend size={14} />}
          loading={send.isPending}
          disabled={draft.trim() === '' || !agent || off !== undefined}
          onClick={submit}
        >
          {active ? 'Queue' : 'Send'}
        </Button>
      </div>
    </div>
  );
}
