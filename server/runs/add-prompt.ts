import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { ActorRef } from '../core/actor.ts';
import { viewOfAttachment, type PromptAttachment } from '../core/attachment.ts';
import type { RunMode } from '../core/session-event.ts';
import { enqueue } from '../jobs/queue.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from './event-log.ts';
import { putFirst } from './queue-order.ts';
import { turnOfPrompt } from './threads/thread-of-prompt.ts';

export type NewPrompt = {
  sessionId: string;
  teamId: string;
  /** Whose turn it is: their rights, key, budget and git identity. */
  author: ActorRef;
  text: string;
  agent: string;
  mode: RunMode;
  model?: string;
  effort?: string;
  /** The conversation to go on with; left out, the one that the author is in. */
  threadId?: string | null;
  /** Whether people's edits since the conversation's last turn are brought into its files. */
  newerEdits?: 'merge' | 'leave';
  attachments?: readonly PromptAttachment[];
  /** The run that is being stopped for this one. */
  interrupts?: string;
  /** Whose words they are, when the author sends them for somebody. */
  wordsOf?: { id: string; name: string };
  proposalId?: string;
  /** The steer that came too late for its turn. */
  steerId?: string;
};

/**
 * A prompt in the session's log and a run in its queue, in the caller's transaction. The place in the queue is the prompt's
 * place in the log; one that interrupts, and a steer that came too late, go before what waits.
 */
export async function addPrompt(tx: Context, prompt: NewPrompt): Promise<{ runId: string }> {
  const { sessionId, teamId, author, text, interrupts, steerId } = prompt;
  const { agent, mode, model } = prompt;
  const runId = newId('run');
  const to = { sessionId, teamId, agent, personId: author.id };
  const turn = await turnOfPrompt(tx, { ...to, threadId: prompt.threadId ?? null, newerEdits: prompt.newerEdits });
  const position = await appendSessionEvent(tx.db, {
    sessionId,
    teamId,
    actor: author,
    body: {
      type: 'prompt',
      runId,
      text,
      agent,
      mode,
      threadId: turn.threadId,
      ...(model !== undefined && { model }),
      ...asLogged(prompt),
    },
  });
  await tx.db.insert(schema.run).values({
    id: runId,
    teamId,
    sessionId,
    agent,
    mode,
    model: model ?? null,
    prompt: text,
    askedBy: author.id,
    ...turn,
    state: 'queued',
    position,
  });
  await tx.db.insert(schema.runPrompt).values({ runId, teamId, ...asStored(prompt) });
  if (interrupts !== undefined || steerId !== undefined)
    await putFirst(tx, { sessionId, teamId, runId, actor: author, interrupts });
  await enqueue(tx, 'run', { payload: { runId } });
  return { runId };
}

function asLogged({ effort, attachments = [], interrupts, wordsOf, proposalId, steerId }: NewPrompt) {
  return {
    ...(effort !== undefined && { effort }),
    ...(attachments.length > 0 && { attachments: attachments.map(viewOfAttachment) }),
    ...(interrupts !== undefined && { interrupts }),
    ...(wordsOf && { wordsOf }),
    ...(proposalId !== undefined && { proposalId }),
    ...(steerId !== undefined && { steerId }),
  };
}

function asStored({ effort, attachments = [], interrupts, wordsOf, steerId }: NewPrompt) {
  return {
    attachments: [...attachments],
    effort: effort ?? null,
    interruptsRunId: interrupts ?? null,
    wordsOfName: wordsOf?.name ?? null,
    steerId: steerId ?? null,
  };
}
