import { z } from 'zod';

/** The parts of ACP's `session/update` that the log keeps, read leniently: an unknown part is left out, not refused. */
const contentBlock = z.object({ type: z.string(), text: z.string().optional().catch(undefined) });
const location = z.object({ path: z.string() });
const toolContent = z.union([
  z.object({ type: z.literal('content'), content: contentBlock }),
  z.object({ type: z.literal('diff'), path: z.string(), oldText: z.string().nullish(), newText: z.string() }),
  z.object({ type: z.literal('terminal'), terminalId: z.string() }),
  z.object({ type: z.string() }).transform(() => ({ type: 'unknown' as const })),
]);

/**
 * How agents that run commands themselves tell of them: pieces of the output to append, and the end. `toolName`: what the agent's
 * program calls the tool, where it says so.
 */
const callMeta = z.object({
  toolName: z.string().optional().catch(undefined),
  terminal_output_delta: z.object({ data: z.string() }).optional().catch(undefined),
  terminal_output: z.object({ data: z.string() }).optional().catch(undefined),
  terminal_exit: z.object({ exit_code: z.int().nullish() }).optional().catch(undefined),
});

const toolCall = z.object({
  toolCallId: z.string(),
  title: z.string().nullish(),
  kind: z.string().nullish(),
  status: z.string().nullish(),
  locations: z.array(location).nullish(),
  content: z.array(toolContent).nullish(),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  _meta: callMeta.nullish().catch(undefined),
});

const chunk = z.object({ content: contentBlock, messageId: z.string().nullish() });
const plan = z.object({ entries: z.array(z.object({ content: z.string(), status: z.string() })) });

const known = z.discriminatedUnion('sessionUpdate', [
  chunk.extend({ sessionUpdate: z.literal('agent_message_chunk') }),
  chunk.extend({ sessionUpdate: z.literal('agent_thought_chunk') }),
  toolCall.extend({ sessionUpdate: z.literal('tool_call') }),
  toolCall.extend({ sessionUpdate: z.literal('tool_call_update') }),
  plan.extend({ sessionUpdate: z.literal('plan') }),
]);

export type AgentToolCall = z.infer<typeof toolCall>;
export type AgentUpdate = z.infer<typeof known> | { sessionUpdate: 'ignored'; kind: string };

/** Reads an update as it came from the agent; what cannot be understood becomes `ignored`, named by its kind. */
export function parseAgentUpdate(value: unknown): AgentUpdate {
  const parsed = known.safeParse(value);
  if (parsed.success) return parsed.data;
  const kind = z.object({ sessionUpdate: z.string() }).safeParse(value);
  return { sessionUpdate: 'ignored', kind: kind.success ? kind.data.sessionUpdate.slice(0, 100) : 'malformed' };
}

/** Whether a message is of those that an agent's program says by itself and that tell people nothing. */
export function isNoise(update: AgentUpdate, noise: RegExp | undefined): boolean {
  return update.sessionUpdate === 'agent_message_chunk' && noise?.test(update.content.text ?? '') === true;
}

/** The tool call inside a permission request. */
export function parseAgentToolCall(value: unknown): AgentToolCall | undefined {
  const parsed = toolCall.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
