'use client';

import { Button, Menu, ScrollArea, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowFork, IconCheck, IconMessages, IconPlus, IconUserShare } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import { useSession } from './session-context.tsx';

type Thread = RouterOutputs['threads']['list'][number];

/** Which conversation with the agent the next prompt goes on with: another one, a new one, or this one in other hands. */
export function ConversationPicker({ agent }: { agent: AgentDescription }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const [isOpen, setOpen] = useState(false);
  const list = useQuery(trpc.threads.list.queryOptions({ sessionId: session.id }));
  const threads = (list.data ?? []).filter((thread) => thread.agent === agent.name);
  const mine = threads.find((thread) => thread.isMine);
  const change = useChanges();
  return (
    <Menu opened={isOpen} onChange={setOpen} position="top-start" width={300} withinPortal>
      <Menu.Target>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          maw={140}
          leftSection={<IconMessages size={14} aria-hidden />}
          aria-label={`Conversation with ${agent.title}: ${nameOf(mine)}`}
        >
          <Text span size="xs" truncate>
            {nameOf(mine)}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPlus size={16} />}
          onClick={() => change.begin({ sessionId: session.id, agent: agent.name })}
        >
          New conversation with {agent.title}
        </Menu.Item>
        {threads.length > 0 && <Menu.Label>Go on with</Menu.Label>}
        <ScrollArea.Autosize mah={220}>
          {threads.map((thread) => (
            <ThreadItem key={thread.id} thread={thread} onChoose={() => change.choose({ agentThreadId: thread.id })} />
          ))}
        </ScrollArea.Autosize>
        {isOpen && mine && <HandOver thread={mine} onHand={change.handOver} />}
      </Menu.Dropdown>
    </Menu>
  );
}

const nameOf = (thread: Thread | undefined) => thread?.title?.split('\n')[0] ?? 'New conversation';

function ThreadItem({ thread, onChoose }: { thread: Thread; onChoose: () => void }) {
  const { heldBy, turns, isMine, forkedFromRunId } = thread;
  const Icon = isMine ? IconCheck : forkedFromRunId === null ? IconMessages : IconArrowFork;
  return (
    <Menu.Item leftSection={<Icon size={16} />} aria-current={isMine} onClick={onChoose}>
      <Text size="sm" truncate>
        {nameOf(thread)}
      </Text>
      <Text size="xs" c="dimmed" truncate>
        {heldBy.name}, {turns} {turns === 1 ? 'turn' : 'turns'}
        {forkedFromRunId !== null && ', forked'}
      </Text>
    </Menu.Item>
  );
}

type OnHand = (given: { agentThreadId: string; personId: string }) => void;

function HandOver({ thread, onHand }: { thread: Thread; onHand: OnHand }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const access = useQuery(trpc.sharing.access.queryOptions({ sessionId: session.id }));
  const others = (access.data?.members ?? []).filter(
    ({ personId, role }) => personId !== session.me.id && role !== 'viewer',
  );
  if (others.length === 0) return null;
  return (
    <>
      <Menu.Label>Hand it over to</Menu.Label>
      <ScrollArea.Autosize mah={160}>
        {others.map(({ personId, name }) => (
          <Menu.Item
            key={personId}
            leftSection={<IconUserShare size={16} />}
            onClick={() => onHand({ agentThreadId: thread.id, personId })}
          >
            {name}
          </Menu.Item>
        ))}
      </ScrollArea.Autosize>
    </>
  );
}

function useChanges() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const settled = {
    onError: (error: { message: string }) =>
      notifications.show({ color: 'red', title: 'The conversation stays as it is', message: error.message }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.threads.pathKey() }),
  };
  const begin = useMutation(trpc.threads.begin.mutationOptions(settled));
  const choose = useMutation(trpc.threads.choose.mutationOptions(settled));
  const handOver = useMutation(trpc.threads.handOver.mutationOptions(settled));
  return { begin: begin.mutate, choose: choose.mutate, handOver: handOver.mutate };
}
