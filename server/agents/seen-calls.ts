import type { AgentToolCall, AgentUpdate } from './acp-update.ts';

const maxCalls = 500;

/** Tool calls as an agent told of them, by their id: a question about one may leave out what was said before. */
export function createSeenCalls() {
  const calls = new Map<string, AgentToolCall>();
  return {
    note(update: AgentUpdate): void {
      if (update.sessionUpdate !== 'tool_call' && update.sessionUpdate !== 'tool_call_update') return;
      const { toolCallId } = update;
      const merged = mergedCall(calls.get(toolCallId), update);
      calls.delete(toolCallId);
      calls.set(toolCallId, merged);
      const [oldest] = calls.keys();
      if (calls.size > maxCalls && oldest !== undefined) calls.delete(oldest);
    },
    /** The call with what was said of it before. */
    joined: (call: AgentToolCall): AgentToolCall => mergedCall(calls.get(call.toolCallId), call),
  };
}

/** Some say no more of the input when they ask than that there is one. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function mergedCall(before: AgentToolCall | undefined, now: AgentToolCall): AgentToolCall {
  if (before === undefined) return now;
  const said = Object.entries(now).filter(([, value]) => value !== undefined && value !== null && !isEmpty(value));
  const merged = { ...before, ...Object.fromEntries(said) };
  return now.content && now.content.length > 0 ? merged : { ...merged, content: before.content };
}
