import type { SessionEventBody } from '../core/session-event.ts';
import type { AgentUpdate } from './acp-update.ts';
import { clean, cut, textOf } from './agent-text.ts';
import { createTextGatherer } from './text-gatherer.ts';
import { createToolCalls, type TerminalSnapshot } from './tool-call-events.ts';

export type NormaliserOptions = {
  runId: string;
  /** Milliseconds of a clock that does not go back. */
  now(): number;
  /** Text is gathered this long into one entry. */
  coalesceMs: number;
  terminal(id: string): TerminalSnapshot | undefined;
  /** Told of updates that have no meaning for the log. */
  onIgnored(kind: string): void;
};

/**
 * From an agent's updates to entries of the session's log, in order. Long texts are still whole here
 * (`cutLongTexts` cuts them). Nothing an agent sends makes it throw.
 */
export type EventNormaliser = {
  push(update: AgentUpdate): SessionEventBody[];
  /** The text gathered so far, as an entry. */
  flush(): SessionEventBody[];
  /** When `flush` is due, in the clock's milliseconds; undefined when nothing is gathered. */
  dueAt(): number | undefined;
  /** The last text, and an end for each tool call that was left open. */
  finish(): SessionEventBody[];
};

export function createEventNormaliser(options: NormaliserOptions): EventNormaliser {
  const calls = createToolCalls(options);
  const texts = createTextGatherer(options);

  const push = (update: AgentUpdate): SessionEventBody[] => {
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        return texts.add('agent_text', cleanId(update.messageId), clean(textOf(update.content)));
      case 'agent_thought_chunk':
        return texts.add('agent_thought', cleanId(update.messageId), clean(textOf(update.content)));
      case 'tool_call':
      case 'tool_call_update':
        return [...texts.endMessage(), ...calls.update(update)];
      case 'plan':
        return [...texts.endMessage(), planOf(options.runId, update.entries)];
      case 'ignored':
        options.onIgnored(update.kind);
        return [];
    }
  };

  return {
    push,
    flush: () => texts.flush(),
    dueAt: () => texts.dueAt(),
    finish: () => [...texts.endMessage(), ...calls.finish()],
  };
}

function cleanId(id: string | null | undefined): string | undefined {
  return id ? cut(clean(id), 200) : undefined;
}

function planOf(runId: string, entries: readonly { content: string; status: string }[]): SessionEventBody {
  return {
    type: 'agent_plan',
    runId,
    entries: entries.slice(0, 100).map(({ content, status }) => ({
      text: cut(clean(content), 1000),
      status: status === 'in_progress' || status === 'completed' ? status : 'pending',
    })),
  };
}
