import type { AgentAction } from '../core/agent-action.ts';
import { inspectServiceCall, type CalledService } from '../governance/service-call.ts';
import type { RunRow } from '../runs/run-claim.ts';
import { clean } from './agent-text.ts';
import type { JudgeCall, ToolCall } from './mcp/mcp-passage.ts';
import { shownInput } from './read-hook-call.ts';
import type { RunActions } from './run-actions.ts';

type McpJudge = {
  server: string;
  /** There when the server is elsewhere: then it is looked at what would leave, before anybody is asked. */
  service: CalledService | undefined;
  run: RunRow;
  actions: RunActions;
};

/** Judges the calls of one server's tools as they arrive at the host. */
export function mcpJudge({ server, service, run, actions }: McpJudge): JudgeCall {
  return async (call, signal) => {
    const action: AgentAction = { kind: 'mcp', server, name: clean(call.name), input: shownInput(call.arguments) };
    const word = service && (await outgoing(call, { service, run }));
    if (word && !word.allowed) {
      const rules = word.rules.map((id) => ({ id, words: word.reason }));
      await actions.refuse({ action, signal }, { rules, reason: word.reason });
      return { allowed: false, reason: word.reason };
    }
    const answer = await actions.decideEffect({ action, signal });
    if (!answer.allowed) return answer;
    return { allowed: true, arguments: call.arguments, ...word };
  };
}

type Outgoing =
  | { allowed: true; arguments: Record<string, unknown>; notice?: string }
  | { allowed: false; reason: string; rules: readonly string[] };

async function outgoing(call: ToolCall, { service, run }: { service: CalledService; run: RunRow }): Promise<Outgoing> {
  const toolName = `mcp__${service.name}__${call.name}`;
  const word = await inspectServiceCall(run, { service, toolName, json: JSON.stringify(call.arguments) });
  if (!word.allowed) return word;
  const { text, ...rest } = word;
  return { ...rest, arguments: objectOf(text) };
}

/** Values alone are masked, so it is an object still. */
function objectOf(text: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Error('arguments became another value');
  return { ...parsed };
}
