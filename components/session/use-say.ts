'use client';

import { useMutation } from '@tanstack/react-query';
import { useTRPCClient } from '@/components/trpc.tsx';
import type { RunMode } from '@/server/core/session-event.ts';
import type { Outgoing, Way } from './draft-store.ts';
import { useSession } from './session-context.tsx';
import { useDraft } from './use-draft.ts';

/** To whom words go, and how they are to be worked on. */
export type Choice = {
  agent: string;
  mode: RunMode;
  model?: string;
  effort?: string;
  /** Whether people's edits since the conversation's last turn go into its files. */
  newerEdits?: 'merge' | 'leave';
};

let lastId = 0;
/** Pages without TLS have no random ids to give; these need to differ within one browser only. */
const newOutgoing = () => ({ id: `${Date.now()}-${(lastId += 1)}`, at: new Date().toISOString() });

/**
 * Sends the draft. It leaves the composer at once and shows as being on its way; when the server refuses it, or cannot be
 * reached, it is the draft again, with the reason.
 */
export function useSay() {
  const { session } = useSession();
  const { store } = useDraft();
  const client = useTRPCClient();
  const saying = useMutation({
    mutationFn: async ({ sent, choice, runId }: { sent: Outgoing; choice?: Choice; runId?: string | undefined }) => {
      const { text, attachments, way } = sent;
      if (!choice) return void (await client.conversation.propose.mutate({ sessionId: session.id, text }));
      const prompt = { sessionId: session.id, text, ...choice, attachments };
      if (way === 'steer' && runId !== undefined) await client.runs.steer.mutate({ runId, text });
      else if (way === 'interrupt') await client.runs.interrupt.mutate(prompt);
      else await client.runs.send.mutate(prompt);
    },
    // Without a connection it fails at once, and the words are the draft again.
    networkMode: 'always',
    onSuccess: (_done, { sent }) => store.arrived(sent.id),
    onError: (_error, { sent }) => store.failed(sent.id),
  });
  const say = (way: Way, given: { choice: Choice; runId: string | undefined }) => {
    if (store.get().text.trim() === '') return;
    const sent = store.send(way, newOutgoing());
    saying.mutate({ sent, ...given });
  };
  const propose = () => {
    if (store.get().text.trim() === '') return;
    saying.mutate({ sent: store.send('propose', newOutgoing()) });
  };
  return { say, propose, error: saying.error, dismiss: () => saying.reset() };
}
