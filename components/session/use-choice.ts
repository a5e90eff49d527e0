'use client';

import { useDebouncedValue, useLocalStorage } from '@mantine/hooks';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import type { RunMode } from '@/server/core/session-event.ts';
import { useSession } from './session-context.tsx';
import { useAgents } from './use-agents.ts';
import { useDraft } from './use-draft.ts';
import { useTranscript } from './use-feed.ts';
import { whoIsAsked } from './who-is-asked.ts';

/** What somebody chose in this session; what is left out is the agent's own choice. */
export type Chosen = {
  agent?: string | undefined;
  model?: string | undefined;
  effort?: string | undefined;
  mode?: RunMode | undefined;
};

/**
 * To whom the next words go and how: what was chosen, remembered in the browser for each session, or else who was asked last,
 * perhaps from another device. `gone` is an agent that was chosen and is not offered now: nothing goes to another one instead.
 */
export function useChoice() {
  const { session } = useSession();
  const { agents } = useAgents();
  const [chosen, setChosen] = useLocalStorage<Chosen>({
    key: `ensemble:choice:${session.id}:${session.me.id}`,
    defaultValue: {},
    getInitialValueInEffect: true,
  });
  const { agent, gone, ready } = whoIsAsked(agents, { chosen: chosen.agent, last: useAskedLast() });
  const choose = (change: Chosen) => setChosen((before) => ({ ...before, ...change }));
  return { agents, agent, gone, ready, choose, ...(agent ? offered(chosen, agent) : noChoice) };
}

/** The agent of this person's newest prompt here. */
function useAskedLast(): string | undefined {
  const { session } = useSession();
  const { items } = useTranscript();
  const prompt = items.findLast((item) => item.kind === 'prompt' && item.author.id === session.me.id);
  return prompt?.kind === 'prompt' ? prompt.agent : undefined;
}

const noChoice = { mode: undefined, effort: undefined, model: undefined };

/** What was chosen, as far as this agent offers it. */
function offered(chosen: Chosen, { modes, defaultMode, efforts = [], needsModel }: AgentDescription) {
  return {
    mode: chosen.mode && modes.includes(chosen.mode) ? chosen.mode : defaultMode,
    effort: efforts.find((each) => each === chosen.effort),
    model: needsModel ? chosen.model : undefined,
  };
}

/** Where the draft would go, as the server says it now; undefined for an agent without a model. */
export function usePreview(agent: AgentDescription | undefined, model: string | undefined) {
  const { session } = useSession();
  const { draft } = useDraft();
  const trpc = useTRPC();
  const [text] = useDebouncedValue(draft.text, 500);
  const asked = agent?.needsModel
    ? {
        sessionId: session.id,
        agent: agent.name,
        text,
        attachments: draft.attachments,
        ...(model !== undefined && { model }),
      }
    : skipToken;
  return useQuery(trpc.conversation.preview.queryOptions(asked, { placeholderData: (before) => before }));
}
